#pragma once

#include <pqxx/pqxx>
#include <string>

#include "lethe/delivery_queue.h"

namespace lethe::store {

/// Keeps other claims of the account out until the transaction ends: of two that share an
/// identifier, the second sees what the first has taken. To be called before anything else is
/// locked.
void LockAccount(pqxx::work& work, const std::string& account);

/// Blocks the account of the claim as its plan says. Throws what pqxx throws.
void BlockAccount(pqxx::work& work, const Claim& claim, const Plan& plan);

}  // namespace lethe::store
