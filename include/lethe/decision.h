#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/batch.h"
#include "lethe/operation.h"
#include "lethe/time.h"
#include "lethe/vendor.h"
#include "lethe/window.h"
#include "lethe/words.h"

namespace lethe {

/// What the calls of a route (account and API) showed lately.
struct RouteHealth {
  /// Start of the latest call that was accepted; of a control call, the time of its answer.
  std::optional<TimePoint> accepted_at = {};

  /// Envelopes, one after another, of which no call was taken since then.
  int failing = 0;

  /// When CleverTap latest took an identifier that it had not taken alone: RouteEvidence::hiccup.
  std::optional<TimePoint> hiccup_at = {};

  /// The latest look at the account's credentials that found them right: Resume::kConnect.
  std::optional<TimePoint> connected_at = {};

  /// The route is blocked, and this call is its probe.
  bool is_probe = false;
};

/// Everything that the next step of a batch depends on.
struct AttemptFacts {
  Operation operation;
  Span span;
  int attempt_count;     ///< Attempts spent so far, this one included; at least 1.
  int call_count;        ///< All calls so far, this one and those that cost nothing included.
  TimePoint started_at;  ///< When this attempt was written down.

  /// Since when the batch waits to be sent: since it was opened, or since an operator last decided
  /// to send it again.
  TimePoint waiting_since = {};

  /// Whether a look-up can tell if the people of the batch are as before its calls: they were
  /// looked up before the first one, and the account allows it.
  bool can_be_looked_up = false;

  /// A look-up has found the people as before those calls; `unknown_since` says when.
  bool unchanged = false;

  /// Start of the earliest attempt whose effect is not known.
  std::optional<TimePoint> unknown_since = {};

  /// A call before that may have carried it out all the same: one that was accepted and had no
  /// effect when it was read back, or one of unknown effect after which an operator sent it again.
  /// CleverTap may refuse it for just that.
  bool may_have_effect = false;

  /// Time of the latest answer that counts against these identifiers: one that stopped their route
  /// first, or for which they were halved, tried alone or held. Later acceptances are evidence.
  std::optional<TimePoint> refused_since = {};

  /// Answers that did not take the identifier while it was alone in its call. 0 for a batch of
  /// several.
  int lone_refusals = 0;

  /// Of those: refusals that came after CleverTap took others, since the answer before.
  int vouched_refusals = 0;

  int throttled_calls = 0;  ///< Calls with these identifiers, before this one, that got a 429.

  RouteHealth health = {};  ///< From other calls than this: as known at the claim, or, if the call
                            ///< got no answer, after it.

  int slot_setbacks = 0;  ///< Calls in a row through this slot, before this one, without an answer
                          ///< that tells anything: throttled, not sent, or of unknown outcome.

  /// Calls of the batch whose senders died before they wrote an answer down, this one included.
  /// Only known of an abandoned batch.
  int senders_lost = 0;
};

/// Where one run of a batch goes. Runs that differ split the batch.
struct Transition {
  Span span;
  BatchState to = BatchState::kNeedsReview;
  std::string reason = {};  ///< Name() of a Reason, or kVendorCodePrefix and a code; empty where
                            ///< the state says all.

  /// kReady: when it may be sent. kHeld for a refusal: when it is tried again by itself if nothing
  /// else shows whether CleverTap takes others; see JudgeRefusals().
  std::optional<TimePoint> not_before = {};

  /// kReady, kHeld, kNeedsReview: carried along while an effect is unknown.
  std::optional<TimePoint> unknown_since = {};

  /// kReady, kHeld: carried along until CleverTap takes the identifiers or they are rejected; as
  /// in AttemptFacts.
  std::optional<TimePoint> refused_since = {};
  int lone_refusals = 0;
  int vouched_refusals = 0;
  int throttled_calls = 0;

  std::optional<TimePoint> accepted_at = {};  ///< kAccepted.
  std::optional<TimePoint> window_end = {};   ///< kAccepted.

  friend bool operator==(const Transition&, const Transition&) = default;
};

/// What the answer says about the account and the route.
enum class AccountVerdict {
  kUntouched,  ///< Nothing.
  kHealthy,    ///< Credentials, region and path work: blocks of the account and of the route end.
  kBlocked,    ///< They do not: Lethe sends nothing more there until a probe succeeds.
};

/// What a block stops.
enum class BlockScope {
  kAccount,  ///< Every call of the account: its credentials are wrong.
  kRoute,    ///< The calls of one route (account and API): its path or a firewall is wrong, which
             ///< says nothing about the account's other APIs.
};

/// What ends a block.
enum class Resume {
  kConnect,   ///< A look at the credentials that changes nothing at CleverTap.
  kBatch,     ///< The next batch, as a probe.
  kOperator,  ///< Only an operator.
};

constexpr std::string_view Name(Resume resume) {
  switch (resume) {
    case Resume::kConnect: return "connect";
    case Resume::kBatch: return "batch";
    case Resume::kOperator: return "operator";
  }
  return "";
}

template <>
inline constexpr auto kAll<Resume> = AllNamed<Resume>();

struct Plan {
  /// Ascending, without gap or overlap, and together the batch's span.
  std::vector<Transition> transitions;

  /// False: the attempt does not count towards delays (429, 401 and the like).
  bool spends_attempt = true;

  /// The call got no answer that tells anything, as AttemptFacts::slot_setbacks counts them: the
  /// slot's next cool-down is longer. Any other answer ends the row.
  bool setback = false;

  /// Whether the call was taken, at least in part. Nothing: it showed neither (429, not sent).
  std::optional<bool> taken = {};

  milliseconds slot_cool_down{0};  ///< How long the slot stays away from the account and API.
  AccountVerdict account = AccountVerdict::kUntouched;
  BlockScope block_scope = BlockScope::kRoute;  ///< kBlocked.
  std::string account_reason = {};              ///< kBlocked: for the operator; see BlockReason.

  /// kBlocked. A route is never resumed by kConnect: a look at the credentials does not use its
  /// path.
  Resume resume = Resume::kBatch;

  friend bool operator==(const Plan&, const Plan&) = default;
};

/// Whether the plan's transitions are what Plan promises: ascending, without gap or overlap, and
/// together `span`.
bool Covers(const Plan& plan, Span span);

/// Whether the batch may be sent at `now`: not once ResendUntil() of an unknown effect has passed,
/// and not if that effect lies in the future, because then the clock went back and nothing tells
/// how long ago it was. Then it waits for a look-up, where one can tell, or for an operator.
/// Decide() plans no such repeat, but a batch can come to be sent later than planned: see
/// DecideWithheld().
bool MayResend(const AttemptFacts& facts, const ProcessingHours& hours, TimePoint now);

/// What to do at `now` with a claimed batch that must not be sent; nothing if it may be sent. Past
/// SendUntil() it waits for an operator. One that MayResend() forbids to send, and one that an
/// operator allowed to be sent again before SendAgainUntil(), wait as DecideTooLate() says. The
/// attempt that was not made costs nothing. The dispatcher asks right before it sends.
std::optional<Plan> DecideWithheld(const AttemptFacts& facts, const ProcessingHours& hours,
                                   TimePoint now);

/// The delay after `failures` in a row: doubles from 1 s up to 10 min (CleverTap's own advice for
/// "too many requests" is ten minutes), spread by `jitter` in [0, 1) over the upper half of the
/// delay.
milliseconds RetryDelay(int failures, double jitter);

/// While CleverTap is out of reach a slot rests longer and longer, up to this: long enough that an
/// outage costs few calls, short enough that its end is noticed soon.
inline constexpr milliseconds kLongestOutageRest{60'000};

/// An acceptance of others says nothing about a refusal that comes more than this later: where
/// calls are throttled a search takes long, and the rule may have changed in the middle of it.
inline constexpr std::chrono::seconds kFreshEvidence{30};

/// While no more envelopes than this fail in a row, the trouble can be their own and not the
/// route's: an account may have as many calls in flight by default.
inline constexpr int kFewFailing = 2;

/// This identifier alone got so many answers that tell nothing or speak of the route, and CleverTap
/// took others between each two of them: then Lethe stops asking, and an operator decides.
inline constexpr int kMaxLoneUnknown = 6;

/// After so many calls that CleverTap throttled, while it takes others of the route, one more
/// answer of 429 is about the payload: a limit of calls in flight does not single one out.
inline constexpr int kManyThrottled = 5;

/// While CleverTap takes others, a look that found the credentials right speaks for them so long: a
/// firewall that answers 401 to some payloads must not block the account for each of them.
inline constexpr std::chrono::hours kCredentialsFoundRight{1};

inline constexpr int kMaxSendersLost = 2;

/// What to do next. Pure: the same facts give the same plan.
///
/// While the route takes others (IsAboutPayload()), an answer that did not take the call is about
/// the payload, whatever its status; 429 is so after kManyThrottled calls. Lethe halves the batch.
/// An identifier that is refused alone is held for JudgeRefusals(); one that alone gets another
/// such answer is sent again. Otherwise the outcome class decides: a block, or the call is repeated
/// later.
Plan Decide(const AttemptFacts& facts, const VendorReply& reply, const ProcessingHours& hours,
            TimePoint now, double jitter);

/// Whether the route has taken others within kFreshEvidence, and few envelopes fail.
bool IsTakingOthers(const AttemptFacts& facts);

/// Whether an answer that did not take the call is about its payload, because others of the route
/// are taken: since the latest such answer to these identifiers; or lately and with few failing,
/// unless it speaks of the credentials (AreCredentialsDoubted()).
bool IsAboutPayload(const AttemptFacts& facts, OutcomeClass outcome);

/// Whether an answer of kAccountBlocked is about the credentials. It is not if a look found them
/// right since the latest answer that did not take these identifiers, or within
/// kCredentialsFoundRight while others are taken; nor if it answers the probe of a blocked route:
/// then it says no more than that the route is still shut.
bool AreCredentialsDoubted(const AttemptFacts& facts, OutcomeClass outcome);

inline constexpr int kMostJudged = 32;

/// What a plan shows about its route, in identifiers: each counts once, however many calls a search
/// takes.
struct RouteEvidence {
  int judged = 0;       ///< Taken, refused alone for the first time, or rejected; of a call with
                        ///< more than kMostJudged their share of so many.
  int taken = 0;        ///< Of those.
  bool hiccup = false;  ///< Taken was one that CleverTap had not taken alone, in answers that said
                        ///< so.

  friend bool operator==(const RouteEvidence&, const RouteEvidence&) = default;
};
RouteEvidence RouteEvidenceOf(const AttemptFacts& facts, const Plan& plan);

/// What to do with a batch whose sender is gone (its lease ran out). The sender may have made the
/// call, so the outcome is unknown. A batch that kMaxSendersLost senders were lost with is not sent
/// again by itself: the answer may be what they died of.
Plan DecideAbandoned(const AttemptFacts& facts, const ProcessingHours& hours, TimePoint now,
                     double jitter);

/// What to do with a batch that may have been sent and must not be sent again: it waits for a
/// look-up (ConcludeBeforeRepeat()) where one can tell, otherwise for an operator. The attempt
/// costs nothing.
Plan DecideTooLate(const AttemptFacts& facts);

}  // namespace lethe
