#pragma once

#include "crypto/key_ring.h"
#include "lethe/request_store.h"
#include "store/base/pool.h"
#include "store/intake/committer.h"

namespace lethe::store {

/// Requests in PostgreSQL: sealed in the caller's thread, written by the committer, read through a
/// pool.
class PgRequestStore final : public RequestStore {
 public:
  PgRequestStore(const crypto::KeyRing& keys, Committer& committer, Pool& pool);

  void Submit(NewRequest request, SubmitDone done) override;
  Result<RequestView> Get(std::string_view account, RequestId id) override;
  Result<Page<RequestView>> ListRequests(const ListRequestsParams& params) override;
  Result<Page<ItemView>> ListItems(const ListItemsParams& params) override;

 private:
  const crypto::KeyRing& keys_;
  Committer& committer_;
  Pool& pool_;
};

}  // namespace lethe::store
