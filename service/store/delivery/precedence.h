#pragma once

#include <map>
#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <string>

#include "lethe/delivery_queue.h"

namespace lethe::store {

/// Which of the routes have unfinished batches of other operations on their account, and the first
/// envelope of those. To be called after the accounts were locked, so that it sees what other
/// claims have taken. Throws what pqxx throws.
std::map<Route, EnvelopeId> OldestOfOthers(pqxx::work& work, std::span<const Route> routes);

/// Holds the items of a batch that was just taken which must wait for another operation on their
/// identifier (Precedes()), and answers what is to be sent of the batch: the first run of the rest,
/// or nothing. What they wait for
/// becomes as urgent as they are. `others` is what OldestOfOthers() gives for the batch's route.
/// Throws what pqxx throws.
std::optional<Span> HoldBlockedItems(pqxx::work& work, const Claim& claim, EnvelopeId others);

}  // namespace lethe::store
