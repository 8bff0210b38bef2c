#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fakes/fake_account_gate.h"
#include "fakes/queue_rows.h"
#include "lethe/account_condition.h"
#include "lethe/call_slots.h"
#include "lethe/delivery_queue.h"
#include "lethe/limits.h"
#include "lethe/request_change.h"

namespace lethe::fakes {

/// The delivery queue in memory: keeps the promises of the port as PostgreSQL does, with the same
/// suite to prove it. It refuses plans that CanMove() forbids, but not plans that do not cover
/// their batch: the simulation plants those.
class FakeDeliveryQueue : public DeliveryQueue, public CallSlots {
 public:
  /// `clock` stands for the database's.
  explicit FakeDeliveryQueue(const Clock& clock);

  /// The blocks that the queue's plans put up.
  AccountGate& gate() { return gate_; }

  Result<std::vector<Route>> Sendable(std::span<const Route> routes, milliseconds linger) override;
  Result<std::optional<Claim>> TakeBatch(const ClaimParams& params) override;
  Result<RouteHealth> HealthSince(const Claim& claim) override;
  Result<Recorded> Record(const Claim& claim, const VendorReply& reply, const Plan& plan) override;
  Result<Recorded> Release(const Claim& claim) override;
  Result<std::optional<Claim>> TakeAbandoned(milliseconds lease) override;
  Result<Recorded> RecordAbandoned(const Claim& claim, const Plan& plan) override;
  Result<std::vector<RefusalCase>> RefusalCases(const std::optional<Route>& route) override;
  Result<Recorded> Settle(const RefusalCase& refusals, const RefusalRuling& ruling) override;
  Result<int> CloseWindows(TimePoint now, int limit) override;
  Result<int> ReleaseHeld(int limit) override;

  Result<SlotOffer> Lease(const LeaseParams& params) override;
  Status Free(const SlotLease& lease, const SlotEnd& end) override;

  EnvelopeId AddEnvelope(const NewEnvelope& envelope);

  /// The batch that holds the position says more than there is.
  void LoseItem(EnvelopeId envelope, int pos);

  /// Of every account, for each API; kMaxConcurrency at first.
  void SetConcurrency(int concurrency);

  /// By envelope and first position.
  std::vector<BatchRow> batches() const;

  /// The same rows in place, each given to `visit`, which must not call the queue.
  template <typename Visit>
  void VisitBatches(Visit visit) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, row] : batches_) visit(row);
  }

  /// By envelope, first position and number.
  std::vector<AttemptRow> attempts() const;

  template <typename Visit>
  void VisitAttempts(Visit visit) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, row] : attempts_) visit(row);
  }

  /// The blocked accounts, and who ends their blocks; and the blocked routes.
  std::map<std::string, Resume> blocks() const { return gate_.blocks(); }
  std::map<std::pair<std::string, Api>, Resume> route_blocks() const {
    return gate_.route_blocks();
  }

  /// Whether the route is, or its account.
  bool IsBlocked(const Route& route) const {
    return gate_.IsBlocked(route.account) || gate_.IsRouteBlocked(route);
  }

  /// What an operator decides: about a batch that needs review, and about the held refusals of
  /// what is blocked of an account, all of which ends with it. Does nothing if the review or the
  /// block is over.
  void Resolve(EnvelopeId envelope, std::span<const Transition> decision);
  void ResumeAccount(const std::string& account, HeldRefusals held_refusals);

  /// What people decide about the items of a request: those at its ordinals (all, if none are
  /// given), which are positions of its envelopes. Nothing: it has no such item.
  std::optional<ChangeCounts> Change(RequestId request, std::span<const int> ordinals,
                                     RequestChange change, bool preview);
  bool HasRequest(std::string_view account, RequestId request) const;

 protected:
  /// Whether the claim's slot is still its own. Virtual for tests of tests.
  virtual bool Holds(const Claim& claim) const;

  /// What the item has to wait for, if anything. Virtual likewise.
  virtual std::optional<Blocker> FindBlocker(const BatchRow& batch, int pos) const;

  /// Whether it is sent first, unless it is the turn of the oldest. Virtual likewise.
  virtual bool GoesBefore(const BatchRow& one, const BatchRow& other) const;

  /// What a change does to the batch. Virtual likewise.
  virtual ChangeEffect Effect(const BatchRow& batch, RequestChange change) const;

  /// The time by which windows close, where the caller's is `now`.
  virtual TimePoint ClosesBy(TimePoint now) const { return std::min(now, clock_.Now()); }

 private:
  using BatchKey = std::pair<EnvelopeId, int>;
  struct AttemptKey {
    EnvelopeId envelope;
    int lo;
    int call_number;
    friend auto operator<=>(const AttemptKey&, const AttemptKey&) = default;
  };
  struct SlotKey {
    std::string account;
    Api api;
    int number;
    friend auto operator<=>(const SlotKey&, const SlotKey&) = default;
  };
  struct Slot {
    std::int64_t epoch = 0;
    std::optional<BatchKey> batch;
    int turn = 0;           ///< See TakesOldest().
    bool has_call = false;  ///< One without a batch.
    TimePoint lease_until{};
    TimePoint cool_down_until{};
    int setbacks = 0;
    std::optional<TimePoint> accepted_at = {};
    std::optional<TimePoint> lone_accepted_at = {};
    int failures = 0;
    std::optional<EnvelopeId> failed_envelope = {};
    std::optional<TimePoint> failed_at = {};
    int judged = 0;  ///< As RouteEvidence, of the latest calls.
    int taken = 0;
    std::optional<TimePoint> hiccup_at = {};
  };
  struct ControlSchedule {
    int tries = 0;
    std::optional<TimePoint> next_at = {};
    std::optional<TimePoint> accepted_at = {};
  };

  static SlotKey KeyOf(const Claim& claim);
  bool IsSendable(const BatchRow& batch, milliseconds linger) const;
  BatchRow* NextInLine(const Route& route, milliseconds linger, bool oldest);

  /// The first run of the batch that need not wait, as a batch of its own; what has to wait is
  /// held.
  BatchRow* HoldBlockedItems(const BatchRow& batch);
  void HurryBlockers(const BatchRow& waiting);
  const Identifier& At(EnvelopeId envelope, int pos) const;
  RequestId RequestOf(EnvelopeId envelope) const;
  std::optional<SlotKey> FreeSlot(const Route& route) const;
  Claim ClaimOf(const BatchRow& batch, const SlotKey& key, const Slot& slot) const;
  bool FillIn(Claim& claim) const;
  void WriteAnswer(const Claim& claim, const VendorReply& reply);
  void CarryOut(const Claim& claim, const Plan& plan);
  void Judge(const Claim& claim, const Plan& plan);
  void Decide(BatchRow& batch, const Transition& decision);
  void Change(const BatchRow& whole, std::span<const int> positions, RequestChange change);
  void FreeRefused(const std::string& account);  ///< Not of routes that stay blocked.
  void FreeRefused(const Route& route);
  void Count(Slot& slot, EnvelopeId envelope, bool taken) const;
  void Count(Slot& slot, const RouteEvidence& evidence) const;
  int SendersLost(const BatchRow& batch) const;
  std::vector<Slot> SlotsOf(const Route& route) const;

  /// Start of the latest call with a batch that was accepted.
  std::optional<TimePoint> LastAcceptedAt(const Route& route) const;
  RouteHealth HealthOf(const Route& route) const;
  RefusalEvidence EvidenceOf(const Route& route) const;
  bool OnlyProbesItself(const Route& route) const;
  bool HoldsRefusals(const Route& route) const;
  void AddPeople(const BatchRow& batch, std::set<std::string>& people) const;
  /// Whether the account is blocked, and its next probe should be a fresh batch of another route.
  bool LeavesProbeToOthers(const Route& route) const;
  /// Whether the batch may be the probe that ends what blocks the route.
  bool MayProbe(const BatchRow& batch, const Route& route) const;
  bool LacksProbe(const Route& route) const;
  void ProbeWithHeld(const Route& route);
  bool IsDue(const BatchRow& batch) const;
  bool WaitsAlone(const BatchRow& batch) const;
  bool IsStuck(const BatchRow& batch) const;
  void SendRefusedAgain(const Route& route, bool vouched);
  bool MayHaveEffect(const BatchRow& batch) const;

  /// Whether another batch of the route with one of its people was accepted, a day ago at most.
  bool HasTwinUnderWay(const BatchRow& batch) const;
  bool OthersTakenSinceItsFirstRefusal(const BatchRow& batch) const;
  void Reject(const Route& route, int room);
  void ReviewWornOut(const Route& route);

  const Clock& clock_;
  FakeAccountGate gate_;
  mutable std::mutex mutex_;
  int concurrency_ = kMaxConcurrency;
  std::int64_t last_envelope_ = 0;
  std::map<BatchKey, BatchRow> batches_;
  std::map<AttemptKey, AttemptRow> attempts_;
  std::map<SlotKey, Slot> slots_;
  std::map<Route, ControlSchedule> controls_;
  std::map<EnvelopeId, NewEnvelope> envelopes_;  ///< With an identifier for each position.
  std::set<BatchKey> lost_items_;
};

}  // namespace lethe::fakes
