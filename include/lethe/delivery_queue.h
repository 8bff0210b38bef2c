#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lethe/batch.h"
#include "lethe/decision.h"
#include "lethe/operation.h"
#include "lethe/redacted.h"
#include "lethe/refusal.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "lethe/vendor.h"

namespace lethe {

/// One place to send to. CleverTap counts concurrent calls by project and API.
struct Route {
  std::string account;
  Operation operation;

  friend auto operator<=>(const Route&, const Route&) = default;
};

/// A batch that this process may send, once, until the lease ends. The attempt is committed
/// already.
struct Claim {
  Route route;
  IdentifierKind kind;
  EnvelopeId envelope;
  AttemptFacts facts;  ///< The attempt's key is (envelope, facts.span.lo, call_number()).
  int slot;            ///< 1..kMaxConcurrency.
  std::int64_t epoch;  ///< Fences the slot: a process that takes it over raises it.
  std::vector<Identifier> identifiers;  ///< In the order of the span; as many as it is long. Empty
                                        ///< for abandoned batches.

  // The queue's own business: callers hand them back.
  std::string slots_of = {};  ///< The account whose slots the project uses.
  bool probes = false;        ///< The batch is the probe of its blocked account or route.

  /// The calls of a batch are numbered from 1 on: this one is the latest.
  int call_number() const { return facts.call_count; }
};

/// Whether the change of state took effect.
enum class Recorded {
  kApplied,
  kFenced,  ///< The lease was lost to another process: the answer is kept with its attempt, the
            ///< batch was not touched.
};

/// How much of the work a claim may take.
struct ClaimParams {
  const Route& route;

  /// An open batch is sendable this long after it was opened, even if it is not full.
  milliseconds linger;

  /// Longer than a call may take. Runs from the claim, by the queue's own clock.
  milliseconds lease;
};

/// Refused identifiers of one route, and what is known about them.
struct RefusalCase {
  Route route;
  RefusalEvidence evidence;
};

/// The durable queue as the dispatcher sees it. Thread-safe; nothing here throws. Each call
/// happened or it did not, as a whole, and after kUnavailable it may be either; calling again is
/// right.
class DeliveryQueue {
 public:
  virtual ~DeliveryQueue() = default;

  /// Which of the routes have something to send now. Where the account or the route is blocked,
  /// only if its next batch is due as the probe. A hint: TakeBatch() decides.
  virtual Result<std::vector<Route>> Sendable(std::span<const Route> routes,
                                              milliseconds linger) = 0;

  /// Finds a free slot, takes the oldest sendable batch of the route, leases the slot, writes the
  /// attempt down and gives the identifiers. Nothing if there is no free slot, no sendable batch,
  /// or the account or the route is blocked and its batches are not, or not yet, the probe. The
  /// probe is not the oldest batch, but one that waits for its first call; else the one that was
  /// called, and last the one that was refused, longest ago: no batch is the probe twice while
  /// another may be.
  ///
  /// Operations on one identifier of an account finish in the order of Precedes(): what must wait
  /// for a batch of another operation splits off as kHeld (Reason::kEarlierOperation), and the
  /// first run of what is left is claimed. If nothing is left, the next batch is looked at, a few
  /// times over.
  ///   kInternal  the batch cannot be read and was set aside: ITEMS_MISSING if it does not have the
  ///              items that it says, SEAL_BROKEN (both: needs_review), UNKNOWN_KEY (again later).
  virtual Result<std::optional<Claim>> TakeBatch(const ClaimParams& params) = 0;

  /// What the calls of the claim's route show now, those that were answered since the claim
  /// included: a call that gets no answer lasts longer than evidence does.
  virtual Result<RouteHealth> HealthSince(const Claim& claim) = 0;

  /// Writes the answer to its attempt and carries out the plan, splitting the batch where its runs
  /// differ; frees the slot. An accepted attempt ends the blocks of its account and route that
  /// began before it, unless only an operator may end them; their held refusals become ready. A
  /// blocked route is probed after 1 s, 2 s, 4 s .. 10 min, a blocked account after 10 s, 20 s ..
  /// 10 min.
  ///   kInternal  BAD_PLAN: the plan does not cover the batch, or CanMove() forbids one of its
  ///   moves.
  virtual Result<Recorded> Record(const Claim& claim, const VendorReply& reply,
                                  const Plan& plan) = 0;

  /// Gives a batch back that was claimed and certainly not sent; frees the slot, and the attempt
  /// counts for nothing. If the batch was a probe, the next one is due at once; likewise after
  /// Record() of a reply with CallCode::kTooLate.
  virtual Result<Recorded> Release(const Claim& claim) = 0;

  /// Takes over one batch whose lease ran out, even if its slot is above the limit that is
  /// configured now; the old holder is fenced from here on. Nothing if there is no such batch. The
  /// caller calls RecordAbandoned() next.
  virtual Result<std::optional<Claim>> TakeAbandoned(milliseconds lease) = 0;

  /// Carries out the plan for a batch of TakeAbandoned(). Its attempt stays without an answer, for
  /// a late one to be written to.
  virtual Result<Recorded> RecordAbandoned(const Claim& claim, const Plan& plan) = 0;

  /// The routes that hold refused identifiers and are not blocked, nor their accounts. If `route`
  /// is given, no other one.
  virtual Result<std::vector<RefusalCase>> RefusalCases(const std::optional<Route>& route) = 0;

  /// Carries out what was ruled on the case. kFenced if its evidence has changed since, or the
  /// account or the route was blocked: nothing happened.
  virtual Result<Recorded> Settle(const RefusalCase& refusals, const RefusalRuling& ruling) = 0;

  /// Moves accepted batches whose window has passed to done, by the queue's own clock and by `now`:
  /// where one of the two has jumped ahead, none. At most `limit`, and returns how many.
  /// Not those of accounts that verify: VerificationQueue does it once they were read back.
  virtual Result<int> CloseWindows(TimePoint now, int limit) = 0;

  /// Makes batches ready that were held for Reason::kEarlierOperation, when the batch that they
  /// waited for is final or no longer whole; at most `limit`, and returns how many. A hint:
  /// TakeBatch() looks again, and may find another one to wait for. Batches that are held for
  /// Reason::kLookBeforeRepeat then need review if their account has verification switched off.
  virtual Result<int> ReleaseHeld(int limit) = 0;
};

}  // namespace lethe
