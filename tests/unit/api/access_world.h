#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "access/directory.h"
#include "lethe/v1/access.pb.h"
#include "lethe/v1/reading_service.pb.h"
#include "unit/api/operator_world.h"

namespace lethe::api {

/// The methods of Lethe's services.
inline std::vector<const google::protobuf::MethodDescriptor*> AllMethods() {
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const auto* file :
       {v1::PrivacyRequest::descriptor()->file(), v1::Review::descriptor()->file(),
        v1::SubjectItem::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        methods.push_back(file->service(s)->method(m));
      }
    }
  }
  return methods;
}

inline std::unique_ptr<google::protobuf::Message> New(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

/// A principal with the token `token of NAME`.
inline access::Member Named(const std::string& name, std::vector<Grant> grants, TimePoint until) {
  return {.principal = {.name = name, .grants = std::move(grants)},
          .certificates = {},
          .tokens = {{.digest = access::TokenDigest::Of("token of " + name), .until = until}}};
}

/// A server that knows principals, and any call to it.
class AccessWorld : public OperatorWorld {
 protected:
  static void Show(grpc::ClientContext& context, const std::string& principal) {
    context.AddMetadata("authorization", "Bearer token of " + principal);
  }

  /// Calls any method. `header` is that of the credential; without one if empty.
  grpc::Status CallWith(const std::string& header, const google::protobuf::MethodDescriptor& method,
                        const google::protobuf::Message& message,
                        google::protobuf::Message* answer = nullptr) {
    const std::string bytes = message.SerializeAsString();
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::ClientContext context;
    if (!header.empty()) context.AddMetadata("authorization", header);
    std::promise<grpc::Status> ended;
    grpc::GenericStub(channel_).UnaryCall(
        &context, "/" + method.service()->full_name() + "/" + method.name(), {}, &request,
        &response, [&](grpc::Status status) { ended.set_value(std::move(status)); });
    grpc::Status status = ended.get_future().get();
    grpc::Slice whole;
    if (status.ok() && answer != nullptr && response.DumpToSingleSlice(&whole).ok()) {
      EXPECT_TRUE(answer->ParseFromArray(whole.begin(), static_cast<int>(whole.size())));
    }
    return status;
  }

  const TimePoint kEnd = clock_.Now() + std::chrono::hours(1);
};

}  // namespace lethe::api
