#pragma once

#include <grpcpp/grpcpp.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lethe/v1/privacy_request_service.grpc.pb.h"

namespace lethe::test {

/// A caller's view of one lethed, through a real channel. Thread-safe.
class ApiClient {
 public:
  template <typename Message>
  struct Answer {
    grpc::Status status;
    Message message;
    std::string trailers = {};  ///< All metadata that came after the message, as one text.

    bool ok() const { return status.ok(); }
    grpc::StatusCode code() const { return status.error_code(); }
  };
  using Stub = v1::PrivacyRequestService::Stub;

  /// With a token, calls carry it.
  explicit ApiClient(int port, std::string token = {})
      : ApiClient(port, grpc::InsecureChannelCredentials(), std::move(token)) {}
  ApiClient(int port, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
            std::string token = {})
      : token_(std::move(token)),
        stub_(v1::PrivacyRequestService::NewStub(grpc::CreateCustomChannel(
            "127.0.0.1:" + std::to_string(port), credentials, OwnConnection()))) {}

  Answer<v1::PrivacyRequest> Create(
      const v1::CreatePrivacyRequestRequest& request,
      std::chrono::milliseconds deadline = std::chrono::seconds(30)) const {
    return Call(&Stub::CreatePrivacyRequest, request, deadline);
  }
  Answer<v1::PrivacyRequest> Get(const std::string& name) const {
    v1::GetPrivacyRequestRequest request;
    request.set_name(name);
    return Call(&Stub::GetPrivacyRequest, request);
  }
  Answer<v1::PrivacyRequest> Retry(const std::string& name, const std::string& key) const {
    v1::RetryPrivacyRequestRequest request;
    request.set_name(name);
    request.set_idempotency_key(key);
    return Call(&Stub::RetryPrivacyRequest, request);
  }
  Answer<v1::ListPrivacyRequestsResponse> List(
      const v1::ListPrivacyRequestsRequest& request) const {
    return Call(&Stub::ListPrivacyRequests, request);
  }
  Answer<v1::ListPrivacyRequestItemsResponse> ListItems(
      const v1::ListPrivacyRequestItemsRequest& request) const {
    return Call(&Stub::ListPrivacyRequestItems, request);
  }

 private:
  /// Channels of one process to one address would share a connection, and its waits after failures.
  static grpc::ChannelArguments OwnConnection() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return arguments;
  }

  template <typename Request, typename Message>
  Answer<Message> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Message*),
                       const Request& request,
                       std::chrono::milliseconds deadline = std::chrono::seconds(30)) const {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + deadline);
    if (!token_.empty()) context.AddMetadata("authorization", "Bearer " + token_);
    Answer<Message> answer;
    answer.status = (stub_.get()->*method)(&context, request, &answer.message);
    for (const auto& [name, value] : context.GetServerTrailingMetadata()) {
      answer.trailers.append(name.data(), name.size()).append(": ");
      answer.trailers.append(value.data(), value.size()).append("\n");
    }
    return answer;
  }

  const std::string token_;
  const std::unique_ptr<Stub> stub_;
};

/// What a request may ask for, each with its kind of identifier.
enum class Ask { kEraseIdentities, kEraseGuids, kDemerge, kDisassociate };
inline constexpr std::array kAsks{Ask::kEraseIdentities, Ask::kEraseGuids, Ask::kDemerge,
                                  Ask::kDisassociate};

inline v1::CreatePrivacyRequestRequest MakeRequest(const std::string& account,
                                                   const std::string& key, Ask ask,
                                                   const std::vector<std::string>& identifiers) {
  v1::CreatePrivacyRequestRequest request;
  request.set_parent("accounts/" + account);
  request.set_idempotency_key(key);
  const auto fill = [&](auto* list) { list->Assign(identifiers.begin(), identifiers.end()); };
  switch (ask) {
    case Ask::kEraseIdentities: fill(request.mutable_erasure()->mutable_identities()); break;
    case Ask::kEraseGuids: fill(request.mutable_erasure()->mutable_guids()); break;
    case Ask::kDemerge: fill(request.mutable_demerge()->mutable_identities()); break;
    case Ask::kDisassociate: fill(request.mutable_disassociation()->mutable_phones()); break;
  }
  return request;
}

/// `count` identifiers that fit `ask`, those from number `first` on: different numbers, different
/// identifiers.
inline std::vector<std::string> MakeIdentifiers(Ask ask, int first, int count) {
  std::vector<std::string> identifiers;
  for (int i = first; i < first + count; ++i) {
    const std::string number = std::to_string(i);
    identifiers.push_back(ask == Ask::kDisassociate
                              ? "+12" + std::string(9 - number.size(), '0') + number
                              : (ask == Ask::kEraseGuids ? "__g" : "user-") + number);
  }
  return identifiers;
}

}  // namespace lethe::test
