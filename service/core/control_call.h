#pragma once

#include "lethe/operation.h"
#include "lethe/redacted.h"

namespace lethe::core {

/// A call that shows whether CleverTap takes a route's calls, and touches no one.
struct ControlCall {
  IdentifierKind kind;
  Identifier identifier;
  bool dry_run;
};

/// What it is made of:
///   erasure, demerge   an identity that no one has, new at each call by `random` in [0, 1).
///                      CleverTap answers `success` where it knows no such profile;
///   disassociation     CleverTap's dry run, of a number that is set aside for fiction.
ControlCall ControlCallFor(Operation operation, double random);

}  // namespace lethe::core
