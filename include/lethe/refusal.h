#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "lethe/account.h"
#include "lethe/decision.h"
#include "lethe/operation.h"
#include "lethe/time.h"

namespace lethe {

// Decide() halves a batch that CleverTap does not take while it takes others, until the identifiers
// that it will not take are alone. Then Lethe must tell whether they are bad, CleverTap had a bad
// moment, or its rule has changed; because a rejection is final: a person's request is not
// fulfilled. So an identifier that is refused alone is held, and judged with everything else that
// is known about its route. service/docs/decisions/0009-refusals.md has the reasons.

/// So many identifiers of a route are rejected within kRefusalMemory without a person. If CleverTap
/// refuses more, they may be no exceptions: a rule has changed, or a caller sends something else
/// than identifiers. Those go to review.
inline constexpr int kFewRefusals = 5;
inline constexpr std::chrono::hours kRefusalMemory{24};

/// If CleverTap refuses more than this many alone, and less than half of the route's identifiers
/// are taken, Lethe stops: each further batch would be taken apart for nothing, and its people end
/// in review. Enough for the bad identifiers of a request by hand; a rule that has changed shows it
/// within one batch.
inline constexpr int kManyRefusals = 20;

/// A held identifier is sent again LoneRetryDelay() after each refusal, twice at a time: 1 s, 5 s,
/// 1 s, 20 s, 1 s, 80 s, 1 s. Refusals that come at random do not come each time.
milliseconds LoneRetryDelay(int lone_refusals);

/// The last two tries before a rejection come so much later, and not after 20 s: trouble that only
/// some people get, of one server or one rule, lasts for minutes, and CleverTap deletes at night.
/// Not with a sandbox_window, whose nights come every few seconds.
inline constexpr std::chrono::hours kBeforeLastTries{1};

/// Of the calls that CleverTap refused, those belong to one trouble that began no longer before the
/// first call with the identifier alone: a search takes no longer. People must have been taken
/// since the first of them.
inline constexpr std::chrono::minutes kOneSearch{10};

/// The refusal alone that confirms the others, if CleverTap took others between each two of them.
/// Of good identifiers of which CleverTap refuses every second call at random, one in 64 gets so
/// far; see kHiccupMemory.
inline constexpr int kConfirmingRefusal = 6;

/// An operator decides after so many refusals alone between which nothing showed whether CleverTap
/// takes others. So trouble of a minute at CleverTap needs no operator, and a request of bad
/// identifiers alone is in review within two minutes.
inline constexpr int kLoneTries = 8;

/// After so many refusals alone an operator decides, whatever they show: no control call was taken
/// that a rejection needs.
inline constexpr int kMostLoneRefusals = 12;

/// A record of a disassociation that CleverTap names, with a code that is for good, is rejected
/// after so many times: first beside others that it took, then alone, the last time after
/// kBeforeLastTries. If CleverTap takes others of the route that it had named (kHiccupMemory), it
/// names at random: then it is asked each hour, until kMostLoneRefusals.
inline constexpr int kNamings = 3;

/// If CleverTap takes an identifier that it had refused alone, its refusals come at random. For
/// this long no more are rejected without a person.
inline constexpr std::chrono::hours kHiccupMemory{2};

/// A slot that was not used for so long tells nothing of today: RefusalEvidence::mostly_taken.
inline constexpr std::chrono::hours kMostlyTakenMemory{1};

/// A held identifier is sent again as long after CleverTap accepted others, at most: the answer
/// must come within kFreshEvidence.
inline constexpr std::chrono::seconds kVouchedFor{15};

/// What calls with an identifier may have done before CleverTap refused it; as in AttemptFacts.
struct EarlierEffect {
  std::optional<TimePoint> unknown_since = {};
  bool may_have_effect = false;

  bool IsPossible() const { return unknown_since || may_have_effect; }
};
inline EarlierEffect EarlierEffectOf(const AttemptFacts& facts) {
  return {.unknown_since = facts.unknown_since, .may_have_effect = facts.may_have_effect};
}

/// Where bad identifiers go: to kRejected, for `reason`; or to kNeedsReview if an earlier call may
/// have taken them. The caller sets the span.
Transition Rejection(std::string reason, const EarlierEffect& earlier);

/// Where refused identifiers go that are not rejected without a person. The caller sets the span.
Transition RefusalReview(const EarlierEffect& earlier);

/// What is known about the refusals of one route. Numbers are of identifiers.
struct RefusalEvidence {
  int searching = 0;  ///< Refused together with others, and about to be sent in smaller parts.
  int confirmed = 0;  ///< Held for Reason::kRefusedConfirmed.
  int vouched = 0;  ///< Held for kRefusedUnconfirmed; since then, and within kVouchedFor, CleverTap
                    ///< has accepted a call that began after the refusal.
  int vouched_due = 0;  ///< Of the vouched: LoneRetryDelay() has passed.
  int unvouched = 0;    ///< Held for kRefusedUnconfirmed, without such a call.
  int due = 0;          ///< Of the unvouched: LoneRetryDelay() has passed.
  int worn_out = 0;  ///< Of the unvouched: refused alone kLoneTries times, vouched refusals aside.

  /// Wait to be sent again, and nothing was accepted since the last answer that counts: after calls
  /// of unknown effect, after kManyThrottled throttled ones, or not taken alone.
  int stuck = 0;

  int rejected_lately = 0;  ///< For kRefusedByVendor, within kRefusalMemory.

  /// Batches that nothing speaks against are sent, or will be within kVouchedFor; or a control call
  /// is under way.
  bool others_under_way = false;

  bool taken_lately = false;   ///< A call with identifiers of people was accepted, within
                               ///< kRefusalMemory. Control calls do not count.
  bool mostly_taken = false;   ///< At least half of the route's latest identifiers were taken, and
                               ///< not refused: RouteEvidence.
  bool hiccup_lately = false;  ///< RouteEvidence::hiccup within kHiccupMemory.
  bool control_due = false;    ///< A control call may be made now.

  /// A control call was accepted since the last but one refusal of each of the confirmed. So
  /// CleverTap does not refuse whatever is sent alone; where it was a dry run, it shows no such
  /// thing.
  bool control_taken = false;

  /// Likewise a call with one person's identifier.
  bool lone_taken = false;

  /// An identifier that was refused alone is sent, or about to be. The next one waits: two at a
  /// time could be refused for each other.
  bool lone_under_way = false;

  /// Of how many different identifiers are the held, those rejected lately, and those in review: a
  /// caller may hand one in many times.
  int refused_people = 0;

  /// A batch ends the block of the route or of its account, and CleverTap has answered every batch
  /// before that waits or is held; held refusals only if the block is about the route's path or the
  /// account's credentials, and not about them. Without a control call every probe would be this
  /// batch, and get the same answer. For what is blocked the store gives this field, control_due
  /// and lacks_probe; the others stay 0.
  bool only_probes_itself = false;

  /// A batch ends the block, its next probe is due, and all that waits are held refusals.
  bool lacks_probe = false;

  friend bool operator==(const RefusalEvidence&, const RefusalEvidence&) = default;
};

enum class RefusalVerdict {
  kWait,       ///< Nothing to judge, or not yet.
  kSendAgain,  ///< Send one of those again whose LoneRetryDelay() has passed: only the vouched, if
               ///< some of those are due. A refusal without a voucher confirms nothing.
  kProbe,    ///< Send the identifier again that is held longest: as the probe of its blocked route.
  kReject,   ///< Reject confirmed ones as far as `room` goes, if people were taken since the first
             ///< refusal, and no call with them was unknown. The others go to RefusalReview().
  kReview,   ///< Move the worn-out ones to RefusalReview().
  kControl,  ///< Nothing is sent that could show whether CleverTap takes others: make a control
             ///< call. If it is accepted, that ends the block of only_probes_itself.
  kBlock,    ///< Block the route, for `account_reason`: nothing becomes final before a probe or
             ///< an operator shows what is wrong.
};

struct RefusalRuling {
  RefusalVerdict verdict = RefusalVerdict::kWait;
  int room = 0;                     ///< kReject: identifiers that may be rejected.
  std::string account_reason = {};  ///< What was seen, for the operator: counts only.

  /// kBlock: by the next batch, as a probe, where CleverTap took nothing; by an operator where it
  /// took others.
  Resume resume = Resume::kBatch;

  friend bool operator==(const RefusalRuling&, const RefusalRuling&) = default;
};

RefusalRuling JudgeRefusals(Operation operation, const RefusalEvidence& evidence,
                            ControlCalls control_calls);

}  // namespace lethe
