#pragma once

#include <map>
#include <optional>
#include <vector>

#include "lethe/batch.h"

namespace lethe {

// Operations on one identifier of an account finish one after the other. Which one goes first is
// their precedence; an item that must wait is held.

/// The batch that an item waits for, and its span when it was found.
struct Blocker {
  EnvelopeId envelope{};
  Span span{};

  friend auto operator<=>(const Blocker&, const Blocker&) = default;
};

/// Neighbours in a batch that wait for the same batch, or that need not wait.
struct PrecedenceRun {
  Span span;
  std::optional<Blocker> blocked_by = {};

  friend bool operator==(const PrecedenceRun&, const PrecedenceRun&) = default;
};

/// Cuts `span` where neighbours wait for different batches; `blockers` by position. Ascending,
/// without gap, and as few runs as possible.
std::vector<PrecedenceRun> CutByBlocker(Span span, const std::map<int, Blocker>& blockers);

/// What decides which of two unfinished items with one identifier goes first.
struct Precedence {
  bool attempted;  ///< A call with the item was written down, whatever came of it.
  RequestId request;
};

/// Whether `other` finishes before `mine` is sent: the lower id first, except that attempted items
/// precede unattempted ones. So a request that became visible late does not overtake a call that is
/// under way.
constexpr bool Precedes(const Precedence& other, const Precedence& mine) {
  if (other.attempted != mine.attempted) return other.attempted;
  return other.request < mine.request;
}

}  // namespace lethe
