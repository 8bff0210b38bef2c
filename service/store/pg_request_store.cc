#include "store/pg_request_store.h"

#include <optional>
#include <utility>

#include "store/changing/follow_ups.h"
#include "store/intake/request_sealer.h"
#include "store/reading/request_reader.h"
#include "store/session/sql_errors.h"

namespace lethe::store {
namespace {

Error NoKeysYet() {
  return Unavailable(
      "the key file is not checked against the database yet: try again with the same key");
}

}  // namespace

PgRequestStore::PgRequestStore(crypto::LiveKeys keys, Committer& committer, Pool& pool)
    : keys_(std::move(keys)), committer_(committer), pool_(pool) {}

void PgRequestStore::Submit(NewRequest request, SubmitDone done) {
  const std::optional<crypto::KeyRing> keys = keys_.Find();
  if (!keys) {
    done(NoKeysYet());
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

Result<std::vector<NewItem>> PgRequestStore::RejectedItems(const RejectedItemsParams& params) {
  const std::optional<crypto::KeyRing> keys = keys_.Find();
  if (!keys) return NoKeysYet();
  return pool_.WithRetry(
      [&](pqxx::connection& connection) { return ReadRejectedItems(connection, *keys, params); });
}

Status PgRequestStore::ExtendDueTime(const ExtendDueTimeParams& params) {
  return pool_.With(
      [&](pqxx::connection& connection) { return store::ExtendDueTime(connection, params); });
}

}  // namespace lethe::store
