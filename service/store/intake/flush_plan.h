#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "lethe/request.h"
#include "lethe/time.h"
#include "store/base/values.h"
#include "store/ids/id_source.h"
#include "store/intake/placement.h"
#include "store/intake/sealed_request.h"

namespace lethe::store {

struct AppendColumns {
  ArrayLiteral envelopes, item_counts, ends, capacities;

  void Add(const Append& append);
};

struct EnvelopeColumns {
  ArrayLiteral ids, ends, accounts, operations, kinds, states;

  void Add(const NewEnvelope& envelope, const OpenEnvelopes& open);
};

struct RequestColumns {
  ArrayLiteral ids, accounts, operations, kinds, principals, submit_times, due_times, item_counts,
      duplicate_counts, envelopes, positions, envelope_counts, keys, payloads;

  void Add(RequestId id, const SealedRequest& request, const Placement& placement);
};

struct ItemColumns {
  ArrayLiteral envelopes, request_ids, positions, ordinals, sealed, digests;

  bool empty() const { return digests.empty(); }

  void Add(RequestId id, const SealedRequest& request, const Placement& placement);
};

/// A flush on paper: the columns of kWriteRequests, and what they come from.
struct FlushPlan {
  std::vector<Placement> placements;  ///< Where each request goes.
  OpenEnvelopes open;                 ///< What may be appended to afterwards.
  std::vector<Lane> appended;         ///< Lanes whose open envelope it appends to.

  AppendColumns appends;
  EnvelopeColumns envelopes;
  RequestColumns requests;
  ItemColumns items;
  ItemColumns unlinking_items;             ///< Those of them that unlink.
  std::set<std::string> erasing_accounts;  ///< Of requests that CanBeUnlinked().
};

/// Places requests whose keys are new in the open envelopes and in new ones. Positions go to what
/// is written only, so that an envelope has no gaps and its size is exact. Throws as
/// IdSource::Take().
FlushPlan PlanFlush(std::span<const NumberedRequest> requests, const OpenEnvelopes& open,
                    IdSource& ids, TimePoint now);

}  // namespace lethe::store
