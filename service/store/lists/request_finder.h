#pragma once

#include <pqxx/pqxx>
#include <vector>

#include "lethe/request_lists.h"

namespace lethe::store {

/// How many requests a page looks at whose state nothing but their items tells: then the page ends,
/// short.
inline constexpr int kMaxLookedAt = 2'000;

/// RequestLists::Find(). `key_forms`: the MACs of params.idempotency_key, if that is set. Throws
/// what pqxx throws, as all functions here.
FoundRequests FindRequests(pqxx::connection& connection, const FindRequestsParams& params,
                           const std::vector<std::string>& key_forms);

}  // namespace lethe::store
