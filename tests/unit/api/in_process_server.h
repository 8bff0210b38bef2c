#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "access/directory.h"
#include "api/server.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_delivery_queue.h"
#include "fakes/fake_pause_store.h"
#include "fakes/fake_recovery_store.h"
#include "fakes/fake_request_changer.h"
#include "fakes/fake_request_lists.h"
#include "fakes/fake_request_store.h"
#include "fakes/fake_review_store.h"
#include "fakes/fake_subject_holds.h"
#include "fakes/fake_vendor_check.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "lethe/v1/privacy_request_service.grpc.pb.h"

namespace lethe::api {

inline std::vector<Account> TwoAccounts() {
  const ProcessingHours hours{.zone = *TimeZone::Find("Asia/Kolkata")};
  return {{.name = "shop", .base_url = {}, .account_id = {}, .passcode_file = {}, .hours = hours},
          {.name = "bank", .base_url = {}, .account_id = {}, .passcode_file = {}, .hours = hours}};
}

/// The database remembers `former`, which has left the configuration.
inline Result<std::optional<ProcessingHours>> FormerAccount(const std::string& name) {
  if (name != "former") return std::optional<ProcessingHours>{};
  return std::optional(ProcessingHours{.zone = *TimeZone::Find("Asia/Kolkata")});
}

/// An executor that needs no thread.
inline bool RunHere(const std::function<void()>& work) {
  work();
  return true;
}

/// A server on a free port over a fake store, and a channel to it.
class InProcessServer : public testing::Test {
 protected:
  explicit InProcessServer(Executor executor = RunHere, ServerLimits limits = {},
                           std::optional<ServerTls> tls = {}, Executor bulk_executor = {}) {
    auto server = Server::Start({.listen = "127.0.0.1:0",
                                 .tls = std::move(tls),
                                 .store = store_,
                                 .lists = lists_,
                                 .changer = changer_,
                                 .subjects = subjects_,
                                 .vendor_check = vendor_check_,
                                 .reviews = reviews_,
                                 .pauses = pauses_,
                                 .recovery = recovery_,
                                 .accounts = {TwoAccounts(), FormerAccount},
                                 .clock = clock_,
                                 .executor = std::move(executor),
                                 .vendor_executor = RunHere,
                                 .bulk_executor = std::move(bulk_executor),
                                 .directory = directory_,
                                 .on_finished =
                                     [this](const FinishedCall& call) {
                                       std::lock_guard lock(mutex_);
                                       finished_.push_back(call);
                                     },
                                 .on_refused =
                                     [this](const RefusedCall& call) {
                                       std::lock_guard lock(mutex_);
                                       refused_.push_back({call.cause, std::string(call.method),
                                                           std::string(call.principal)});
                                     },
                                 .on_limited =
                                     [this](const LimitedCall& call) {
                                       std::lock_guard lock(mutex_);
                                       limited_.push_back(std::string(call.principal) + " " +
                                                          std::string(Name(call.limit)));
                                     },
                                 .limits = limits});
    if (!server) throw std::runtime_error(server.error().message);
    server_ = std::move(server).value();
    channel_ = NewChannel();
    stub_ = v1::PrivacyRequestService::NewStub(channel_);
  }

  std::shared_ptr<grpc::Channel> NewChannel() const {
    return grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()),
                               grpc::InsecureChannelCredentials());
  }

  static v1::CreatePrivacyRequestRequest Erasure(const std::string& key,
                                                 const std::string& identity = "ann") {
    v1::CreatePrivacyRequestRequest request;
    request.set_parent("accounts/shop");
    request.set_idempotency_key(key);
    request.mutable_erasure()->add_identities(identity);
    return request;
  }

  grpc::Status Create(const v1::CreatePrivacyRequestRequest& request,
                      v1::PrivacyRequest* response) {
    grpc::ClientContext context;
    return stub_->CreatePrivacyRequest(&context, request, response);
  }
  grpc::Status Create(const v1::CreatePrivacyRequestRequest& request) {
    v1::PrivacyRequest ignored;
    return Create(request, &ignored);
  }

  grpc::Status Get(const std::string& name, v1::PrivacyRequest* response) {
    grpc::ClientContext context;
    v1::GetPrivacyRequestRequest request;
    request.set_name(name);
    return stub_->GetPrivacyRequest(&context, request, response);
  }
  grpc::Status Get(const std::string& name) {
    v1::PrivacyRequest ignored;
    return Get(name, &ignored);
  }

  std::vector<FinishedCall> finished() const {
    std::lock_guard lock(mutex_);
    return finished_;
  }

  struct Refused {
    access::Refusal cause;
    std::string method;
    std::string principal;
    friend bool operator==(const Refused&, const Refused&) = default;
  };
  /// PRINCIPAL LIMIT of each call that was refused for its principal's limit.
  std::vector<std::string> limited() const {
    std::lock_guard lock(mutex_);
    return limited_;
  }
  std::vector<Refused> refused() const {
    std::lock_guard lock(mutex_);
    return refused_;
  }

  fakes::FakeClock clock_;
  fakes::FakeRequestStore store_{clock_};
  fakes::FakeRequestLists lists_{store_};
  fakes::FakeDeliveryQueue queue_{clock_};  ///< Empty: what the changer changes.
  fakes::FakeRequestChanger changer_{queue_};
  fakes::FakeSubjectHolds subjects_;
  fakes::FakeReviewStore reviews_{clock_};
  fakes::FakePauseStore pauses_{clock_};
  fakes::FakeRecoveryStore recovery_;
  fakes::FakeVendorCheck vendor_check_;
  mutable std::mutex mutex_;
  std::vector<FinishedCall> finished_;
  std::vector<Refused> refused_;
  std::vector<std::string> limited_;
  access::LiveDirectory directory_;  ///< Open: a test may let in others.
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::PrivacyRequestService::Stub> stub_;
};

/// The reason of the ErrorInfo in the status' details.
inline std::string ReasonOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  if (!details.ParseFromString(status.error_details()) || details.details().empty() ||
      !info.ParseFromString(details.details(0).value())) {
    return "";
  }
  return info.reason();
}

/// The delay of the RetryInfo in the status' details; none if there is no such detail.
inline milliseconds RetryDelayOf(const grpc::Status& status) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  google::rpc::RetryInfo retry;
  for (const auto& detail : details.details()) {
    if (detail.UnpackTo(&retry)) {
      return milliseconds(retry.retry_delay().seconds() * 1'000 +
                          retry.retry_delay().nanos() / 1'000'000);
    }
  }
  return {};
}

/// The violations of the BadRequest in the status' details.
inline google::rpc::BadRequest ViolationsOf(const grpc::Status& status) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  google::rpc::BadRequest bad_request;
  for (const auto& detail : details.details()) {
    if (detail.type_url() == "type.googleapis.com/google.rpc.BadRequest") {
      bad_request.ParseFromString(detail.value());
    }
  }
  return bad_request;
}

}  // namespace lethe::api
