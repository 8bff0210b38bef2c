#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "lethe/delivery_queue.h"

namespace lethe::store {

/// Keeps other claims of the account out until the transaction ends: of two that share an
/// identifier, the second sees what the first has taken. To be called before anything else is
/// locked.
void LockAccount(pqxx::work& work, const std::string& account);

/// Splits from the batch that was just taken whatever must wait for another operation on the same
/// identifier, and answers what may be sent: the first of what is left, or nothing. In a statement
/// of its own after LockAccount(), so that it sees what rivals have taken. Throws what pqxx throws.
std::optional<Span> HoldBackForOrder(pqxx::work& work, const Claim& claim);

}  // namespace lethe::store
