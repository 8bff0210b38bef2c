#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "core/dispatcher.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_delivery_queue.h"
#include "fakes/fake_vendor.h"
#include "lethe/pause.h"

namespace lethe::core {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const Route kErase{"acme", Operation::kErasure};
const Route kEraseElsewhere{"zeta", Operation::kErasure};
const DispatcherOptions kOptions{.linger = 0s, .lease = 60s, .call_timeout = 30s};
constexpr RefusalEvidence kNeedsControlCall{.unvouched = 1, .due = 1, .control_due = true};

/// A queue that holds the refusals that the test says.
class QueueOfRefusals : public fakes::FakeDeliveryQueue {
 public:
  explicit QueueOfRefusals(fakes::FakeClock& clock) : FakeDeliveryQueue(clock), clock_(clock) {}

  std::vector<RefusalCase> cases;
  std::vector<Route> settled;
  milliseconds lease_duration{0};
  std::function<void()> after_lease = [this] { cases.clear(); };

  Result<std::vector<RefusalCase>> RefusalCases(const std::optional<Route>& route) override {
    std::vector<RefusalCase> chosen;
    for (const RefusalCase& one : cases) {
      if (!route || one.route == *route) chosen.push_back(one);
    }
    return chosen;
  }
  Result<Recorded> Settle(const RefusalCase& refusals, const RefusalRuling&) override {
    settled.push_back(refusals.route);
    return Recorded::kApplied;
  }
  Result<SlotOffer> Lease(const LeaseParams& params) override {
    auto offer = FakeDeliveryQueue::Lease(params);
    clock_.Advance(lease_duration);
    after_lease();
    return offer;
  }

 private:
  fakes::FakeClock& clock_;
};

/// A dispatcher of two accounts, each of which has one slot.
struct World {
  fakes::FakeClock clock;
  QueueOfRefusals queue{clock};
  fakes::FakeVendor vendor{{"acme", "zeta"}};
  std::vector<Account> accounts = Accounts();
  Dispatcher dispatcher{{.queue = queue,
                         .slots = queue,
                         .vendor = vendor,
                         .clock = clock,
                         .jitter = [] { return 0.0; },
                         .pause = [](milliseconds) {}},
                        accounts,
                        kOptions};

  World() { queue.SetConcurrency(1); }

  static std::vector<Account> Accounts() {
    std::vector<Account> accounts;
    for (const char* name : {"acme", "zeta"}) {
      accounts.push_back({.name = name,
                          .base_url = {},
                          .account_id = {},
                          .passcode_file = {},
                          .hours = {.zone = *TimeZone::Find("Asia/Kolkata")}});
    }
    return accounts;
  }

  std::optional<Claim> Take() {
    queue.AddEnvelope({.route = kErase});
    return queue.TakeBatch({.route = kErase, .linger = 0s, .lease = kOptions.lease}).value();
  }
};

TEST(RefusalCases, OneThatWaitsForItsSearchDoesNotKeepTheOthersFromBeingJudged) {
  World world;
  world.queue.cases = {{kErase, {.searching = 1, .unvouched = 1}},
                       {kEraseElsewhere, {.confirmed = 1}}};

  EXPECT_THAT(world.dispatcher.RoutesToJudge().value(), ElementsAre(kEraseElsewhere));
  EXPECT_THAT(world.dispatcher.JudgeRefusals(kErase).ruled, IsEmpty());
  const RefusalReport report = world.dispatcher.JudgeRefusals(kEraseElsewhere);
  EXPECT_THAT(world.queue.settled, ElementsAre(kEraseElsewhere));
  ASSERT_EQ(report.ruled.size(), 1u);
  EXPECT_EQ(report.ruled.front().route, kEraseElsewhere);
}

TEST(RefusalCases, AControlCallOfAnUnknownIdentityShowsWhetherOthersAreTaken) {
  World world;
  world.queue.cases = {{kErase, kNeedsControlCall}};

  const RefusalReport report = world.dispatcher.JudgeRefusals(kErase);

  ASSERT_EQ(report.ruled.size(), 1u);
  EXPECT_EQ(report.ruled.front().control, OutcomeClass::kAccepted);
  const std::vector<fakes::SeenCall> calls = world.vendor.calls();
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_EQ(calls.front().account, "acme");
  EXPECT_EQ(calls.front().operation, Operation::kErasure);
  EXPECT_EQ(calls.front().identifiers.size(), 1u);
  EXPECT_TRUE(world.Take()) << "the slot is free again";
}

TEST(RefusalCases, NoControlCallIsMadeWithLessLeaseThanItMayTake) {
  World world;
  world.queue.cases = {{kErase, kNeedsControlCall}};
  world.queue.lease_duration = kOptions.lease - kOptions.call_timeout;

  const RefusalReport report = world.dispatcher.JudgeRefusals(kErase);

  EXPECT_THAT(world.vendor.calls(), IsEmpty());
  ASSERT_EQ(report.ruled.size(), 1u);
  EXPECT_EQ(report.ruled.front().control, OutcomeClass::kNotSent);
  const auto claim = world.Take();
  ASSERT_TRUE(claim) << "the slot is free before its lease runs out";
  EXPECT_EQ(claim->facts.health.accepted_at, std::nullopt);
}

TEST(RefusalCases, NoControlCallBeginsLaterThanAPauseWaitsForIt) {
  for (const milliseconds late : {0ms, 1ms}) {
    World world;
    world.queue.cases = {{kErase, kNeedsControlCall}};
    world.queue.lease_duration = kCallsBeginWithin + late;
    world.dispatcher.JudgeRefusals(kErase);
    EXPECT_EQ(world.vendor.calls().size(), late == 0ms ? 1u : 0u);
  }
}

TEST(RefusalCases, WhatAControlCallVouchesForIsSentAgainAtOnce) {
  World world;
  world.queue.cases = {{kErase, kNeedsControlCall}};
  world.queue.after_lease = [&] {
    world.queue.cases = {{kErase, {.vouched = 1, .vouched_due = 1}}};
  };
  const RefusalReport report = world.dispatcher.JudgeRefusals(kErase);
  ASSERT_EQ(report.ruled.size(), 2u);
  EXPECT_EQ(report.ruled.back().ruling.verdict, RefusalVerdict::kSendAgain);
  EXPECT_THAT(world.queue.settled, ElementsAre(kErase));
}

TEST(RefusalCases, AControlCallThatVouchesForNothingIsNotRepeatedAtOnce) {
  World world;
  world.queue.cases = {{kErase, kNeedsControlCall}};
  world.queue.after_lease = [] {};
  world.dispatcher.JudgeRefusals(kErase);
  EXPECT_EQ(world.vendor.calls().size(), 1u) << "where CleverTap is slow, that would never end";
}

TEST(RefusalCases, OnlyAnAcceptedControlCallShowsThatOthersAreTaken) {
  for (const OutcomeClass outcome : kAll<OutcomeClass>) {
    World world;
    world.queue.cases = {{kErase, kNeedsControlCall}};
    world.vendor.Script({.takes_effect = false, .reply = {.outcome = outcome}});

    const RefusalReport report = world.dispatcher.JudgeRefusals(kErase);

    ASSERT_EQ(report.ruled.size(), 1u);
    EXPECT_EQ(report.ruled.front().control, outcome);
    const auto claim = world.Take();
    ASSERT_TRUE(claim);
    EXPECT_EQ(claim->facts.health.accepted_at.has_value(), outcome == OutcomeClass::kAccepted)
        << Name(outcome);
  }
}

}  // namespace
}  // namespace lethe::core
