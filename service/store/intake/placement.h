#pragma once

#include <compare>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lethe/batch.h"
#include "lethe/operation.h"
#include "store/base/item_range.h"

namespace lethe::store {

/// What shares envelopes.
struct Lane {
  std::string account;
  Operation operation;
  IdentifierKind kind;

  friend auto operator<=>(const Lane&, const Lane&) = default;
};

/// An envelope that this process opened and may append to until it is full, or taken to be sent.
struct OpenEnvelope {
  EnvelopeId id;
  int size;
};
using OpenEnvelopes = std::map<Lane, OpenEnvelope>;

/// One request to place; `index` is the caller's.
struct PlacementRequest {
  int index;
  const Lane* lane;
  int item_count;
};

/// Items to be appended to an open envelope of `size_before`.
struct Append {
  Lane lane;
  OpenEnvelope envelope;
  int item_count;
  std::vector<PlacementRequest> requests;
};

/// An envelope to be made.
struct NewEnvelope {
  EnvelopeId id;
  Lane lane;
  int size;
};

/// Which of the requests fit into the envelopes that are open, in order. Each request is in one
/// Append at most.
std::vector<Append> PlanAppends(const std::vector<PlacementRequest>& requests,
                                const OpenEnvelopes& open);

/// New envelopes for requests: small ones share, one that is larger than an envelope gets its own.
/// `take_ids(n)` gives the first of n consecutive envelope ids. Placements are written to
/// `placements[index]`. Where an envelope has room left, `open` gets it.
std::vector<NewEnvelope> PlanNewEnvelopes(const std::vector<PlacementRequest>& requests,
                                          const std::function<EnvelopeId(int)>& take_ids,
                                          std::vector<Placement>& placements, OpenEnvelopes& open);

}  // namespace lethe::store
