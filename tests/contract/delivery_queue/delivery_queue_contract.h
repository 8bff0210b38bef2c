#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fakes/queue_rows.h"
#include "lethe/account_gate.h"
#include "lethe/call_slots.h"
#include "lethe/delivery_queue.h"
#include "lethe/reasons.h"

namespace lethe::contract {

using fakes::AttemptRow;
using fakes::BatchRow;
using fakes::NewEnvelope;
using namespace std::chrono_literals;

inline const Route kErase{"acme", Operation::kErasure};
inline const Route kDemerge{"acme", Operation::kDemerge};
inline const Route kDisassociate{"acme", Operation::kDisassociation};
inline const Route kEraseElsewhere{"globex", Operation::kErasure};

inline constexpr milliseconds kLinger = 2s;
inline constexpr milliseconds kLease = 30s;

/// An empty queue with a clock of its own that stands still between calls of Advance(). The
/// accounts `acme` and `globex` are configured, with a concurrency of 2.
class QueueHarness {
 public:
  virtual ~QueueHarness() = default;

  virtual DeliveryQueue& queue() = 0;
  virtual AccountGate& gate() = 0;
  virtual CallSlots& slots() = 0;

  /// Both accounts', as after a restart with another configuration: queue() may be another object.
  virtual void SetConcurrency(int concurrency) = 0;

  /// Ids ascend. Position `pos` holds fakes::IdentifierAt(id, pos).
  virtual EnvelopeId AddEnvelope(const NewEnvelope& envelope) = 0;

  /// Removes one item behind the queue's back.
  virtual void LoseItem(EnvelopeId envelope, int pos) = 0;

  virtual TimePoint Now() const = 0;
  virtual void Advance(milliseconds by) = 0;

  virtual std::vector<BatchRow> Batches() = 0;     ///< By envelope and first position.
  virtual std::vector<AttemptRow> Attempts() = 0;  ///< By envelope, first position and number.
};

struct Implementation {
  std::string name;
  std::unique_ptr<QueueHarness> (*make)();

  friend void PrintTo(const Implementation& tested, std::ostream* out) { *out << tested.name; }
};

/// What every implementation of DeliveryQueue promises. Instantiate it with
///   INSTANTIATE_TEST_SUITE_P(Name, DeliveryQueueContract, testing::Values(Implementation{..}),
///                            NameOf);
class DeliveryQueueContract : public testing::TestWithParam<Implementation> {
 protected:
  QueueHarness& at() { return *harness_; }
  DeliveryQueue& queue() { return harness_->queue(); }

  EnvelopeId Add(int size = 1) { return at().AddEnvelope({.route = kErase, .size = size}); }

  std::optional<Claim> Take(const Route& route = kErase) {
    Result<std::optional<Claim>> taken =
        queue().TakeBatch({.route = route, .linger = kLinger, .lease = kLease});
    if (taken.ok()) return *std::move(taken);
    ADD_FAILURE() << taken.error().reason << ": " << taken.error().message;
    return std::nullopt;
  }

  std::optional<Claim> TakeAbandoned() {
    Result<std::optional<Claim>> taken = queue().TakeAbandoned(kLease);
    if (taken.ok()) return *std::move(taken);
    ADD_FAILURE() << taken.error().reason << ": " << taken.error().message;
    return std::nullopt;
  }

  std::optional<Recorded> Record(const Claim& claim, const VendorReply& reply, const Plan& plan) {
    return Unwrap(queue().Record(claim, reply, plan));
  }
  std::optional<Recorded> RecordAbandoned(const Claim& claim, const Plan& plan) {
    return Unwrap(queue().RecordAbandoned(claim, plan));
  }
  std::optional<Recorded> Release(const Claim& claim) { return Unwrap(queue().Release(claim)); }
  std::optional<int> CloseWindows(TimePoint now, int limit = 100) {
    return Unwrap(queue().CloseWindows(now, limit));
  }

  std::vector<Route> Sendable(std::vector<Route> routes) {
    return Unwrap(queue().Sendable(routes, kLinger)).value_or(std::vector<Route>{});
  }

  static VendorReply Yes() { return {.outcome = OutcomeClass::kAccepted, .http_status = 200}; }

  Plan Accepted(const Claim& claim, milliseconds window = 48h) {
    return {.transitions = {{.span = claim.facts.span,
                             .to = BatchState::kAccepted,
                             .accepted_at = at().Now(),
                             .window_end = at().Now() + window}},
            .account = AccountVerdict::kHealthy};
  }
  Plan Again(const Claim& claim, milliseconds delay = 0ms) {
    return {.transitions = {{.span = claim.facts.span,
                             .to = BatchState::kReady,
                             .reason = "unknown_outcome",
                             .not_before = at().Now() + delay,
                             .unknown_since = claim.facts.started_at}}};
  }

  /// What the calls of kErase have shown: as a claim of it is told.
  RouteHealth OnlyHealth() {
    const auto health = queue().HealthSince({.route = kErase,
                                             .kind = {},
                                             .envelope = {},
                                             .facts = {},
                                             .slot = 1,
                                             .epoch = 0,
                                             .identifiers = {},
                                             .slots_of = kErase.account});
    EXPECT_TRUE(health.ok());
    return health.ok() ? *health : RouteHealth{};
  }

  /// The answer to `claim` blocks its account, until a batch ends that, and counts as a refusal.
  void BlockRefused(const std::optional<Claim>& claim) { Block(claim, Resume::kBatch, at().Now()); }

  /// The answer to `claim` blocks its account.
  void Block(const std::optional<Claim>& claim, Resume resume = Resume::kBatch,
             std::optional<TimePoint> refused_since = {}) {
    ASSERT_TRUE(claim);
    Plan plan = Again(*claim);
    plan.transitions[0].refused_since = refused_since;
    plan.spends_attempt = false;
    plan.account = AccountVerdict::kBlocked;
    plan.block_scope = BlockScope::kAccount;
    plan.account_reason = "credentials_or_region_401";
    plan.resume = resume;
    ASSERT_EQ(Record(*claim, {.outcome = OutcomeClass::kAccountBlocked, .http_status = 401}, plan),
              Recorded::kApplied);
  }

  /// The answer to `claim` blocks its route.
  void BlockRoute(const std::optional<Claim>& claim, Resume resume = Resume::kBatch,
                  std::optional<TimePoint> refused_since = {},
                  const std::string& reason = "endpoint_404") {
    ASSERT_TRUE(claim);
    Plan plan = Again(*claim);
    plan.transitions[0].unknown_since.reset();
    plan.transitions[0].refused_since = refused_since;
    plan.spends_attempt = false;
    plan.account = AccountVerdict::kBlocked;
    plan.block_scope = BlockScope::kRoute;
    plan.account_reason = reason;
    plan.resume = resume;
    ASSERT_EQ(Record(*claim, {.outcome = OutcomeClass::kMisconfigured, .http_status = 404}, plan),
              Recorded::kApplied);
  }

  /// Batches of one account, which is blocked from now on.
  void AddBlocked(int batches, Resume resume = Resume::kBatch) {
    for (int i = 0; i < batches; ++i) Add();
    Block(Take(), resume);
  }

  /// A batch of one that CleverTap has refused alone.
  void AddRefusedAlone(const Route& route = kErase) {
    at().AddEnvelope({.route = route});
    const auto claim = Take(route);
    ASSERT_TRUE(claim);
    const Plan held{.transitions = {{.span = claim->facts.span,
                                     .to = BatchState::kHeld,
                                     .reason = Text(Reason::kRefusedUnconfirmed),
                                     .refused_since = claim->facts.started_at}}};
    ASSERT_EQ(Record(*claim, {.outcome = OutcomeClass::kRefused, .http_status = 400}, held),
              Recorded::kApplied);
  }

  BatchRow OnlyBatch() {
    const std::vector<BatchRow> rows = at().Batches();
    EXPECT_EQ(rows.size(), 1U);
    return rows.empty() ? BatchRow{} : rows.front();
  }
  AttemptRow OnlyAttempt() {
    const std::vector<AttemptRow> rows = at().Attempts();
    EXPECT_EQ(rows.size(), 1U);
    return rows.empty() ? AttemptRow{} : rows.front();
  }

 private:
  template <typename T>
  static std::optional<T> Unwrap(Result<T> result) {
    if (result.ok()) return std::move(result).value();
    ADD_FAILURE() << result.error().reason << ": " << result.error().message;
    return std::nullopt;
  }

  std::unique_ptr<QueueHarness> harness_ = GetParam().make();
};

inline std::string NameOf(const testing::TestParamInfo<Implementation>& info) {
  return info.param.name;
}

}  // namespace lethe::contract
