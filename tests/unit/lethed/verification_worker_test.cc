#include "lethed/verification_worker.h"

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <latch>
#include <semaphore>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "fakes/fake_clock.h"
#include "fakes/fake_profile_reader.h"
#include "fakes/fake_verification_queue.h"
#include "fakes/queue_rows.h"
#include "unit/runtime/at_end_of_thread.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::Field;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const Route kErase{"acme", Operation::kErasure};

/// The fake reader, with a hook that knows who is asked for.
class WatchedReader : public fakes::FakeProfileReader {
 public:
  std::function<void(const Identifier&)> before_each;

  LookUpReply LookUp(const LookUpCall& call) override {
    if (before_each) before_each(call.identifier);
    return FakeProfileReader::LookUp(call);
  }
};

/// The fake queue, which remembers the routes that it was asked for.
class WatchedQueue : public fakes::FakeVerificationQueue {
 public:
  using FakeVerificationQueue::FakeVerificationQueue;

  std::vector<Route> asked_for;

  Result<std::vector<Route>> Due(std::span<const Route> routes, milliseconds linger) override {
    asked_for.assign(routes.begin(), routes.end());
    return FakeVerificationQueue::Due(routes, linger);
  }
};

class VerificationWorkerTest : public testing::Test {
 protected:
  VerificationWorkerTest() {
    database_clock_.Compare(clock_.Now(), clock_.Monotonic());
    DatabaseSays(clock_.Now());
  }

  void DatabaseSays(TimePoint now) {
    database_clock_.Correct({now, clock_.Monotonic(), clock_.Monotonic()});
  }
  static std::vector<Account> AccountThatVerifies(double share) {
    return {{.name = "acme",
             .base_url = "",
             .account_id = "",
             .passcode_file = "",
             .hours = {TimeZone::Find("UTC").value()},
             .concurrency = 2,
             .verification = {.share = share}}};
  }
  VerificationWorker Worker(const std::vector<Account>& accounts) {
    return VerificationWorker(
        accounts, {.max_threads = 4, .verifier = {.linger = 2s, .lease = 90s, .call_timeout = 30s}},
        {.queue = queue_,
         .profiles = profiles_,
         .clock = database_clock_,
         .jitter = [] { return 0.0; },
         .observer = observer_});
  }
  EnvelopeId AddBatch(int people) {
    std::set<int> sampled;
    for (int pos = 0; pos < people; ++pos) sampled.insert(pos);
    return queue_.AddBatch({.route = kErase, .size = people, .sampled = sampled});
  }

  fakes::FakeClock clock_;
  core::DatabaseClock database_clock_{clock_};
  WatchedQueue queue_{clock_, {}};
  WatchedReader profiles_;
  telemetry::Metrics metrics_{"1", AccountThatVerifies(1)};
  Observer observer_{metrics_};
};

TEST_F(VerificationWorkerTest, LooksUpEachPersonOfEachBatchAfterOneOffer) {
  for (int i = 0; i < 3; ++i) AddBatch(/*people=*/2);
  std::counting_semaphore asked(0);
  profiles_.before_each = [&](const Identifier&) { asked.release(); };
  auto worker = Worker(AccountThatVerifies(1));
  worker.OfferRoutes();
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(asked.try_acquire_for(10s));
  worker.Stop();
  EXPECT_THAT(queue_.read_backs(), SizeIs(6));
}

TEST_F(VerificationWorkerTest, LooksNobodyUpWhileItsClockAndTheDatabasesAreFarApart) {
  AddBatch(/*people=*/2);
  DatabaseSays(clock_.Now() - 61s);
  auto worker = Worker(AccountThatVerifies(1));
  worker.OfferRoutes();
  worker.Stop();
  EXPECT_THAT(profiles_.asked(), SizeIs(0));
}

TEST_F(VerificationWorkerTest, StopEndsAClaimAfterTheLookUpThatRuns) {
  const EnvelopeId of_two = AddBatch(/*people=*/2);
  std::latch first_asked(1), other_asked(1), other_thread_ended(1);
  profiles_.before_each = [&](const Identifier& identifier) {
    if (identifier == fakes::IdentifierAt(of_two, 0)) {
      first_asked.count_down();
      other_thread_ended.wait();
    } else {
      runtime::AtEndOfThread([&] { other_thread_ended.count_down(); });
      other_asked.count_down();
    }
  };
  auto worker = Worker(AccountThatVerifies(1));
  worker.OfferRoutes();
  first_asked.wait();
  // Makes the other thread known, by whose end the reader sees that the worker stops.
  const EnvelopeId of_one = AddBatch(/*people=*/1);
  // Again and again, as in service: an offer is for nothing while a thread ends its vain one.
  while (!other_asked.try_wait()) worker.OfferRoutes();
  worker.Stop();
  EXPECT_THAT(profiles_.asked(), UnorderedElementsAre(fakes::IdentifierAt(of_two, 0).Reveal(),
                                                      fakes::IdentifierAt(of_one, 0).Reveal()));
}

TEST_F(VerificationWorkerTest, AsksOnlyForAccountsThatVerify) {
  std::vector<Account> accounts = AccountThatVerifies(1);
  accounts.push_back(accounts[0]);
  accounts[1].name = "silent";
  accounts[1].verification.share = 0;
  auto worker = Worker(accounts);
  worker.OfferRoutes();
  EXPECT_THAT(queue_.asked_for, SizeIs(kAll<Operation>.size()));
  EXPECT_THAT(queue_.asked_for, Each(Field(&Route::account, "acme")));
}

}  // namespace
}  // namespace lethe
