#include "runtime/senders.h"

#include <gmock/gmock.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "unit/runtime/at_end_of_thread.h"

namespace lethe::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;
using testing::UnorderedElementsAre;

/// The calls of the senders as a test sees them: each runs until the test ends it.
class Calls {
 public:
  Sent Run(const Route& route) {
    AtEndOfThread([this] {
      const std::lock_guard lock(mutex_);
      ++ended_threads_;
      changed_.notify_all();
    });
    std::unique_lock lock(mutex_);
    const std::size_t number = begun_.size();
    begun_.push_back(route);
    ++running_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return over_ || answers_.contains(number); });
    --running_;
    return answers_.contains(number) ? answers_[number] : Sent::kNothing;
  }

  /// The routes of all calls so far, once `count` have begun. After ten seconds without that, what
  /// there is: no other call will come.
  std::vector<Route> Await(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 10s, [&] { return begun_.size() >= count; });
    return begun_;
  }

  /// Ends the call that began as the `number`th, from 0.
  void End(std::size_t number, Sent sent) {
    const std::lock_guard lock(mutex_);
    answers_[number] = sent;
    changed_.notify_all();
  }

  /// Ends all other calls, also those to come, as if they found nothing.
  void EndAll() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }

  /// Whether so many threads that ran a call have ended; false after ten seconds without that.
  bool AwaitEndOfThreads(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return ended_threads_ >= count; });
  }

  int running() const {
    const std::lock_guard lock(mutex_);
    return running_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Route> begun_;
  std::map<std::size_t, Sent> answers_;
  bool over_ = false;
  int running_ = 0;
  int ended_threads_ = 0;
};

Account Named(const std::string& name, int concurrency) {
  return {.name = name,
          .base_url = "",
          .account_id = "",
          .passcode_file = "",
          .hours = {TimeZone::Find("UTC").value()},
          .concurrency = concurrency};
}

const Route kLong{"shop", Operation::kErasure};
const Route kShort{"globex", Operation::kErasure};

class SendersTest : public testing::Test {
 protected:
  ~SendersTest() override { calls_.EndAll(); }

  void Start(int threads, int concurrency) {
    senders_ = std::make_unique<Senders>(
        threads, std::vector{Named("shop", concurrency), Named("globex", concurrency)},
        [this](const Route& route) { return calls_.Run(route); });
  }

  Calls calls_;
  std::unique_ptr<Senders> senders_;
};

TEST_F(SendersTest, ALongBacklogDoesNotStarveAnotherRoute) {
  Start(/*threads=*/1, /*concurrency=*/1);
  senders_->Offer(kLong);
  calls_.Await(1);
  senders_->Offer(kShort);
  calls_.End(0, Sent::kSomething);
  calls_.Await(2);
  calls_.End(1, Sent::kSomething);
  calls_.Await(3);
  calls_.End(2, Sent::kSomething);
  EXPECT_THAT(calls_.Await(4), ElementsAre(kLong, kShort, kLong, kShort));
}

TEST_F(SendersTest, RoutesAreServedInTheOrderOfTheirOffers) {
  Start(/*threads=*/1, /*concurrency=*/1);
  const Route occupying{kLong.account, Operation::kDemerge};
  senders_->Offer(occupying);
  calls_.Await(1);
  senders_->Offer(kLong);
  senders_->Offer(kShort);
  calls_.EndAll();
  EXPECT_THAT(calls_.Await(3), ElementsAre(occupying, kLong, kShort));
}

TEST_F(SendersTest, ARouteIsServedUntilNothingIsLeft) {
  Start(/*threads=*/1, /*concurrency=*/1);
  senders_->Offer(kLong);
  calls_.Await(1);
  calls_.End(0, Sent::kSomething);
  EXPECT_THAT(calls_.Await(2), ElementsAre(kLong, kLong));
  senders_->Offer(kShort);
  calls_.End(1, Sent::kNothing);
  calls_.Await(3);
  calls_.End(2, Sent::kSomething);
  EXPECT_THAT(calls_.Await(4), ElementsAre(kLong, kLong, kShort, kShort));
}

TEST_F(SendersTest, ARouteThatHadNothingComesBackWithTheNextOffer) {
  Start(/*threads=*/1, /*concurrency=*/1);
  senders_->Offer(kLong);
  calls_.Await(1);
  senders_->Offer(kShort);
  calls_.End(0, Sent::kNothing);
  calls_.Await(2);
  senders_->Offer(kLong);
  calls_.End(1, Sent::kNothing);
  EXPECT_THAT(calls_.Await(3), ElementsAre(kLong, kShort, kLong));
}

TEST_F(SendersTest, ARouteGetsAsManySendersAsItsAccountsConcurrency) {
  Start(/*threads=*/3, /*concurrency=*/2);
  senders_->Offer(kLong);
  EXPECT_THAT(calls_.Await(2), ElementsAre(kLong, kLong));
  senders_->Offer(kLong);  // is at its limit: the third sender is left to the next route
  senders_->Offer(kShort);
  EXPECT_THAT(calls_.Await(3), ElementsAre(kLong, kLong, kShort));
}

TEST_F(SendersTest, TheRoutesOfOneAccountDoNotShareALimit) {
  Start(/*threads=*/2, /*concurrency=*/1);
  const Route other{kLong.account, Operation::kDemerge};
  senders_->Offer(kLong);
  senders_->Offer(other);
  EXPECT_THAT(calls_.Await(2), UnorderedElementsAre(kLong, other));
}

TEST_F(SendersTest, ARouteThatIsInLineIsNotPutThereAgain) {
  Start(/*threads=*/1, /*concurrency=*/1);
  senders_->Offer(kShort);
  calls_.Await(1);
  senders_->Offer(kLong);
  senders_->Offer(kLong);
  calls_.End(0, Sent::kSomething);
  calls_.Await(2);
  calls_.End(1, Sent::kSomething);
  EXPECT_THAT(calls_.Await(3), ElementsAre(kShort, kLong, kShort));
}

TEST_F(SendersTest, StopWaitsForTheCallThatRunsAndNoneFollows) {
  Start(/*threads=*/2, /*concurrency=*/1);
  senders_->Offer(kShort);
  calls_.Await(1);
  senders_->Offer(kLong);
  calls_.Await(2);
  calls_.End(0, Sent::kNothing);
  int running_after_stop = -1;
  std::jthread stopper([&] {
    senders_->Stop();
    running_after_stop = calls_.running();
  });
  EXPECT_TRUE(calls_.AwaitEndOfThreads(1));  // the idle one has seen the stop
  senders_->Offer(kShort);
  calls_.End(1, Sent::kSomething);
  calls_.EndAll();
  stopper.join();
  EXPECT_EQ(running_after_stop, 0);
  EXPECT_THAT(calls_.Await(2), SizeIs(2));
}

TEST_F(SendersTest, StoppingAgainDoesNothing) {
  Start(/*threads=*/2, /*concurrency=*/1);
  senders_->Stop();
  senders_->Stop();
  senders_->Offer(kLong);
  EXPECT_EQ(calls_.running(), 0);
}

}  // namespace
}  // namespace lethe::runtime
