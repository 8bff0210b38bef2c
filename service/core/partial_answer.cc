// What an answer says of the single records of a call.
#include <algorithm>
#include <utility>
#include <vector>

#include "core/answer.h"
#include "core/transitions.h"
#include "lethe/reasons.h"
#include "lethe/refusal.h"

namespace lethe {
namespace {

// What each identifier is faulted for, null for those that CleverTap took. If the answer
// contradicts itself (a fault outside of the call, two for one identifier, no fault), the
// identifiers that it does not speak of clearly are unaccountable.
std::vector<const Fault*> FaultOfEach(const VendorReply& reply, int size) {
  static const Fault kUnexplained{.index = 0, .kind = FaultKind::kUnaccountable, .code = ""};
  std::vector<const Fault*> fault_of(static_cast<std::size_t>(size), nullptr);
  bool consistent = !reply.faults.empty();
  for (const Fault& fault : reply.faults) {
    if (fault.index < 0 || fault.index >= size) {
      consistent = false;
      continue;
    }
    const Fault*& mine = fault_of[static_cast<std::size_t>(fault.index)];
    mine = mine == nullptr ? &fault : &kUnexplained;
  }
  if (!consistent) std::replace(fault_of.begin(), fault_of.end(), {}, &kUnexplained);
  return fault_of;
}

void Append(std::vector<Transition>& runs, Transition next) {
  if (!runs.empty()) {
    Transition& last = runs.back();
    const Span own = std::exchange(next.span, last.span);
    if (next == last) {
      last.span.hi = own.hi;
      return;
    }
    next.span = own;
  }
  runs.push_back(std::move(next));
}

/// Whether so many identifiers of one answer can be bad by themselves: each has a code that speaks
/// of it alone. Where more are bad, or all of the call, though it is a single one, CleverTap's rule
/// may have changed.
bool AreExceptions(int faulted, int size) {
  constexpr int kOneIn = 10;
  return faulted < size && faulted <= std::max(kFewRefusals, size / kOneIn);
}

/// Whether each record of a call of several is faulted for good. One of them may be what CleverTap
/// faults the others for: it says as little of each as a refusal of the whole.
bool RefusesAllTogether(const AttemptFacts& facts, const VendorReply& reply) {
  const std::vector<const Fault*> fault_of = FaultOfEach(reply, facts.span.size());
  return facts.span.size() > 1 && std::ranges::all_of(fault_of, [](const Fault* fault) {
           return fault != nullptr && fault->kind == FaultKind::kPermanent;
         });
}

/// Whether the answer does not say of any identifier what became of it.
bool TellsOfNone(const AttemptFacts& facts, const VendorReply& reply) {
  const std::vector<const Fault*> fault_of = FaultOfEach(reply, facts.span.size());
  return std::ranges::all_of(fault_of, [](const Fault* fault) {
    return fault != nullptr && fault->kind == FaultKind::kUnaccountable;
  });
}

/// Whether CleverTap has named the record of this call, which is alone in it, in each answer so
/// far, the first time beside others that it took. Those vouch for the first, so it has a voucher
/// too.
bool IsNamedBefore(const AttemptFacts& facts) {
  return facts.span.size() == 1 && facts.lone_refusals > 0 &&
         facts.lone_refusals == facts.vouched_refusals;
}

/// A record that CleverTap names for good is sent alone until it was named kNamings times: one of
/// CleverTap's servers may be wrong about it, for a moment or for long.
Transition AfterNamed(const AttemptFacts& facts, const Fault& fault, const Reading& reading) {
  AttemptFacts named = facts;
  named.vouched_refusals = ++named.lone_refusals;
  const EarlierEffect earlier = EarlierEffectOf(facts);
  const bool at_random = facts.health.hiccup_at > reading.now - kHiccupMemory;
  const bool is_worn_out = named.lone_refusals >= kMostLoneRefusals;
  if (is_worn_out || earlier.IsPossible() || (named.lone_refusals >= kNamings && !at_random)) {
    Transition last =
        is_worn_out ? RefusalReview(earlier) : Rejection(RejectionReason(fault.code), earlier);
    last.span = facts.span;
    return last;
  }
  named.refused_since = RefusedAt(facts, reading.now);
  const bool is_last_to_come = named.lone_refusals >= kNamings - 1 && !reading.hours.sandbox_window;
  return Again(
      named, Reason::kRefusedTogether, reading.hours, reading.now,
      is_last_to_come ? milliseconds(kBeforeLastTries) : LoneRetryDelay(named.lone_refusals));
}

/// The answer does not say what became of these identifiers. Alone in its call, one needs an
/// operator; several are sent again in smaller parts, as after a call of unknown effect: the record
/// of one may be written so that all others cannot be read.
std::vector<Transition> AfterUnaccountable(const AttemptFacts& facts, Span whole,
                                           const Reading& reading) {
  const AttemptFacts unknown = WithEffectUnknown(facts);
  if (whole.size() == 1) return {Review(unknown, Reason::kUnaccountable)};
  if (facts.span == whole) return Halve(unknown, reading);
  return {Again(unknown, Reason::kUnknownOutcome, reading.hours, reading.now, reading.delay)};
}

std::vector<Transition> Split(const AttemptFacts& facts, const VendorReply& reply,
                              const Reading& reading) {
  const std::vector<const Fault*> fault_of = FaultOfEach(reply, facts.span.size());
  const auto is_permanent = [](const Fault* fault) {
    return fault != nullptr && fault->kind == FaultKind::kPermanent;
  };
  const auto is_taken = [](const Fault* fault) { return fault == nullptr; };
  const auto permanent = std::count_if(fault_of.begin(), fault_of.end(), is_permanent);
  const bool others_taken = std::any_of(fault_of.begin(), fault_of.end(), is_taken);
  const bool reject = others_taken && AreExceptions(static_cast<int>(permanent), facts.span.size());

  std::vector<Transition> runs;
  AttemptFacts one = facts;
  one.span.hi = one.span.lo;
  for (const Fault* fault : fault_of) {
    if (fault == nullptr) {
      Append(runs, Accept(one, reading.hours, reading.now));
    } else {
      switch (fault->kind) {
        case FaultKind::kPermanent: {
          if (reject || IsNamedBefore(facts)) {
            Transition named = AfterNamed(one, *fault, reading);
            if (named.to == BatchState::kReady) {
              runs.push_back(std::move(named));  // alone, although its neighbour may be like it
            } else {
              Append(runs, std::move(named));
            }
            break;
          }
          if (!others_taken && facts.span.size() > 1) {
            Append(runs,
                   Again(one, Reason::kVendorRetry, reading.hours, reading.now, reading.delay));
            break;
          }
          Transition held = Hold(one, reading.hours, reading.now);
          if (others_taken && held.to == BatchState::kHeld) {
            held.reason = Text(Reason::kRefusedConfirmed);
          }
          Append(runs, std::move(held));
          break;
        }
        case FaultKind::kTransient:
          // An error of CleverTap's own, like a 5xx: it may have acted.
          Append(runs, Again(WithEffectUnknown(one), Reason::kVendorRetry, reading.hours,
                             reading.now, reading.delay));
          break;
        case FaultKind::kUnaccountable:
          Append(runs, AfterUnaccountable(one, facts.span, reading).front());
          break;
      }
    }
    one.span.hi = ++one.span.lo;
  }
  return runs;
}

}  // namespace

Plan AfterPartial(const AttemptFacts& facts, const VendorReply& reply, const Reading& reading) {
  if (RefusesAllTogether(facts, reply)) {
    return {.transitions = Halve(facts, reading), .taken = false};
  }
  if (TellsOfNone(facts, reply)) {
    return {.transitions = AfterUnaccountable(facts, facts.span, reading), .taken = false};
  }
  Plan plan{.transitions = Split(facts, reply, reading)};
  const auto any = [&plan](BatchState state) {
    return std::ranges::find(plan.transitions, state, &Transition::to) != plan.transitions.end();
  };
  if (any(BatchState::kAccepted)) {
    plan.taken = true;
    plan.account = AccountVerdict::kHealthy;
  } else if (!any(BatchState::kReady)) {
    plan.taken = false;  // CleverTap asks for no part of it again
  }
  return plan;
}

}  // namespace lethe
