#pragma once

#include "crypto/live_keys.h"
#include "lethe/request_lists.h"
#include "store/session/pool.h"

namespace lethe::store {

/// RequestLists over PostgreSQL. While there are no keys yet, what needs them answers
/// STORE_UNAVAILABLE: a look-up, and a search by key.
class PgRequestLists final : public RequestLists {
 public:
  PgRequestLists(crypto::LiveKeys keys, Pool& pool);

  Result<FoundRequests> Find(const FindRequestsParams& params) override;
  Result<Page<ExceptionView>> FindExceptions(const FindExceptionsParams& params) override;
  Result<RequestSummary> Summarize(const SummaryParams& params) override;
  Result<std::vector<SubjectItem>> LookUp(const LookUpParams& params) override;

 private:
  const crypto::LiveKeys keys_;
  Pool& pool_;
};

}  // namespace lethe::store
