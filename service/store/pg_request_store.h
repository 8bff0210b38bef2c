#pragma once

#include <vector>

#include "crypto/live_keys.h"
#include "lethe/request_store.h"
#include "store/intake/committer.h"
#include "store/session/pool.h"

namespace lethe::store {

/// Requests in PostgreSQL: sealed in the caller's thread, written by the committer, read through a
/// pool. While there are no keys yet, Submit() answers STORE_UNAVAILABLE.
class PgRequestStore final : public RequestStore {
 public:
  PgRequestStore(crypto::LiveKeys keys, Committer& committer, Pool& pool);

  void Submit(NewRequest request, SubmitDone done) override;
  Result<RequestView> Get(std::string_view account, RequestId id) override;
  Result<Page<RequestView>> ListRequests(const ListRequestsParams& params) override;
  Result<Page<ItemView>> ListItems(const ListItemsParams& params) override;
  Result<std::vector<NewItem>> RejectedItems(const RejectedItemsParams& params) override;
  Status ExtendDueTime(const ExtendDueTimeParams& params) override;

 private:
  const crypto::LiveKeys keys_;
  Committer& committer_;
  Pool& pool_;
};

}  // namespace lethe::store
