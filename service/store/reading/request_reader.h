#pragma once

#include <pqxx/pqxx>
#include <span>
#include <string_view>
#include <vector>

#include "lethe/request_store.h"
#include "lethe/result.h"

namespace lethe::store {

// What RequestStore answers about requests that are kept. All but the first throw what pqxx throws.

Error RequestNotFound();

Result<RequestView> ReadRequest(pqxx::connection& connection, std::string_view account,
                                RequestId id);
Page<RequestView> ReadRequests(pqxx::connection& connection, const ListRequestsParams& params);

/// Those of the requests that there are, in no order, as ReadRequests() shows them. Each id once.
std::vector<RequestView> ReadChosenRequests(pqxx::transaction_base& work,
                                            std::span<const RequestId> ids);

Result<Page<ItemView>> ReadItems(pqxx::connection& connection, const ListItemsParams& params);

}  // namespace lethe::store
