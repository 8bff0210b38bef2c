#include <gmock/gmock.h>

#include <chrono>
#include <vector>

#include "core/dispatcher.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_delivery_queue.h"
#include "fakes/fake_vendor.h"

namespace lethe::core {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// A queue that holds the refusals that the test says.
class QueueOfRefusals : public fakes::FakeDeliveryQueue {
 public:
  using FakeDeliveryQueue::FakeDeliveryQueue;

  std::vector<RefusalCase> cases;
  std::vector<Route> settled;

  Result<std::vector<RefusalCase>> RefusalCases() override { return cases; }
  Result<Recorded> Settle(const RefusalCase& refusals, const RefusalRuling&) override {
    settled.push_back(refusals.route);
    return Recorded::kApplied;
  }
};

TEST(RefusalCases, OneThatWaitsForItsSearchDoesNotKeepTheOthersFromBeingJudged) {
  const Route waiting{"acme", Operation::kErasure};
  const Route decided{"zeta", Operation::kErasure};
  fakes::FakeClock clock;
  QueueOfRefusals queue(clock);
  queue.cases = {{waiting, {.searching = 1, .unvouched = 1}}, {decided, {.confirmed = 1}}};
  fakes::FakeVendor vendor({"acme", "zeta"});
  std::vector<Account> accounts;
  for (const char* name : {"acme", "zeta"}) {
    accounts.push_back({.name = name,
                        .base_url = {},
                        .account_id = {},
                        .passcode_file = {},
                        .hours = {.zone = *TimeZone::Find("Asia/Kolkata")}});
  }
  Dispatcher dispatcher({.queue = queue,
                         .slots = queue,
                         .vendor = vendor,
                         .clock = clock,
                         .jitter = [] { return 0.5; },
                         .pause = [](milliseconds) {}},
                        accounts, {.linger = 0s, .lease = 60s, .call_timeout = 30s});

  const RefusalReport report = dispatcher.JudgeRefusals();

  EXPECT_THAT(queue.settled, ElementsAre(decided));
  ASSERT_EQ(report.ruled.size(), 1u);
  EXPECT_EQ(report.ruled.front().route, decided);
}

}  // namespace
}  // namespace lethe::core
