#include "lethed/readiness.h"

#include <gmock/gmock.h>

#include <barrier>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "fakes/fake_clock.h"

namespace lethe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

class ReadinessTest : public testing::Test {
 protected:
  std::vector<bool> told_;
  fakes::FakeClock clock_;
  Readiness readiness_{[this](bool ready) { told_.push_back(ready); }, clock_};
};

TEST_F(ReadinessTest, StartsAsNotReady) {
  EXPECT_EQ(readiness_.not_ready_reason(), "starting");
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(ReadinessTest, HasNoReasonOnceReady) {
  EXPECT_TRUE(readiness_.Become(ReadyState::kReady));
  EXPECT_EQ(readiness_.not_ready_reason(), std::nullopt);
  EXPECT_THAT(told_, ElementsAre(true));
}

TEST_F(ReadinessTest, ComesAndGoesWithTheDatabase) {
  readiness_.Become(ReadyState::kSchemaOutOfDate);
  EXPECT_EQ(readiness_.not_ready_reason(), "schema_out_of_date");
  readiness_.Become(ReadyState::kReady);
  readiness_.Become(ReadyState::kDatabaseUnavailable);
  EXPECT_EQ(readiness_.not_ready_reason(), "database_unavailable");
  readiness_.Become(ReadyState::kReady);
  EXPECT_EQ(readiness_.not_ready_reason(), std::nullopt);
  EXPECT_THAT(told_, ElementsAre(false, true, false, true));
}

TEST_F(ReadinessTest, WhatIsSoAlreadyIsNoChange) {
  readiness_.Become(ReadyState::kReady);
  EXPECT_FALSE(readiness_.Become(ReadyState::kReady));
  EXPECT_TRUE(readiness_.Become(ReadyState::kDatabaseUnavailable));
  EXPECT_FALSE(readiness_.Become(ReadyState::kDatabaseUnavailable));
  EXPECT_THAT(told_, ElementsAre(true, false));
}

TEST_F(ReadinessTest, AProcessThatStopsStaysStopping) {
  readiness_.Become(ReadyState::kReady);
  EXPECT_TRUE(readiness_.Become(ReadyState::kStopping));
  for (const ReadyState state : {ReadyState::kReady, ReadyState::kDatabaseUnavailable,
                                 ReadyState::kSchemaOutOfDate, ReadyState::kStopping}) {
    EXPECT_FALSE(readiness_.Become(state)) << Name(state);
    EXPECT_EQ(readiness_.not_ready_reason(), "stopping");
  }
  EXPECT_THAT(told_, ElementsAre(true, false));
}

TEST_F(ReadinessTest, EndsByItselfUnlessItIsConfirmed) {
  readiness_.Become(ReadyState::kReady);
  clock_.Advance(Readiness::kHolds);
  EXPECT_FALSE(readiness_.Expire());
  readiness_.Become(ReadyState::kReady);
  clock_.Advance(Readiness::kHolds);
  EXPECT_FALSE(readiness_.Expire()) << "it was confirmed";

  clock_.Advance(milliseconds(1));
  EXPECT_TRUE(readiness_.Expire());
  EXPECT_FALSE(readiness_.Expire()) << "once";
  EXPECT_EQ(readiness_.not_ready_reason(), "database_unavailable");
  EXPECT_THAT(told_, ElementsAre(true, false));
  EXPECT_TRUE(readiness_.Become(ReadyState::kReady));
}

TEST_F(ReadinessTest, WhatIsNotReadyDoesNotExpire) {
  readiness_.Become(ReadyState::kSchemaOutOfDate);
  clock_.Advance(2 * Readiness::kHolds);
  EXPECT_FALSE(readiness_.Expire());
  EXPECT_EQ(readiness_.not_ready_reason(), "schema_out_of_date");
}

TEST(ReadinessThreads, NoProcessIsCalledReadyAfterItsStop) {
  for (int round = 0; round < 1000; ++round) {
    bool shown = false;
    const fakes::FakeClock clock;
    Readiness readiness(
        [&shown](bool ready) {
          if (ready) std::this_thread::yield();  // room for the stop
          shown = ready;
        },
        clock);
    std::barrier together(2);
    {
      const std::jthread check([&] {
        together.arrive_and_wait();
        readiness.Become(ReadyState::kReady);
      });
      const std::jthread stop([&] {
        together.arrive_and_wait();
        readiness.Become(ReadyState::kStopping);
      });
    }
    ASSERT_FALSE(shown) << "round " << round;
    ASSERT_EQ(readiness.not_ready_reason(), "stopping");
  }
}

}  // namespace
}  // namespace lethe
