#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "contract/delivery_queue/delivery_queue_contract.h"

namespace lethe::contract {

/// What the contract says about identifiers that CleverTap refuses. Instantiate it like
/// DeliveryQueueContract.
class RefusalContract : public DeliveryQueueContract {
 protected:
  /// After it a held identifier is due.
  static constexpr milliseconds kRetry = 5s;

  RefusalEvidence Evidence() {
    const auto cases = queue().RefusalCases({});
    EXPECT_TRUE(cases.ok());
    if (!cases.ok() || cases->empty()) return {};
    EXPECT_EQ(cases->size(), 1U);
    EXPECT_EQ(cases->front().route, kErase);
    return cases->front().evidence;
  }
  bool HasCases() { return !queue().RefusalCases({}).value().empty(); }

  Recorded Settle(const RefusalRuling& ruling) {
    return queue().Settle({kErase, Evidence()}, ruling).value();
  }

  /// A batch of one, refused alone so often, and so often of that after others were taken.
  void AddHeld(Reason reason, milliseconds refused_ago = 0ms,
               std::optional<TimePoint> unknown_since = {}, int lone_refusals = 1,
               int vouched_refusals = 0) {
    Add();
    const auto claim = Take();
    ASSERT_TRUE(claim);
    const Plan plan{.transitions = {{.span = claim->facts.span,
                                     .to = BatchState::kHeld,
                                     .reason = Text(reason),
                                     .not_before = at().Now() + kRetry,
                                     .unknown_since = unknown_since,
                                     .refused_since = claim->facts.started_at - refused_ago,
                                     .lone_refusals = lone_refusals,
                                     .vouched_refusals = vouched_refusals}},
                    .taken = false};
    ASSERT_EQ(Record(*claim, {.outcome = OutcomeClass::kRefused, .http_status = 400}, plan),
              Recorded::kApplied);
  }
  /// CleverTap refuses the claim's identifier for the confirming time.
  void Confirm(const Claim& claim) {
    const Plan held{.transitions = {{.span = claim.facts.span,
                                     .to = BatchState::kHeld,
                                     .reason = Text(Reason::kRefusedConfirmed),
                                     .not_before = at().Now() + kRetry,
                                     .refused_since = at().Now(),
                                     .lone_refusals = kConfirmingRefusal}}};
    ASSERT_EQ(Record(claim, {.outcome = OutcomeClass::kRefused}, held), Recorded::kApplied);
  }
  void AcceptOne(int size = 1) {
    Add(size);
    const auto claim = Take();
    ASSERT_TRUE(claim);
    Plan plan = Accepted(*claim);
    plan.taken = true;
    ASSERT_EQ(Record(*claim, Yes(), plan), Recorded::kApplied);
  }

  /// A call that was not taken, and waits for an hour.
  void FailOne() {
    Add();
    const auto claim = Take();
    ASSERT_TRUE(claim);
    Plan plan = Again(*claim, 1h);
    plan.taken = false;
    ASSERT_EQ(Record(*claim, {.outcome = OutcomeClass::kUnknown}, plan), Recorded::kApplied);
  }

  /// A batch of one that was called and waits, for an hour unless `next` says so.
  void AddWaiting(Transition next) {
    Add();
    const auto claim = Take();
    ASSERT_TRUE(claim);
    next.span = claim->facts.span;
    next.to = BatchState::kReady;
    next.reason = Text(Reason::kMisconfigured);
    if (!next.not_before) next.not_before = at().Now() + 1h;
    ASSERT_EQ(Record(*claim, {.outcome = OutcomeClass::kMisconfigured}, {.transitions = {next}}),
              Recorded::kApplied);
  }

  /// As the next claim knows it.
  RouteHealth Health() {
    Add();
    const auto claim = Take();
    EXPECT_TRUE(claim);
    return claim ? claim->facts.health : RouteHealth{};
  }
  int Count(BatchState state) {
    int count = 0;
    for (const BatchRow& row : at().Batches()) count += row.state == state;
    return count;
  }
};

}  // namespace lethe::contract
