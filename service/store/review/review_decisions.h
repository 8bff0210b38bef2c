#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <string_view>
#include <vector>

#include "lethe/review_store.h"

namespace lethe::store {

/// A decision that is allowed, about runs of a locked batch.
struct Verdict {
  const Operator& by;
  std::string_view account;
  ReviewDecision decision;
  const ProcessingHours& hours;
  TimePoint now;
};

/// Moves the chosen runs and writes an event for each; answers the first. BAD_PLAN as
/// ReviewStore::ResolveReview(). Throws what pqxx throws, as do all of these.
Result<AuditEvent> Decide(pqxx::work& work, const Verdict& verdict, EnvelopeId envelope,
                          const ReviewFacts& facts, std::span<const ChosenRun> runs);

/// The positions that are selected of the batch, or NOT_IN_REVIEW.
Result<std::vector<int>> PositionsOf(pqxx::work& work, EnvelopeId envelope, Span span,
                                     const ReviewSelection& selection);

/// The batches that a filter finds.
struct FoundReviews {
  std::vector<ReviewedBatch> batches = {};
  ReviewGroup group = {};
};

/// Those that were set aside before `until`; nothing: before now.
FoundReviews FindReviews(pqxx::work& work, const ReviewFilter& filter,
                         std::optional<TimePoint> until);

/// As FindReviews(), and locks the batches until the transaction ends.
FoundReviews LockReviews(pqxx::work& work, const ReviewFilter& filter,
                         std::optional<TimePoint> until);

}  // namespace lethe::store
