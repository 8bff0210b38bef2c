#include "store/review/review_decisions.h"

#include <iterator>
#include <stdexcept>
#include <string>
#include <variant>

#include "lethe/limits.h"
#include "lethe/reasons.h"
#include "store/base/check_move.h"
#include "store/review/review_rows.h"
#include "store/review/sql.h"

namespace lethe::store {
namespace {

AuditAction ActionOf(ReviewDecision decision) {
  switch (decision) {
    case ReviewDecision::kSendAgain: return AuditAction::kSendAgain;
    case ReviewDecision::kMarkAccepted: return AuditAction::kMarkAccepted;
    case ReviewDecision::kCancel: break;
  }
  return AuditAction::kCancel;
}

Error NotInReview() {
  return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kNotInReview),
               "something that is selected is not in the batch: look at the review again"};
}

template <typename Statement>
FoundReviews Find(pqxx::work& work, const ReviewFilter& filter, std::optional<TimePoint> until) {
  const Statement find{.account = filter.account,
                       .reason = filter.reason,
                       .operation = filter.operation,
                       .since = filter.since,
                       .until = until,
                       .limit = kMaxReviewsPerDecision + 1};
  FoundReviews found;
  sql::CountRequests count_requests{.lowest = EnvelopeId{}, .highest = EnvelopeId{}};
  for (const auto& row : find.Run(work)) {
    if (std::ssize(found.batches) == kMaxReviewsPerDecision) {
      found.group.more = true;
      break;
    }
    const ReviewView review = ToReview(row, filter.account);
    if (found.batches.empty()) count_requests.lowest = review.envelope;
    count_requests.highest = review.envelope;
    count_requests.spans.Add(
        {.envelope = review.envelope, .lo = review.facts.span.lo, .hi = review.facts.span.hi});
    found.group.items += review.facts.span.size();
    found.batches.push_back({review.key(), review.facts});
    until = row.until;
  }
  if (found.batches.empty()) return found;
  found.group.batches = static_cast<int>(found.batches.size());
  found.group.requests = static_cast<int>(OnlyRow(work, count_requests).requests);
  found.group.allowed = AllowedForEach(found.batches);
  found.group.etag = EtagOf(found.batches, until.value());
  return found;
}

}  // namespace

Result<AuditEvent> Decide(pqxx::work& work, const Verdict& verdict, EnvelopeId envelope,
                          const ReviewFacts& facts, std::span<const ChosenRun> runs) {
  sql::ResolveReview resolve{.envelope = envelope, .lo = facts.span.lo};
  BatchState after = BatchState::kNeedsReview;
  for (const Transition& run : Resolve(facts, runs, verdict.decision, verdict.hours, verdict.now)) {
    resolve.runs.Add({.lo = run.span.lo,
                      .hi = run.span.hi,
                      .state = run.to,
                      .reason = run.reason,
                      .accepted_at = run.accepted_at,
                      .window_end = run.window_end});
    if (run.to == BatchState::kNeedsReview) continue;
    const Status checked = CheckMove(BatchState::kNeedsReview, run.to);
    if (!checked.ok()) return checked.error();
    after = run.to;
  }
  if (resolve.Run(work) == 0) throw std::logic_error("a batch moves while it is locked");

  std::optional<AuditEvent> first;
  for (const ChosenRun& run : runs) {
    if (!run.chosen) continue;
    const auto event =
        OnlyRow(work, sql::WriteAuditEvent{.principal = verdict.by.principal,
                                           .means = verdict.by.means,
                                           .action = ActionOf(verdict.decision),
                                           .account = verdict.account,
                                           .envelope = envelope,
                                           .lo = run.span.lo,
                                           .hi = run.span.hi,
                                           .state_before = Name(BatchState::kNeedsReview),
                                           .reason_before = facts.reason,
                                           .state_after = Name(after),
                                           .justification = verdict.by.justification});
    if (!first) first = ToEvent(event);
  }
  return first.value();
}

Result<std::vector<int>> PositionsOf(pqxx::work& work, EnvelopeId envelope, Span span,
                                     const ReviewSelection& selection) {
  std::vector<int> positions;
  if (const auto* const items = std::get_if<ItemsOfRequest>(&selection)) {
    sql::PositionsOfItems find{
        .envelope = envelope, .lo = span.lo, .hi = span.hi, .request = items->request};
    for (const int ordinal : items->ordinals) find.ordinals.Add(ordinal);
    for (const auto& row : find.Run(work)) positions.push_back(row.pos);
    if (positions.size() != items->ordinals.size()) return NotInReview();
    return positions;
  }
  if (const auto* const half = std::get_if<ReviewHalf>(&selection)) span = HalfOf(span, *half);
  for (int pos = span.lo; pos <= span.hi; ++pos) positions.push_back(pos);
  if (positions.empty()) return NotInReview();
  return positions;
}

FoundReviews FindReviews(pqxx::work& work, const ReviewFilter& filter,
                         std::optional<TimePoint> until) {
  return Find<sql::FindReviews>(work, filter, until);
}

FoundReviews LockReviews(pqxx::work& work, const ReviewFilter& filter,
                         std::optional<TimePoint> until) {
  return Find<sql::LockReviews>(work, filter, until);
}

}  // namespace lethe::store
