#include "store/intake/idempotency_keys.h"

#include <string_view>
#include <utility>

#include "lethe/reasons.h"
#include "store/intake/sql.h"

namespace lethe::store {

std::vector<bool> FirstOfTheirKeys(std::span<const NumberedRequest> requests) {
  std::vector<bool> first;
  first.reserve(requests.size());
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& [id, request] : requests) {
    first.push_back(seen.emplace(request->principal, request->key_hmac).second);
  }
  return first;
}

std::set<RequestId> InsertKeys(pqxx::work& work, std::span<const NumberedRequest> requests,
                               TimePoint now) {
  sql::InsertKeys statement{.now = now};
  const std::vector<bool> first = FirstOfTheirKeys(requests);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (!first[i]) continue;
    const auto& [id, request] = requests[i];
    statement.keys.Add({.principal = request->principal,
                        .key_hmac = request->key_hmac,
                        .request_id = id,
                        .payload_hmac = request->payload_hmac});
  }
  std::set<RequestId> inserted;
  for (const auto& [id] : statement.Run(work)) inserted.insert(id);
  return inserted;
}

Result<Admission> FindOriginal(pqxx::work& work, const NumberedRequest& request) {
  const auto original = FirstRow(work, sql::FindKey{.principal = request.request->principal,
                                                    .key_hmac = request.request->key_hmac});
  if (!original) {
    return Error{ErrorCode::kUnavailable, Text(ErrorReason::kStoreUnavailable),
                 "the idempotency key expired at this moment: try again"};
  }
  if (original->payload_hmac != request.request->payload_hmac) {
    return Error{
        ErrorCode::kAlreadyExists, Text(ErrorReason::kIdempotencyKeyReused),
        "this idempotency key was used for a request with another payload: use a new key for "
        "a new request"};
  }
  const bool repeated = original->request_id != request.id;
  return Admission{original->request_id, original->create_time, repeated};
}

}  // namespace lethe::store
