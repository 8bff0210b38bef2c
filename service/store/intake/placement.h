#pragma once

#include <compare>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lethe/batch.h"
#include "lethe/operation.h"
#include "lethe/time.h"
#include "lethe/urgency.h"
#include "store/base/item_range.h"

namespace lethe::store {

/// Requests of one lane share envelopes.
struct Lane {
  std::string account;
  Operation operation;
  IdentifierKind kind;
  Urgency urgency = Urgency::kUsual;

  friend auto operator<=>(const Lane&, const Lane&) = default;
};

/// An envelope that this process opened. It may append to it until the envelope is full, or a
/// dispatcher claims it.
struct OpenEnvelope {
  EnvelopeId id;
  int size;
  TimePoint due = {};  ///< What its place in the order of sending is by.
};
using OpenEnvelopes = std::map<Lane, OpenEnvelope>;

/// One request to place; `index` is the caller's.
struct PlacementRequest {
  int index;
  const Lane* lane;
  int item_count;
  TimePoint due = {};
};

/// Requests to be appended to an open envelope.
struct Append {
  Lane lane;
  OpenEnvelope envelope;  ///< As it is before.
  int item_count;
  std::vector<PlacementRequest> requests;
};

/// An envelope to be made.
struct NewEnvelope {
  EnvelopeId id;
  Lane lane;
  int size;
  TimePoint due = {};  ///< The first of its requests.
};

/// Chooses the requests that fit into the open envelopes and MayJoin() them, in order; a smaller
/// one may pass one that does not fit. Each request is in one Append at most.
std::vector<Append> PlanAppends(const std::vector<PlacementRequest>& requests,
                                const OpenEnvelopes& open);

/// Gives the first of `count` consecutive ids.
using TakeEnvelopeIds = std::function<EnvelopeId(int count)>;

/// Opens new envelopes for the requests: small ones share, one that is larger than an envelope gets
/// consecutive envelopes of its own. Writes where each goes to `placements[index]`. An envelope
/// with room left becomes its lane's in `open`.
std::vector<NewEnvelope> PlanNewEnvelopes(const std::vector<PlacementRequest>& requests,
                                          const TakeEnvelopeIds& take_ids,
                                          std::vector<Placement>& placements, OpenEnvelopes& open);

}  // namespace lethe::store
