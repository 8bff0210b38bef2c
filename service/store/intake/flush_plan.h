#pragma once

#include <span>
#include <vector>

#include "lethe/time.h"
#include "store/intake/placement.h"
#include "store/intake/sealed_request.h"
#include "store/intake/sql.h"

namespace lethe::store {

/// Requests that are committed together.
struct Flush {
  std::span<const NumberedRequest> requests;
  TimePoint now;  ///< The create time of all.
};

/// Which statement inserts the idempotency keys of a flush.
enum class KeyHandling {
  kInThisStatement,  ///< write_requests, which is a transaction of its own.
  kAlreadyWritten,   ///< An earlier one of the same transaction.
};

/// A flush as it will be written.
struct FlushPlan {
  std::vector<Placement> placements;  ///< Where each request goes.
  OpenEnvelopes open;                 ///< What may be appended to afterwards.
  std::vector<Lane> appended;         ///< Lanes whose open envelope it appends to.
  sql::WriteRequests write_requests;
  sql::WriteUnlinkingItems write_unlinking_items;  ///< Of the requests that Unlinks().
};

/// Places the requests, whose keys must be new, in open envelopes and in new ones. Positions go to
/// requests that are written only, so that an envelope has no gaps and its size is exact.
FlushPlan PlanFlush(const Flush& flush, KeyHandling keys, const OpenEnvelopes& open,
                    const TakeEnvelopeIds& take_ids);

}  // namespace lethe::store
