#include "api/calls/call_interceptor.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "api/calls/errors.h"
#include "lethe/reasons.h"

namespace lethe::api {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

/// The method of one of Lethe's own services, by its path `/package.Service/Method`. Null for those
/// of gRPC's, such as health and reflection.
const google::protobuf::MethodDescriptor* FindMethod(std::string path) {
  if (!path.starts_with("/lethe.v1.")) return nullptr;
  std::ranges::replace(path, '/', '.');
  return google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(path.substr(1));
}

grpc::Status Unreadable() {
  return ToGrpcStatus({.code = ErrorCode::kInvalidArgument,
                       .reason = Text(ErrorReason::kInvalidRequest),
                       .message =
                           "the message cannot be read: it is cut off, or one of its strings "
                           "is not UTF-8"});
}

/// Of a message of Lethe's own services, on the wire.
std::size_t SizeOf(const void* message) {
  return static_cast<const google::protobuf::Message*>(message)->ByteSizeLong();
}

class CallInterceptor final : public grpc::experimental::Interceptor {
 public:
  CallInterceptor(std::string_view method, const CallObserver& observer, const Clock& clock,
                  CallBudget& budget, ServerRpcInfo& call)
      : method_(method),
        observer_(observer),
        clock_(clock),
        call_(call),
        start_(clock.Monotonic()),
        share_(budget) {}

  void Intercept(InterceptorBatchMethods* batch) override {
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE)) {
      const void* message = batch->GetRecvMessage();
      unreadable_ = message == nullptr;
      if (message != nullptr) share_.Add(SizeOf(message));
    }
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_MESSAGE)) {
      share_.Add(SizeOf(batch->GetSendMessage()));
    }
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      if (unreadable_) batch->ModifySendStatus(Unreadable());
      Observe(batch->GetSendStatus());
      share_.Answered(clock_.Monotonic(), [&call = call_] { call.server_context()->TryCancel(); });
    }
    batch->Proceed();
  }

 private:
  void Observe(const grpc::Status& status) const {
    if (!observer_) return;
    const bool gone = call_.server_context()->IsCancelled();
    observer_({.method = method_,
               .grpc_code = gone ? grpc::StatusCode::CANCELLED : status.error_code(),
               .duration = clock_.Monotonic() - start_});
  }

  const std::string_view method_;
  const CallObserver& observer_;
  const Clock& clock_;
  ServerRpcInfo& call_;
  const milliseconds start_;
  bool unreadable_ = false;
  CallBudget::Share share_;
};

/// Of a health watch or a reflection: its message weighs nothing, but it may stay for hours.
class WatchInterceptor final : public grpc::experimental::Interceptor {
 public:
  WatchInterceptor(CallBudget& budget, ServerRpcInfo& call)
      : call_(call), share_(budget), is_too_much_(budget.Exceeded()) {}

  void Intercept(InterceptorBatchMethods* batch) override {
    // Once: to cancel is itself something to intercept.
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA) &&
        is_too_much_) {
      call_.server_context()->TryCancel();
    }
    batch->Proceed();
  }

 private:
  ServerRpcInfo& call_;
  const CallBudget::Share share_;
  const bool is_too_much_;
};

}  // namespace

grpc::experimental::Interceptor* CallInterceptorFactory::CreateServerInterceptor(
    ServerRpcInfo* call) {
  const auto* method = FindMethod(call->method());
  if (method) return new CallInterceptor(method->name(), observer_, clock_, budget_, *call);
  const bool has_an_end = call->type() == ServerRpcInfo::Type::UNARY;
  return has_an_end ? nullptr : new WatchInterceptor(watches_, *call);
}

}  // namespace lethe::api
