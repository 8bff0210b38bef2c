#pragma once

#include <map>
#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <string>

#include "lethe/delivery_queue.h"

namespace lethe::store {

/// Which of the routes have unfinished batches of other operations on their account, and the first
/// envelope of those. In a statement of its own after the accounts were locked, so that it sees
/// what rivals have taken. Throws what pqxx throws.
std::map<Route, EnvelopeId> OldestOfOthers(pqxx::work& work, std::span<const Route> routes);

/// Splits from the batch that was just taken whatever must wait for another operation on the same
/// identifier, and answers what may be sent: the first of what is left, or nothing. `others` is
/// what OldestOfOthers() gives for its route. Throws what pqxx throws.
std::optional<Span> HoldBackForOrder(pqxx::work& work, const Claim& claim, EnvelopeId others);

}  // namespace lethe::store
