#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <vector>

#include "lethe/delivery_queue.h"

namespace lethe::store {

/// As DeliveryQueue::RefusalCases(). Throws what pqxx throws.
std::vector<RefusalCase> ReadRefusalCases(pqxx::work& work, const std::optional<Route>& route);

/// As DeliveryQueue::Settle(); the caller commits. Throws what pqxx throws.
Recorded SettleRefusals(pqxx::work& work, const RefusalCase& refusals, const RefusalRuling& ruling);

}  // namespace lethe::store
