#pragma once

#include "sandbox/endpoint.h"
#include "sandbox/exchange.h"
#include "sandbox/fault.h"

namespace lethe::sandbox {

/// Whether the caller gets the answer that the call deserves, however badly delivered.
bool KeepsTheAnswer(FaultKind kind);

/// What the caller gets instead of `truth`. Delays are not part of it.
Answer Spoil(const Fault& fault, Endpoint endpoint, Answer truth);

}  // namespace lethe::sandbox
