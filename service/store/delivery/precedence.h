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

/// What a claim looks for that keeps items from being sent.
struct WhyToHold {
  bool subjects_on_hold;             ///< People are on hold on the account.
  std::optional<EnvelopeId> others;  ///< What OldestOfOthers() gives for the batch's route.
};

/// Holds the items of a batch that was just taken whose people are on hold, or which must wait for
/// another operation on their identifier (Precedes()), and answers what is to be sent of the batch:
/// the first run of the rest, or nothing. What they wait for becomes as urgent as they are. To be
/// called as OldestOfOthers(). Throws what pqxx throws.
std::optional<Span> HoldItems(pqxx::work& work, const Claim& claim, const WhyToHold& why);

}  // namespace lethe::store
