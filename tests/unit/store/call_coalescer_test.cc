#include "store/base/call_coalescer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace lethe::store {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::vector<std::string> Names(std::span<const int* const> calls) {
  std::vector<std::string> names;
  for (const int* call : calls) names.push_back(std::to_string(*call));
  return names;
}

TEST(CallCoalescer, ExecutesALoneCallAtOnce) {
  std::vector<std::size_t> sizes;
  CallCoalescer<int, std::string> coalescer([&](std::span<const int* const> calls) {
    sizes.push_back(calls.size());
    return Names(calls);
  });
  EXPECT_EQ(coalescer.Do(7), "7");
  EXPECT_EQ(coalescer.Do(8), "8");
  EXPECT_THAT(sizes, ElementsAre(1, 1));
}

TEST(CallCoalescer, ExecutesTogetherTheCallsThatComeMeanwhile) {
  constexpr int kCallers = 5;
  std::latch executing(1), all_queued(1);
  std::vector<std::vector<int>> rounds;
  CallCoalescer<int, std::string> coalescer([&](std::span<const int* const> calls) {
    if (rounds.empty()) {
      executing.count_down();
      all_queued.wait();
    }
    std::vector<int>& round = rounds.emplace_back();
    for (const int* call : calls) round.push_back(*call);
    return Names(calls);
  });

  std::vector<std::string> answers(kCallers + 1);
  std::vector<std::jthread> callers;
  const auto call = [&](int number) { answers[number] = coalescer.Do(number); };
  callers.emplace_back(call, 0);
  executing.wait();
  for (int number = 1; number <= kCallers; ++number) callers.emplace_back(call, number);
  while (coalescer.queued() < kCallers) std::this_thread::yield();
  all_queued.count_down();
  callers.clear();

  ASSERT_EQ(rounds.size(), 2U);
  EXPECT_THAT(rounds[0], ElementsAre(0));
  EXPECT_THAT(rounds[1], UnorderedElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(answers, ElementsAre("0", "1", "2", "3", "4", "5"));
}

TEST(CallCoalescer, LetsACallGoWhoseRoundDoesNotBegin) {
  std::latch executing(1), end(1);
  CallCoalescer<int, std::string> coalescer(
      [&](std::span<const int* const> calls) {
        executing.count_down();
        end.wait();
        return Names(calls);
      },
      milliseconds(50));
  std::string first;
  {
    const std::jthread hangs([&] { first = coalescer.Do(1); });
    executing.wait();
    EXPECT_EQ(coalescer.Do(2), "") << "with the answer for a call that was not executed";
    EXPECT_EQ(coalescer.queued(), 0U);
    end.count_down();
  }
  EXPECT_EQ(first, "1");
  EXPECT_EQ(coalescer.Do(3), "3");
}

TEST(CallCoalescer, ExecutesOneRoundAtATimeAndAnswersEveryCall) {
  constexpr int kCallers = 8;
  constexpr int kCallsEach = 2'000;
  std::atomic<int> executing = 0;
  std::atomic<int> most = 0;
  CallCoalescer<int, std::string> coalescer([&](std::span<const int* const> calls) {
    most = std::max(most.load(), ++executing);
    auto answers = Names(calls);
    --executing;
    return answers;
  });
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < kCallers; ++caller) {
      callers.emplace_back([&, caller] {
        for (int i = 0; i < kCallsEach; ++i) {
          const int number = caller * kCallsEach + i;
          if (coalescer.Do(number) != std::to_string(number)) ++wrong;
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace lethe::store
