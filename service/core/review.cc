#include "lethe/review.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

#include "lethe/reasons.h"

namespace lethe {
namespace {

bool IsReadable(const ReviewFacts& facts) {
  return facts.reason != Name(Reason::kItemsMissing) && facts.reason != Name(Reason::kSealBroken);
}

bool HadNoAnswer(const ReviewFacts& facts) {
  return facts.reason == Name(Reason::kUnknownOutcome) ||
         facts.reason == Name(Reason::kUnaccountable) || facts.reason == Name(Reason::kSendersLost);
}

Error Changed(const char* message) {
  return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kReviewChanged), message};
}

}  // namespace

bool IsAllowed(ReviewDecision decision, const ReviewFacts& facts) {
  switch (decision) {
    case ReviewDecision::kSendAgain: return IsReadable(facts);
    case ReviewDecision::kMarkAccepted:
      return IsReadable(facts) && (facts.unknown_since || facts.may_have_effect ||
                                   facts.reason == Name(Reason::kUnverified));
    case ReviewDecision::kCancel: return true;
  }
  return false;
}

std::vector<Transition> Resolve(const ReviewFacts& facts, ReviewDecision decision,
                                const ProcessingHours& hours, TimePoint now) {
  switch (decision) {
    case ReviewDecision::kSendAgain: {
      const Transition again{
          .span = facts.span, .to = BatchState::kReady, .reason = Text(Reason::kOperatorSendAgain)};
      if (!HadNoAnswer(facts) || facts.span.size() == 1) return {again};
      Transition first = again, second = again;
      first.span = HalfOf(facts.span, ReviewHalf::kFirst);
      second.span = HalfOf(facts.span, ReviewHalf::kSecond);
      return {first, second};
    }
    case ReviewDecision::kMarkAccepted:
      return {{.span = facts.span,
               .to = BatchState::kAccepted,
               .reason = Text(Reason::kOperatorAccepted),
               .accepted_at = now,
               .window_end = WindowEnd(facts.operation, now, hours)}};
    case ReviewDecision::kCancel: break;
  }
  return {{.span = facts.span,
           .to = BatchState::kCancelled,
           .reason = Text(Reason::kOperatorCancelled)}};
}

Span HalfOf(Span span, ReviewHalf half) {
  const int last_of_first = span.lo + (span.size() - 1) / 2;
  return half == ReviewHalf::kFirst ? Span{span.lo, last_of_first}
                                    : Span{last_of_first + 1, span.hi};
}

std::vector<Transition> Resolve(const ReviewFacts& facts, std::span<const ChosenRun> runs,
                                ReviewDecision decision, const ProcessingHours& hours,
                                TimePoint now) {
  std::vector<Transition> transitions;
  for (const ChosenRun& run : runs) {
    if (!run.chosen) {
      transitions.push_back({.span = run.span});
      continue;
    }
    ReviewFacts part = facts;
    part.span = run.span;
    for (Transition& transition : Resolve(part, decision, hours, now)) {
      transitions.push_back(std::move(transition));
    }
  }
  return transitions;
}

std::string EtagOf(const ReviewFacts& facts) {
  // A call raises the count, a split lowers the end, and a claim that sets the batch aside changes
  // the reason.
  return std::to_string(facts.call_count) + '-' + std::to_string(facts.span.hi) + '-' +
         facts.reason;
}

std::vector<ReviewDecision> AllowedForEach(std::span<const ReviewedBatch> batches) {
  std::vector<ReviewDecision> allowed;
  for (const ReviewDecision decision : kAll<ReviewDecision>) {
    const auto allows = [&](const ReviewedBatch& batch) {
      return IsAllowed(decision, batch.facts);
    };
    if (std::ranges::all_of(batches, allows)) allowed.push_back(decision);
  }
  return allowed;
}

std::string EtagOf(std::span<const ReviewedBatch> batches, TimePoint until) {
  // FNV-1a, over everything that the etags of the batches cover.
  constexpr std::uint64_t kOffset = 14695981039346656037U;
  constexpr std::uint64_t kPrime = 1099511628211U;
  std::uint64_t hash = kOffset;
  for (const ReviewedBatch& batch : batches) {
    const std::string text = std::to_string(ToInt(batch.key.envelope)) + ':' +
                             std::to_string(batch.key.lo) + ':' + EtagOf(batch.facts) + ';';
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  }
  return std::to_string(until.time_since_epoch().count()) + '-' + std::to_string(hash);
}

std::optional<TimePoint> UntilOf(std::string_view etag) {
  TimePoint::rep micros = 0;
  const char* const end = etag.data() + etag.size();
  const auto [rest, error] = std::from_chars(etag.data(), end, micros);
  if (error != std::errc() || rest == end || *rest != '-') return std::nullopt;
  return TimePoint(TimePoint::duration(micros));
}

Status CheckDecision(const ReviewFacts& facts, std::string_view etag, ReviewDecision decision) {
  if (etag != EtagOf(facts)) {
    return Changed("the batch has changed since the operator has looked at it: look again");
  }
  if (!IsAllowed(decision, facts)) {
    return Error{
        ErrorCode::kFailedPrecondition, Text(ErrorReason::kDecisionNotAllowed),
        "a batch with the reason " + facts.reason +
            (facts.unknown_since || facts.may_have_effect ? "" : " and no call of unknown effect") +
            " cannot be resolved so: its review lists the decisions that are allowed"};
  }
  return Ok();
}

Status CheckDecision(const ReviewGroup& group, std::string_view etag, ReviewDecision decision) {
  if (etag != group.etag) {
    return Changed("the reviews have changed since the operator has looked at them: look again");
  }
  if (std::ranges::find(group.allowed, decision) == group.allowed.end()) {
    return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kDecisionNotAllowed),
                 "some of these reviews cannot be resolved so: narrow the filter to one reason"};
  }
  return Ok();
}

}  // namespace lethe
