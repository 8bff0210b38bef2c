#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "lethe/batch.h"
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
};

/// Whether the decision makes sense:
///   kSendAgain     if the identifiers can be read (not: items_missing, seal_broken);
///   kMarkAccepted  if they can be read and either the effect of a call is unknown, or a call was
///                  accepted and its people could not be looked up (unverified: that is tried
///                  again). Otherwise the evidence says that nothing has reached CleverTap, or that
///                  it had no effect;
///   kCancel        always.
bool IsAllowed(ReviewDecision decision, const ReviewFacts& facts);

/// Where an allowed decision leads. What an operator marks accepted counts as accepted at `now`, so
/// its window is never too short.
Transition Resolve(const ReviewFacts& facts, ReviewDecision decision, const ProcessingHours& hours,
                   TimePoint now);

/// An etag for optimistic concurrency: it changes with what an operator sees of the batch, so that
/// an operator decides only about what they have looked at.
std::string EtagOf(const ReviewFacts& facts);

/// Whether an operator who has seen `etag` may decide so:
///   kFailedPrecondition  REVIEW_CHANGED: the etag is of other facts; DECISION_NOT_ALLOWED.
Status CheckDecision(const ReviewFacts& facts, std::string_view etag, ReviewDecision decision);

}  // namespace lethe
