#pragma once

#include <pqxx/pqxx>
#include <string_view>

#include "lethe/request_store.h"
#include "lethe/result.h"

namespace lethe::store {

// What RequestStore answers about requests that are kept. All but the first throw what pqxx throws.

Error RequestNotFound();

Result<RequestView> ReadRequest(pqxx::connection& connection, std::string_view account,
                                RequestId id);
Page<RequestView> ReadRequests(pqxx::connection& connection, const ListRequestsParams& params);
Result<Page<ItemView>> ReadItems(pqxx::connection& connection, const ListItemsParams& params);

}  // namespace lethe::store
