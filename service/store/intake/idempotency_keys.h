#pragma once

#include <pqxx/pqxx>
#include <set>
#include <span>
#include <vector>

#include "lethe/request.h"
#include "lethe/result.h"
#include "store/intake/sealed_request.h"

namespace lethe::store {

/// Of each request, whether it is the first among these with its key. Every principal has keys of
/// its own.
std::vector<bool> FirstOfTheirKeys(std::span<const NumberedRequest> requests);

/// Inserts the keys that are new; where requests share a key, for the first of them. Returns the
/// requests whose keys it inserted. Throws what pqxx throws.
std::set<RequestId> InsertKeys(pqxx::work& work, std::span<const NumberedRequest> requests,
                               TimePoint now);

/// The answer to a request whose key InsertKeys() did not insert: the admission of the first
/// request with the key, or IDEMPOTENCY_KEY_REUSED if the payloads differ. The first request may be
/// this one, kept by a try whose answer was lost; then it is not a repeat. Throws what pqxx throws.
///
/// Call it after InsertKeys(), in the same transaction: the statement that waited for another
/// transaction's key does not see the row, the next one does.
Result<Admission> FindOriginal(pqxx::work& work, const NumberedRequest& request);

}  // namespace lethe::store
