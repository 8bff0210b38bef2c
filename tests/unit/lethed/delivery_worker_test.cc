#include "lethed/delivery_worker.h"

#include <gmock/gmock.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fakes/fake_clock.h"
#include "fakes/fake_delivery_queue.h"
#include "fakes/fake_vendor.h"
#include "fakes/queue_rows.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;
using fakes::BatchRow;
using runtime::Next;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::Ne;
using testing::Pair;

const Route kErase{"acme", Operation::kErasure};

std::vector<Account> Acme() {
  return {{.name = "acme",
           .base_url = "",
           .account_id = "",
           .passcode_file = "",
           .hours = {TimeZone::Find("UTC").value()}}};
}

/// The fake queue, which a test can watch while senders work on it.
class WatchedQueue : public fakes::FakeDeliveryQueue {
 public:
  using FakeDeliveryQueue::FakeDeliveryQueue;

  /// Whether `done` holds after a claim, a try of one, or a ruling; false after ten seconds without
  /// that.
  bool Await(const std::function<bool()>& done) {
    std::unique_lock lock(changes_mutex_);
    return changed_.wait_for(lock, 10s, done);
  }

  Result<std::optional<Claim>> TakeBatch(const ClaimParams& params) override {
    auto taken = FakeDeliveryQueue::TakeBatch(params);
    Changed();
    return taken;
  }
  Result<Recorded> Settle(const RefusalCase& refusals, const RefusalRuling& ruling) override {
    auto settled = FakeDeliveryQueue::Settle(refusals, ruling);
    Changed();
    return settled;
  }

 private:
  void Changed() {
    const std::lock_guard lock(changes_mutex_);
    changed_.notify_all();
  }

  std::mutex changes_mutex_;
  std::condition_variable changed_;
};

/// The fake CleverTap, at which a test can stand at the door.
class WatchedVendor : public fakes::FakeVendor {
 public:
  using FakeVendor::FakeVendor;
  std::function<void()> before_call = [] {};

  VendorReply Send(const VendorCall& call) override {
    before_call();
    return FakeVendor::Send(call);
  }
};

class DeliveryWorkerTest : public testing::Test {
 protected:
  DeliveryWorkerTest() {
    database_clock_.Compare(clock_.Now(), clock_.Monotonic());
    DatabaseSays(clock_.Now());
  }

  void DatabaseSays(TimePoint now) {
    database_clock_.Correct({now, clock_.Monotonic(), clock_.Monotonic()});
  }
  bool AllAre(BatchState state) const {
    bool all = true;
    queue_.VisitBatches([&](const BatchRow& row) { all = all && row.state == state; });
    return all;
  }
  /// Of an identifier that is due to be sent again.
  void HoldRefusal(const Route& route) {
    queue_.AddEnvelope({.route = route});
    const auto claim =
        queue_.TakeBatch({.route = route, .linger = 0s, .lease = 1s}).value().value();
    const Transition due{.span = claim.facts.span,
                         .to = BatchState::kHeld,
                         .reason = Text(Reason::kRefusedUnconfirmed),
                         .not_before = clock_.Now(),
                         .refused_since = clock_.Now(),
                         .lone_refusals = 1};
    ASSERT_TRUE(
        queue_.Record(claim, {.outcome = OutcomeClass::kRefused}, {.transitions = {due}}).ok());
  }
  /// A batch meets wrong credentials.
  void Block() {
    queue_.AddEnvelope({.route = kErase});
    vendor_.Script({.takes_effect = false,
                    .reply = {.outcome = OutcomeClass::kAccountBlocked, .http_status = 401}});
    dispatcher_.SendOne(kErase);
  }

  fakes::FakeClock clock_;
  core::DatabaseClock database_clock_{clock_};
  mutable WatchedQueue queue_{clock_};
  WatchedVendor vendor_{{"acme"}};
  telemetry::Metrics metrics_{"1", Acme()};
  Observer observer_{metrics_};
  core::Dispatcher dispatcher_{{.queue = queue_,
                                .slots = queue_,
                                .vendor = vendor_,
                                .clock = clock_,
                                .jitter = [] { return 0.0; },
                                .pause = [](milliseconds) {}},
                               Acme(),
                               {.linger = 2s, .lease = 90s, .call_timeout = 30s}};
  core::AccountProber prober_{queue_.gate(), vendor_, clock_, 90s};
  std::string passcode_ = "old";
  runtime::PasscodeWatch passcodes_{Acme(),
                                    [this](const Account&) -> Result<std::vector<Passcode>> {
                                      return std::vector{Passcode(passcode_)};
                                    }};
  DeliveryWorker worker_{Acme(),
                         {.threads = 2, .linger = 2s},
                         {.queue = queue_,
                          .dispatcher = dispatcher_,
                          .gate = queue_.gate(),
                          .prober = prober_,
                          .passcodes = passcodes_,
                          .clock = database_clock_,
                          .observer = observer_}};
};

TEST_F(DeliveryWorkerTest, SendsAllThatARouteHasAfterOneOffer) {
  for (int i = 0; i < 5; ++i) queue_.AddEnvelope({.route = kErase});
  queue_.AddEnvelope({.route = {"acme", Operation::kDemerge}});
  EXPECT_EQ(worker_.OfferRoutes(), Next::kWait);
  EXPECT_TRUE(queue_.Await([this] { return AllAre(BatchState::kAccepted); }));
}

TEST_F(DeliveryWorkerTest, SendsNothingWhileItsClockAndTheDatabasesAreFarApart) {
  queue_.AddEnvelope({.route = kErase});
  for (const milliseconds apart : {-61'000ms, 61'000ms}) {
    DatabaseSays(clock_.Now() + apart);
    worker_.OfferRoutes();
  }
  worker_.Stop();
  EXPECT_THAT(queue_.attempts(), IsEmpty());
  EXPECT_THAT(vendor_.calls(), IsEmpty());
}

TEST_F(DeliveryWorkerTest, ASenderThatHoldsARefusalJudgesItsRouteAtOnce) {
  HoldRefusal(kErase);
  const EnvelopeId envelope = queue_.AddEnvelope({.route = kErase});
  vendor_.Poison(fakes::IdentifierAt(envelope, 0));
  worker_.OfferRoutes();
  // No pass judges here. Nothing else is sent, so the ruling on the due one is a control call.
  const auto has_made_a_control_call = [this, envelope] {
    const auto calls = vendor_.calls();
    return calls.size() >= 2 && calls[1].identifiers.front() != fakes::IdentifierAt(envelope, 0);
  };
  EXPECT_TRUE(queue_.Await(has_made_a_control_call));
}

TEST_F(DeliveryWorkerTest, ControlCallsOfSeveralRoutesAreMadeAtTheSameTime) {
  HoldRefusal(kErase);
  HoldRefusal({"acme", Operation::kDemerge});
  std::mutex mutex;
  std::condition_variable came;
  int inside = 0;
  bool met = false;
  vendor_.before_call = [&] {
    std::unique_lock lock(mutex);
    ++inside;
    came.notify_all();
    if (came.wait_for(lock, 10s, [&] { return inside >= 2; })) met = true;
  };
  EXPECT_EQ(worker_.JudgeRefusals(), Next::kWait);
  EXPECT_TRUE(queue_.Await([this] { return AllAre(BatchState::kAccepted); }));
  worker_.Stop();
  EXPECT_TRUE(met) << "each waited for the other";
}

TEST_F(DeliveryWorkerTest, ARescueThatIsNotOverGoesOnAtOnce) {
  for (int i = 0; i <= core::kMaxRescuesPerPass; ++i) {
    const Route route{"account-" + std::to_string(i), Operation::kErasure};
    queue_.AddEnvelope({.route = route});
    ASSERT_TRUE(queue_.TakeBatch({.route = route, .linger = 0s, .lease = 1s})->has_value());
  }
  clock_.Advance(1s);
  EXPECT_EQ(worker_.RescueAbandoned(), Next::kAgain);
  EXPECT_EQ(worker_.RescueAbandoned(), Next::kWait);
  EXPECT_THAT(queue_.batches(), Each(Field(&BatchRow::state, Ne(BatchState::kSending))));
}

TEST_F(DeliveryWorkerTest, ProbesBlockedAccountsUntilNoneIsDue) {
  EXPECT_EQ(worker_.ProbeAccounts(), Next::kWait);
  Block();
  ASSERT_THAT(queue_.blocks(), ElementsAre(Pair("acme", Resume::kConnect)));
  clock_.Advance(10s);
  EXPECT_EQ(worker_.ProbeAccounts(), Next::kAgain);
  EXPECT_THAT(queue_.blocks(), IsEmpty());
  EXPECT_EQ(worker_.ProbeAccounts(), Next::kWait);
}

TEST_F(DeliveryWorkerTest, AChangedPasscodeFileMakesTheNextProbeDueAtOnce) {
  worker_.ProbeAccounts();
  Block();
  EXPECT_EQ(worker_.ProbeAccounts(), Next::kWait);
  passcode_ = "new";
  EXPECT_EQ(worker_.ProbeAccounts(), Next::kAgain);
  EXPECT_THAT(queue_.blocks(), IsEmpty());
}

TEST_F(DeliveryWorkerTest, WithoutThreadsNothingIsSent) {
  DeliveryWorker idle{Acme(),
                      {.threads = 0, .linger = 2s},
                      {.queue = queue_,
                       .dispatcher = dispatcher_,
                       .gate = queue_.gate(),
                       .prober = prober_,
                       .passcodes = passcodes_,
                       .clock = database_clock_,
                       .observer = observer_}};
  queue_.AddEnvelope({.route = kErase});
  idle.OfferRoutes();
  idle.Stop();
  EXPECT_THAT(queue_.batches(), Each(Field(&BatchRow::state, BatchState::kReady)));
}

}  // namespace
}  // namespace lethe
