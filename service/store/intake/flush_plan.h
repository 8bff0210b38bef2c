#pragma once

#include <span>
#include <vector>

#include "lethe/request.h"
#include "lethe/time.h"
#include "store/ids/id_source.h"
#include "store/intake/placement.h"
#include "store/intake/sealed_request.h"
#include "store/intake/sql.h"

namespace lethe::store {

/// A flush on paper.
struct FlushPlan {
  std::vector<Placement> placements;  ///< Where each request goes.
  OpenEnvelopes open;                 ///< What may be appended to afterwards.
  std::vector<Lane> appended;         ///< Lanes whose open envelope it appends to.

  sql::WriteRequests rows;
  sql::WriteUnlinkingItems unlinking_items;  ///< Of requests that Unlinks().
};

/// Places requests whose keys are new in the open envelopes and in new ones. Positions go to what
/// is written only, so that an envelope has no gaps and its size is exact. Throws as
/// IdSource::Take().
FlushPlan PlanFlush(std::span<const NumberedRequest> requests, const OpenEnvelopes& open,
                    IdSource& ids, TimePoint now, bool writes_keys);

}  // namespace lethe::store
