#include "runtime/worker_pool.h"

#include <gmock/gmock.h>

#include <latch>
#include <memory>
#include <vector>

#include "unit/runtime/at_end_of_thread.h"

namespace lethe::runtime {
namespace {

using testing::ElementsAre;

constexpr int kLine = 10;

TEST(WorkerPoolTest, WorkRunsInTheOrderInWhichItWasPosted) {
  std::vector<int> order;  // without a lock: one thread writes it, and the destructor joins that
  std::latch all_posted(1);
  {
    WorkerPool pool(1, kLine);
    pool.Post([&] { all_posted.wait(); });
    for (const int number : {1, 2, 3}) pool.Post([&order, number] { order.push_back(number); });
    all_posted.count_down();
  }
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST(WorkerPoolTest, WorkThatWaitsDoesNotHoldUpTheOtherThreads) {
  WorkerPool pool(2, kLine);
  std::latch second_runs(1), first_ended(1);
  pool.Post([&] {
    second_runs.wait();
    first_ended.count_down();
  });
  pool.Post([&] { second_runs.count_down(); });
  first_ended.wait();
}

TEST(WorkerPoolTest, WorkThatFindsTheLineFullIsNotTaken) {
  int ran = 0;
  std::latch running(1), end(1);
  {
    WorkerPool pool(1, 2);
    ASSERT_TRUE(pool.Post([&] {
      running.count_down();
      end.wait();
    }));
    running.wait();
    for (const bool taken : {true, true, false}) EXPECT_EQ(pool.Post([&] { ++ran; }), taken);
    end.count_down();
  }
  EXPECT_EQ(ran, 2);
}

TEST(WorkerPoolTest, WorkThatIsPostedWhileThePoolIsDestroyedStillRuns) {
  std::latch entered(1), other_thread_idle(1), other_thread_ended(1);
  bool last_ran = false;
  auto pool = std::make_unique<WorkerPool>(2, kLine);
  pool->Post([&, posts_to = pool.get()] {
    entered.count_down();
    other_thread_ended.wait();
    posts_to->Post([&] { last_ran = true; });
  });
  entered.wait();
  pool->Post([&] {
    AtEndOfThread([&] { other_thread_ended.count_down(); });
    other_thread_idle.count_down();
  });
  other_thread_idle.wait();
  pool.reset();
  EXPECT_TRUE(last_ran);
}

}  // namespace
}  // namespace lethe::runtime
