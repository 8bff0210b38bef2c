#include "lethe/decision.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/answer.h"
#include "core/transitions.h"
#include "lethe/reasons.h"
#include "lethe/refusal.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;

// A header that asks for more is more likely a mistake than a wish.
constexpr milliseconds kLongestRetryAfter = 1h;

milliseconds AtLeastAsAsked(milliseconds delay, const VendorReply& reply) {
  return std::max(delay, std::min(reply.retry_after.value_or(delay), kLongestRetryAfter));
}

/// In an outage of CleverTap, a slot that went straight to the next batch would spend an attempt of
/// each batch in the queue. The batch waits longer than its slot, so the slot tries another batch
/// first: neither an outage nor one batch that never gets an answer holds up the queue.
struct OutageRest {
  milliseconds of_slot;
  milliseconds of_batch;
};

OutageRest OutageRestOf(const Reading& reading) {
  const milliseconds of_slot = std::min(reading.slot_rest, kLongestOutageRest);
  return {.of_slot = of_slot, .of_batch = std::max(reading.delay, 2 * of_slot)};
}

/// Each halving is an attempt of its parts, and no reason to wait: what is searched for waits no
/// longer than a slot rests in an outage.
milliseconds DelayOf(const AttemptFacts& facts, double jitter) {
  const milliseconds delay = RetryDelay(facts.attempt_count, jitter);
  const bool is_searched = facts.refused_since && facts.lone_refusals == 0;
  return is_searched ? std::min(delay, kLongestOutageRest) : delay;
}

std::string BlockedReason(BlockReason reason, const VendorReply& reply) {
  if (reply.http_status == 0) return Text(reason);
  return Text(reason) + "_" + std::to_string(reply.http_status);
}

/// What an answer about the account or the route leads to where nothing shows that it is about the
/// payload: nothing more is sent until a probe is taken.
Plan Block(const AttemptFacts& facts, const VendorReply& reply, const Reading& reading) {
  const bool is_account =
      AreCredentialsDoubted(facts, reply.outcome) ||
      (reply.outcome == OutcomeClass::kAccountBlocked && reply.http_status == 0);
  Plan plan{.transitions = {},
            .spends_attempt = false,
            .account = AccountVerdict::kBlocked,
            .block_scope = is_account ? BlockScope::kAccount : BlockScope::kRoute,
            .account_reason = BlockedReason(
                is_account ? BlockReason::kCredentialsOrRegion : BlockReason::kEndpoint, reply),
            .resume = is_account ? Resume::kConnect : Resume::kBatch};
  // A batch that was the probe before is halved, so that it is not its own probe for ever: one bad
  // identifier of it may be all that CleverTap answers so.
  if (reply.http_status != 0) {
    plan.taken = false;
    if (facts.refused_since && facts.span.size() > 1) {
      plan.transitions = Halve(facts, reading);
      return plan;
    }
  }
  AttemptFacts again = facts;
  if (!again.refused_since && reply.http_status != 0) {
    again.refused_since = RefusedAt(facts, reading.now);
  }
  const Reason reason = is_account ? Reason::kAccountBlocked : Reason::kMisconfigured;
  plan.transitions = {Again(again, reason, reading.hours, reading.now, 0ms)};
  return plan;
}

/// An answer that tells nothing or is about the account or the route, and that an identifier gets
/// alone while others are taken. It is about the identifier, but it is no refusal: Lethe rejects no
/// person for it. It counts if others were taken since the one before: an outage must not use up
/// the tries. Until then they grow rarer.
std::vector<Transition> AskAloneAgain(const AttemptFacts& facts, Reason reason,
                                      const Reading& reading, milliseconds delay) {
  AttemptFacts alone = facts;
  if (facts.lone_refusals > 0 && !(facts.health.accepted_at > facts.refused_since)) {
    return {Again(alone, reason, reading.hours, reading.now, std::max(delay, reading.delay))};
  }
  ++alone.lone_refusals;
  alone.refused_since = RefusedAt(facts, reading.now);
  if (alone.lone_refusals >= kMaxLoneUnknown) {
    const bool is_unknown = reason == Reason::kUnknownOutcome;
    return {Review(alone, is_unknown ? reason : Reason::kRefusedAlone)};
  }
  return {Again(alone, reason, reading.hours, reading.now, delay)};
}

Plan AfterStop(const AttemptFacts& facts, const VendorReply& reply, const Reading& reading) {
  // What was answered so alone, while others were taken, is not asked about the route any more.
  const bool is_odd = facts.lone_refusals > 0 && !AreCredentialsDoubted(facts, reply.outcome);
  if (reply.http_status == 0 || !(is_odd || IsAboutPayload(facts, reply.outcome))) {
    return Block(facts, reply, reading);
  }
  if (facts.span.size() > 1) return {.transitions = Halve(facts, reading), .taken = false};
  const Reason reason = reply.outcome == OutcomeClass::kAccountBlocked ? Reason::kAccountBlocked
                                                                       : Reason::kMisconfigured;
  return {.transitions = AskAloneAgain(facts, reason, reading, reading.lone_delay), .taken = false};
}

/// The slot rests as long as CleverTap asks, and its batch longer, so that the slot takes another
/// batch first: one payload that always gets 429 must not stop its route.
Plan AfterThrottled(const AttemptFacts& facts, const VendorReply& reply, const Reading& reading) {
  const bool takes_others = IsTakingOthers(facts);
  milliseconds rest = AtLeastAsAsked(reading.slot_rest, reply);
  const milliseconds most = takes_others ? reading.throttled_delay : kLongestOutageRest;
  const milliseconds wait = rest + std::min(reading.throttled_delay, most);
  // What one batch is told while others are taken may not be for the others: the slot's next call
  // shows it.
  if (takes_others) rest = std::min(rest, kLongestOutageRest);
  Plan plan{.transitions = {}, .spends_attempt = false, .setback = true, .slot_cool_down = rest};
  AttemptFacts again = facts;
  ++again.throttled_calls;
  if (facts.throttled_calls < kManyThrottled || !IsAboutPayload(facts, OutcomeClass::kThrottled)) {
    const bool is_marked = again.refused_since || again.throttled_calls < kManyThrottled;
    if (!is_marked) again.refused_since = RefusedAt(facts, reading.now);
    plan.transitions = {Again(again, Reason::kThrottled, reading.hours, reading.now, wait)};
  } else if (facts.span.size() > 1) {
    plan.transitions = Halve(again, reading);
    for (Transition& half : plan.transitions) {
      if (half.to == BatchState::kReady) half.not_before = reading.now + wait;
    }
  } else {
    plan.transitions = AskAloneAgain(again, Reason::kThrottled, reading, wait);
  }
  return plan;
}

/// Nothing tells what came of the call. If CleverTap answers others and not this batch, for the
/// second time, the batch is halved at once: the horizon does not wait for growing delays.
Plan AfterUnknown(const AttemptFacts& facts, const VendorReply& reply, const Reading& reading) {
  const AttemptFacts unknown = WithEffectUnknown(facts);
  const bool is_repeat = facts.unknown_since || facts.refused_since;
  if (is_repeat && IsAboutPayload(facts, reply.outcome)) {
    if (facts.span.size() > 1) return {.transitions = Halve(unknown, reading), .taken = false};
    return {.transitions = AskAloneAgain(unknown, Reason::kUnknownOutcome, reading,
                                         AtLeastAsAsked(reading.lone_delay, reply)),
            .taken = false};
  }
  if (IsTakingOthers(facts)) {
    return {.transitions = {Again(unknown, Reason::kUnknownOutcome, reading.hours, reading.now,
                                  AtLeastAsAsked(reading.delay, reply))},
            .taken = false,
            .slot_cool_down =
                std::min(AtLeastAsAsked(milliseconds::zero(), reply), kLongestOutageRest)};
  }
  const OutageRest rest = OutageRestOf(reading);
  return {.transitions = {Again(unknown, Reason::kUnknownOutcome, reading.hours, reading.now,
                                AtLeastAsAsked(rest.of_batch, reply))},
          .setback = true,
          .taken = false,
          .slot_cool_down = AtLeastAsAsked(rest.of_slot, reply)};
}

}  // namespace

Plan Decide(const AttemptFacts& facts, const VendorReply& reply, const ProcessingHours& hours,
            TimePoint now, double jitter) {
  const Reading reading{.hours = hours,
                        .now = now,
                        .delay = DelayOf(facts, jitter),
                        .slot_rest = RetryDelay(facts.slot_setbacks + 1, jitter),
                        .lone_delay = RetryDelay(facts.lone_refusals + 1, jitter),
                        .throttled_delay = RetryDelay(facts.throttled_calls + 1, jitter)};
  switch (reply.outcome) {
    case OutcomeClass::kAccepted:
      return {.transitions = {Accept(facts, hours, now)},
              .taken = true,
              .account = AccountVerdict::kHealthy};

    case OutcomeClass::kPartial: return AfterPartial(facts, reply, reading);

    case OutcomeClass::kRefused: return {.transitions = Halve(facts, reading), .taken = false};

    case OutcomeClass::kThrottled: return AfterThrottled(facts, reply, reading);

    case OutcomeClass::kAccountBlocked:
    case OutcomeClass::kMisconfigured: return AfterStop(facts, reply, reading);

    case OutcomeClass::kNotSent: {
      const OutageRest rest = OutageRestOf(reading);
      return {.transitions = {Again(facts, Reason::kNotSent, hours, now, rest.of_batch)},
              .setback = true,
              .slot_cool_down = rest.of_slot};
    }
    case OutcomeClass::kUnknown: break;
  }
  return AfterUnknown(facts, reply, reading);
}

Plan DecideAbandoned(const AttemptFacts& facts, const ProcessingHours& hours, TimePoint now,
                     double jitter) {
  const AttemptFacts unknown = WithEffectUnknown(facts);
  if (facts.senders_lost >= kMaxSendersLost) {
    return {.transitions = {Review(unknown, Reason::kSendersLost)}};
  }
  return {.transitions = {Again(unknown, Reason::kUnknownOutcome, hours, now,
                                RetryDelay(facts.attempt_count, jitter))}};
}

Plan DecideTooLate(const AttemptFacts& facts) {
  return {.transitions = {HoldForLook(WithEffectUnknown(facts))}, .spends_attempt = false};
}

std::optional<Plan> DecideWithheld(const AttemptFacts& facts, const ProcessingHours& hours,
                                   TimePoint now) {
  if (!MayResend(facts, hours, now)) return DecideTooLate(facts);
  if (facts.may_have_effect && !facts.unknown_since &&
      now > SendAgainUntil(facts.operation, facts.waiting_since, hours)) {
    AttemptFacts late = facts;
    late.unknown_since = facts.waiting_since;
    return DecideTooLate(late);
  }
  if (now <= SendUntil(facts.operation, facts.waiting_since, hours)) return {};
  return Plan{.transitions = {Review(facts, Reason::kWaitedTooLong)}, .spends_attempt = false};
}

}  // namespace lethe
