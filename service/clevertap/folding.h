#pragma once

#include <span>
#include <vector>

#include "lethe/redacted.h"
#include "lethe/vendor.h"

namespace lethe::clevertap {

/// The identifiers of a call, each once: two requests that share an envelope may name the same
/// person, and CleverTap need not hear it twice.
struct Folded {
  std::vector<Identifier> distinct;  ///< In the order of their first place in the call.
  std::vector<int> distinct_of;      ///< For each place in the call, its index in `distinct`.
};
Folded Fold(std::span<const Identifier> identifiers);

/// The reply about the distinct identifiers as a reply about the whole call: a fault of one is a
/// fault at each of its places.
VendorReply Unfold(VendorReply reply, const Folded& folded);

}  // namespace lethe::clevertap
