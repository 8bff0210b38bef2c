#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lethe/batch.h"
#include "lethe/chosen_run.h"
#include "lethe/decision.h"
#include "lethe/operation.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "lethe/window.h"
#include "lethe/words.h"

namespace lethe {

/// What an operator may decide about a batch that needs review.
enum class ReviewDecision {
  kSendAgain,  ///< Send it again, whatever an earlier call has done: the operator answers for it.
  kMarkAccepted,  ///< It has reached CleverTap: the operator has looked there.
  kCancel,        ///< It is not sent again, and what came of earlier calls stays unknown.
};

template <>
inline constexpr auto kAll<ReviewDecision> =
    std::array{ReviewDecision::kSendAgain, ReviewDecision::kMarkAccepted, ReviewDecision::kCancel};

/// Everything about a batch in needs_review that a decision depends on.
struct ReviewFacts {
  Operation operation;
  Span span;
  std::string reason;
  int call_count;  ///< As AttemptFacts::call_count.
  std::optional<TimePoint> unknown_since = {};
  bool may_have_effect = false;  ///< As AttemptFacts::may_have_effect.
};

/// Whether the decision makes sense:
///   kSendAgain     if the identifiers can be read (not: items_missing, seal_broken);
///   kMarkAccepted  if they can be read and either the effect of a call is unknown, or a call was
///                  accepted and its people could not be looked up (unverified: that is tried
///                  again). Otherwise the evidence says that nothing has reached CleverTap, or that
///                  it had no effect;
///   kCancel        always.
bool IsAllowed(ReviewDecision decision, const ReviewFacts& facts);

/// Where an allowed decision leads: ascending, and together the batch's span. What an operator
/// marks accepted counts as accepted at `now`, so its window is never too short. What has no answer
/// to go by (unknown_outcome, unaccountable, senders_lost) is sent again in halves: if one
/// identifier makes CleverTap answer so, or a sender die, the other half goes through.
std::vector<Transition> Resolve(const ReviewFacts& facts, ReviewDecision decision,
                                const ProcessingHours& hours, TimePoint now);

/// The first half of a batch is the longer one of an odd number.
enum class ReviewHalf { kFirst, kSecond };

/// Items of one request, by their ordinals; without duplicates.
struct ItemsOfRequest {
  RequestId request;
  std::vector<int> ordinals;
};

/// What of a batch an operator decides about; by default all. The rest goes on waiting for a
/// decision, as batches of their own.
using ReviewSelection = std::variant<std::monostate, ReviewHalf, ItemsOfRequest>;

/// The positions of a half: none, of the second half of a batch of one.
Span HalfOf(Span span, ReviewHalf half);

/// An etag for optimistic concurrency: it changes with what an operator sees of the batch, so that
/// an operator decides only about what they have looked at.
std::string EtagOf(const ReviewFacts& facts);

/// Where a decision about the chosen runs leads; those that are not chosen stay in kNeedsReview.
/// Together they are the batch's span.
std::vector<Transition> Resolve(const ReviewFacts& facts, std::span<const ChosenRun> runs,
                                ReviewDecision decision, const ProcessingHours& hours,
                                TimePoint now);

/// A batch that a decision about many is about.
struct ReviewedBatch {
  BatchKey key;
  ReviewFacts facts;
};

/// The first batches that a filter finds, kMaxReviewsPerDecision at most: what one decision about
/// many is about.
struct ReviewGroup {
  int batches = 0;
  int items = 0;
  int requests = 0;   ///< That have items among them.
  bool more = false;  ///< The filter finds others too; they are left for the next decision.
  std::vector<ReviewDecision> allowed = {};  ///< For each of the batches.
  std::string etag = {};                     ///< EtagOf() the batches.
};

/// The decisions that each of the batches allows.
std::vector<ReviewDecision> AllowedForEach(std::span<const ReviewedBatch> batches);

/// As above, of many batches that were set aside before `until`.
std::string EtagOf(std::span<const ReviewedBatch> batches, TimePoint until);

/// The time that the etag of many batches was made with; nothing if the text is no such etag.
std::optional<TimePoint> UntilOf(std::string_view etag);

/// Whether an operator who has seen `etag` may decide so:
///   kFailedPrecondition  REVIEW_CHANGED: the etag is of other facts; DECISION_NOT_ALLOWED.
Status CheckDecision(const ReviewFacts& facts, std::string_view etag, ReviewDecision decision);
Status CheckDecision(const ReviewGroup& group, std::string_view etag, ReviewDecision decision);

}  // namespace lethe
