#include <gtest/gtest.h>

#include <chrono>
#include <utility>
#include <vector>

#include "core/dispatcher.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_delivery_queue.h"
#include "fakes/fake_vendor.h"

namespace lethe::core {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds kLease = 60s;
const Route kErase{"acme", Operation::kErasure};

/// A queue on which another process rescues each batch that this one is about to rescue.
class ContestedQueue : public fakes::FakeDeliveryQueue {
 public:
  explicit ContestedQueue(fakes::FakeClock& clock) : FakeDeliveryQueue(clock), clock_(clock) {}

  Result<Recorded> RecordAbandoned(const Claim& claim, const Plan& plan) override {
    clock_.Advance(kLease);
    const auto rivals = FakeDeliveryQueue::TakeAbandoned(kLease);
    EXPECT_EQ(*FakeDeliveryQueue::RecordAbandoned(**rivals, plan), Recorded::kApplied);
    return FakeDeliveryQueue::RecordAbandoned(claim, plan);
  }

 private:
  fakes::FakeClock& clock_;
};

TEST(Rescue, ABatchThatAnotherProcessRescuedMeanwhileIsNotCounted) {
  fakes::FakeClock clock;
  ContestedQueue queue(clock);
  fakes::FakeVendor vendor({"acme"});
  const std::vector<Account> accounts{{.name = "acme",
                                       .base_url = {},
                                       .account_id = {},
                                       .passcode_file = {},
                                       .hours = {.zone = *TimeZone::Find("Asia/Kolkata")}}};
  Dispatcher dispatcher({.queue = queue,
                         .slots = queue,
                         .vendor = vendor,
                         .clock = clock,
                         .jitter = [] { return 0.5; },
                         .pause = [](milliseconds) {}},
                        accounts, {.linger = 0s, .lease = kLease, .call_timeout = 30s});
  queue.AddEnvelope({.route = kErase, .size = 3});
  ASSERT_TRUE(queue.TakeBatch({.route = kErase, .linger = 0s, .lease = kLease})->has_value());
  clock.Advance(kLease);

  const RescueReport report = dispatcher.RescueAbandoned();

  EXPECT_EQ(report.fenced, 1);
  EXPECT_EQ(report.batches, 0);
  EXPECT_EQ(report.items.total(), 0);
  EXPECT_FALSE(report.error);
}

}  // namespace
}  // namespace lethe::core
