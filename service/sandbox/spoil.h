#pragma once

#include "sandbox/endpoint.h"
#include "sandbox/exchange.h"
#include "sandbox/fault.h"

namespace lethe::sandbox {

/// Where redirects of a fault lead; whoever comes here has followed one.
inline constexpr const char* kRedirectTarget = "/1/redirected";

/// Whether the caller gets the answer that the call deserves, however badly delivered.
bool KeepsTheAnswer(FaultKind kind);

/// What the caller gets instead of `truth`. Delays are not part of it.
Answer Spoil(const Fault& fault, Endpoint endpoint, Answer truth);

}  // namespace lethe::sandbox
