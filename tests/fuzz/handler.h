#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>
#include <grpcpp/support/server_callback.h>
#include <grpcpp/test/default_reactor_test_peer.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/fuzz.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "lethe/account.h"

namespace lethe::fuzz {

/// For a service whose work is done in the caller's thread.
inline bool RunHere(const std::function<void()>& work) {
  work();
  return true;
}

/// The account `shop`.
inline std::vector<Account> OneAccount() {
  return {{.name = "shop",
           .base_url = {},
           .account_id = {},
           .passcode_file = {},
           .hours = {.zone = TimeZone::Find("Asia/Kolkata").value()}}};
}

/// Runs a handler without a network: what it is to be called with is parsed already. The handler
/// answers before it returns, as those on the fakes do.
template <typename Service, typename Request, typename Response>
grpc::Status Call(Service& service,
                  grpc::ServerUnaryReactor* (Service::*method)(grpc::CallbackServerContext*,
                                                               const Request*, Response*),
                  const Request& request, Response& response) {
  grpc::CallbackServerContext context;
  const grpc::testing::DefaultReactorTestPeer peer(&context);
  (service.*method)(&context, &request, &response);
  Require(peer.test_status_set(), "a call is answered");
  return peer.test_status();
}

/// What an answer promises, whichever the method.
inline void CheckAnswer(const grpc::Status& status, const google::protobuf::Message& response) {
  if (status.ok()) {
    const std::string bytes = response.SerializeAsString();
    Require(std::unique_ptr<google::protobuf::Message>(response.New())->ParseFromString(bytes),
            "an answer can be read");
    return;
  }
  switch (status.error_code()) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::ALREADY_EXISTS:
    case grpc::StatusCode::FAILED_PRECONDITION: break;
    default: Require(false, "the fakes have no fault of their own");
  }
  RequireNoEcho(status.error_message());
  RequireNoEcho(status.error_details());
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  Require(details.ParseFromString(status.error_details()) && details.details_size() >= 1 &&
              info.ParseFromString(details.details(0).value()) && !info.reason().empty(),
          "a refusal has its reason");
  constexpr std::size_t kTrailers = 8 * 1024;  // gRPC's default limit
  Require(status.error_message().size() + status.error_details().size() < kTrailers,
          "a refusal fits the trailers");
}

/// The bytes as a message; nothing if they are none.
template <typename Request>
std::optional<Request> Parsed(std::string_view bytes) {
  // It would write a line for each text that is not UTF-8.
  [[maybe_unused]] static auto* const silenced = google::protobuf::SetLogHandler(nullptr);
  Request request;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
  return request;
}

/// Whether the text says where a call goes: with the canary in it, nothing else of the message is
/// looked at.
inline bool NamesResource(const google::protobuf::FieldDescriptor& field) {
  return field.name() == "parent" || field.name() == "name";
}

/// Puts the canary behind the names of resources, or behind all other texts of the message and of
/// those within.
inline void Plant(google::protobuf::Message& message, bool into_names) {
  using google::protobuf::FieldDescriptor;
  const auto* const reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* const field : fields) {
    const bool is_list = field->is_repeated();
    const int size = is_list ? reflection->FieldSize(message, field) : 1;
    for (int at = 0; at < size; ++at) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Plant(is_list ? *reflection->MutableRepeatedMessage(&message, field, at)
                      : *reflection->MutableMessage(&message, field),
              into_names);
      } else if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING ||
                 NamesResource(*field) != into_names) {
        continue;
      } else if (is_list) {
        std::string text = reflection->GetRepeatedString(message, field, at);
        reflection->SetRepeatedString(&message, field, at, text.append(kCanary));
      } else {
        std::string text = reflection->GetString(message, field);
        reflection->SetString(&message, field, text.append(kCanary));
      }
    }
  }
}

}  // namespace lethe::fuzz
