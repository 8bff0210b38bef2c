#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_interceptor.h>

#include "api/calls/call_budget.h"
#include "api/calls/call_observer.h"
#include "lethe/time.h"

namespace lethe::api {

/// Sits between gRPC and the service. Tells the observer of every call's end, and answers a message
/// that cannot be read with INVALID_ARGUMENT: gRPC's callback API would say UNIMPLEMENTED, without
/// a word. Keeps each call's share of the budget, and ends calls of gRPC's own services that have
/// no end where there are too many of them.
class CallInterceptorFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  /// An empty observer is told nothing. `clock` and the budgets outlive the server; `watches` is
  /// that of calls without an end.
  CallInterceptorFactory(CallObserver observer, const Clock& clock, CallBudget& budget,
                         CallBudget& watches)
      : observer_(std::move(observer)), clock_(clock), budget_(budget), watches_(watches) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override;

 private:
  const CallObserver observer_;
  const Clock& clock_;
  CallBudget& budget_;
  CallBudget& watches_;
};

}  // namespace lethe::api
