#include "store/lists/pg_request_lists.h"

#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "store/lists/exceptions.h"
#include "store/lists/request_finder.h"
#include "store/lists/subject_look_up.h"
#include "store/lists/summary.h"
#include "store/session/sql_errors.h"

namespace lethe::store {
namespace {

Error NoKeysYet() {
  return Unavailable("the key file is not checked against the database yet: try again");
}

/// Every form in which a key may have been written: see idempotency_key.
std::vector<std::string> KeyForms(const crypto::KeyRing& keys, const FindRequestsParams& params) {
  using crypto::MacPurpose;
  std::vector<std::string> forms = keys.Macs(MacPurpose::kIdempotencyKey, params.idempotency_key);
  for (const AccountScope& scope : params.filter.scopes) {
    const std::string of_account = scope.account + ":" + std::string(params.idempotency_key);
    std::ranges::move(keys.Macs(MacPurpose::kAccountKey, of_account), std::back_inserter(forms));
  }
  return forms;
}

}  // namespace

PgRequestLists::PgRequestLists(crypto::LiveKeys keys, Pool& pool)
    : keys_(std::move(keys)), pool_(pool) {}

Result<FoundRequests> PgRequestLists::Find(const FindRequestsParams& params) {
  std::vector<std::string> key_forms;
  if (!params.idempotency_key.empty()) {
    const std::optional<crypto::KeyRing> keys = keys_.Find();
    if (!keys) return NoKeysYet();
    key_forms = KeyForms(*keys, params);
  }
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<FoundRequests> {
    return FindRequests(connection, params, key_forms);
  });
}

Result<Page<ExceptionView>> PgRequestLists::FindExceptions(const FindExceptionsParams& params) {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<Page<ExceptionView>> {
    return ReadExceptions(connection, params);
  });
}

Result<RequestSummary> PgRequestLists::Summarize(const SummaryParams& params) {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<RequestSummary> {
    return ReadSummary(connection, params);
  });
}

Result<std::vector<SubjectItem>> PgRequestLists::LookUp(const LookUpParams& params) {
  const std::optional<crypto::KeyRing> keys = keys_.Find();
  if (!keys) return NoKeysYet();
  const auto digests = keys->Macs(crypto::MacPurpose::kIdentifier, params.identifier.Reveal());
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<std::vector<SubjectItem>> {
    return LookUpSubject(connection, params, digests);
  });
}

}  // namespace lethe::store
