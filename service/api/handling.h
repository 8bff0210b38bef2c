#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <string>
#include <utility>

#include "api/errors.h"
#include "api/executor.h"
#include "lethe/reasons.h"
#include "lethe/result.h"

namespace lethe::api {

// What every handler does with a call.

/// The caller. Callers are not authenticated, so they share their idempotency keys, and audit
/// events name no person.
inline std::string PrincipalOf(const grpc::CallbackServerContext&) { return "anonymous"; }

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
template <typename Handle>
grpc::ServerUnaryReactor* RunBlocking(const Executor& executor,
                                      grpc::CallbackServerContext* context, Handle handle) {
  return RunBlocking(executor, context, context->DefaultReactor(), std::move(handle));
}

}  // namespace lethe::api
