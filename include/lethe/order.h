#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "lethe/batch.h"

namespace lethe {

/// Why an item is held that waits for another operation on its identifier.
inline constexpr std::string_view kEarlierOperation = "earlier_operation";

/// A batch of another operation that goes first, as it was when somebody found that they wait for
/// it.
struct Blocker {
  EnvelopeId envelope{};
  Span span{};

  friend auto operator<=>(const Blocker&, const Blocker&) = default;
};

/// Positions of a batch that wait for the same batch, or for none.
struct OrderedRun {
  Span span;
  std::optional<Blocker> blocked_by = {};

  friend bool operator==(const OrderedRun&, const OrderedRun&) = default;
};

/// Cuts `span` where neighbours wait for different batches; `blockers` by position. Ascending,
/// without gap, and as few runs as possible.
std::vector<OrderedRun> CutByBlocker(Span span, const std::map<int, Blocker>& blockers);

/// What decides who goes first among unfinished items with one identifier.
struct Turn {
  bool attempted;  ///< A call with it was written down, whatever came of it.
  RequestId request;
};

/// Whether `other` finishes before `mine` is sent. Requests go in the order in which they were
/// accepted; but one that became visible late does not overtake whoever is under way.
constexpr bool GoesFirst(const Turn& other, const Turn& mine) {
  if (other.attempted != mine.attempted) return other.attempted;
  return other.request < mine.request;
}

}  // namespace lethe
