#pragma once

#include <pqxx/pqxx>
#include <span>
#include <string>
#include <vector>

#include "crypto/key_ring.h"
#include "lethe/request.h"
#include "lethe/result.h"
#include "store/node_lease.h"
#include "store/placement.h"

namespace lethe::store {

struct SealedItem {
  int ordinal;
  crypto::Bytes sealed;
  crypto::Bytes digest;
};

/// A request as it is written: nothing of it can be read without the keys.
struct SealedRequest {
  std::string principal;
  Lane lane;
  crypto::Bytes key_hmac;
  crypto::Bytes payload_hmac;
  std::vector<SealedItem> items;
  int duplicate_count;
  std::optional<TimePoint> submit_time;
  std::optional<TimePoint> due_time;
};

struct FlushResult {
  std::vector<Result<Admission>>
      answers;              ///< One a request. True once the transaction has committed.
  OpenEnvelopes open;       ///< Likewise: what may be appended to from then on.
  std::string transaction;  ///< For txid_status(). Empty if there was nothing to write.
};

/// Writes all requests in one transaction, which the caller commits: keys first, then for those
/// whose key is new the envelopes, the request and its items. A repeated key gets the original's
/// answer, or IDEMPOTENCY_KEY_REUSED if its payload differs. Throws what pqxx throws.
FlushResult WriteRequests(pqxx::work& work, std::span<const SealedRequest* const> requests,
                          const OpenEnvelopes& open, IdSource& ids, TimePoint now);

}  // namespace lethe::store
