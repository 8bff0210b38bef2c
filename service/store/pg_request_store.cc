#include "store/pg_request_store.h"

#include <optional>
#include <utility>

#include "store/intake/request_sealer.h"
#include "store/reading/request_reader.h"
#include "store/session/sql_errors.h"

namespace lethe::store {

PgRequestStore::PgRequestStore(crypto::LiveKeys keys, Committer& committer, Pool& pool)
    : keys_(std::move(keys)), committer_(committer), pool_(pool) {}

void PgRequestStore::Submit(NewRequest request, SubmitDone done) {
  const std::optional<crypto::KeyRing> keys = keys_.Find();
  if (!keys) {
    done(Unavailable(
        "the key file is not checked against the database yet: try again with the same key"));
    return;
  }
  committer_.Submit(SealRequest(request, *keys), std::move(done));
}

Result<RequestView> PgRequestStore::Get(std::string_view account, RequestId id) {
  return pool_.WithRetry(
      [&](pqxx::connection& connection) { return ReadRequest(connection, account, id); });
}

Result<Page<RequestView>> PgRequestStore::ListRequests(const ListRequestsParams& params) {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<Page<RequestView>> {
    return ReadRequests(connection, params);
  });
}

Result<Page<ItemView>> PgRequestStore::ListItems(const ListItemsParams& params) {
  return pool_.WithRetry(
      [&](pqxx::connection& connection) { return ReadItems(connection, params); });
}

}  // namespace lethe::store
