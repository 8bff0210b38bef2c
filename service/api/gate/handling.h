#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <string>
#include <utility>

#include "api/calls/errors.h"
#include "api/calls/executor.h"
#include "api/gate/gate.h"
#include "lethe/audit.h"
#include "lethe/reasons.h"
#include "lethe/result.h"

namespace lethe::api {

/// The caller as who decides something, with its justification.
inline Operator Deciding(const Caller& caller, std::string why) {
  return {.principal = caller.name(), .means = caller.means(), .justification = std::move(why)};
}

// What every handler does with a call.

inline void Finish(grpc::ServerUnaryReactor* reactor, const Status& status) {
  reactor->Finish(status ? grpc::Status::OK : ToGrpcStatus(status.error()));
}

/// For a call that an executor did not take.
inline Error LineIsFull() {
  return {.code = ErrorCode::kResourceExhausted,
          .reason = Text(ErrorReason::kTooBusy),
          .message = "too many calls wait for the database: try again later",
          .retry_after = std::chrono::seconds(1)};
}

/// Answers the call with what `handle` returns, which may wait. `reactor` is the context's own,
/// which it gives but once.
template <typename Handle>
grpc::ServerUnaryReactor* RunBlocking(const Executor& executor,
                                      grpc::CallbackServerContext* context,
                                      grpc::ServerUnaryReactor* reactor, Handle handle) {
  const bool taken = executor([context, reactor, handle = std::move(handle)] {
    // A caller that gave up while the call was queued does not wait for an answer.
    if (context->IsCancelled()) return reactor->Finish(grpc::Status::CANCELLED);
    Finish(reactor, handle());
  });
  if (!taken) Finish(reactor, LineIsFull());
  return reactor;
}

/// Answers the call with what `handle` returns for its caller, if the gate admits it: who is
/// refused takes no place in the executor's line. `request` lives as long as the call.
template <typename Request, typename Handle>
grpc::ServerUnaryReactor* AdmitAndRun(const Gate& gate, const Executor& executor,
                                      grpc::CallbackServerContext* context, const Request& request,
                                      Handle handle) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  auto caller = gate.Admit(*context, request);
  if (!caller) {
    Finish(reactor, caller.error());
    return reactor;
  }
  return RunBlocking(
      executor, context, reactor,
      [handle = std::move(handle), caller = *std::move(caller)] { return handle(caller); });
}

}  // namespace lethe::api
