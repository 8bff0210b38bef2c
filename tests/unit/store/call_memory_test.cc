#include "store/recovery/call_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lethe::store {
namespace {

using testing::SizeIs;

RememberedCall Call(int number, const std::string& digests = {}) {
  return {.route = {"acme", Operation::kErasure},
          .envelope = EnvelopeId{7},
          .span = {0, 9},
          .number = number,
          .started_at = TimePoint(std::chrono::seconds(number)),
          .digests = digests};
}

TEST(CallMemory, KeepsTheNewestCalls) {
  CallMemory memory;
  for (int number = 1; number <= static_cast<int>(CallMemory::kMostCalls) + 5; ++number) {
    memory.Remember({Call(number)}, 0);
  }
  const auto calls = memory.contents().calls;
  ASSERT_THAT(calls, SizeIs(CallMemory::kMostCalls));
  EXPECT_EQ(calls.front(), Call(6));
  EXPECT_EQ(calls.back().number, static_cast<int>(CallMemory::kMostCalls) + 5);
}

TEST(CallMemory, ForgetsTheOldestDigestsBeforeTheirCalls) {
  CallMemory memory;
  const std::string much(CallMemory::kMostDigestBytes / 2, 'd');
  memory.Remember({Call(1, much), Call(2, much)}, 0);
  EXPECT_EQ(memory.contents().calls.front(), Call(1, much));
  memory.Remember({Call(3, much), Call(4, "little")}, 0);
  const auto calls = memory.contents().calls;
  ASSERT_THAT(calls, SizeIs(4));
  EXPECT_EQ(calls[0], Call(1));
  EXPECT_EQ(calls[1], Call(2));
  EXPECT_EQ(calls[2], Call(3, much));
  EXPECT_EQ(calls[3], Call(4, "little"));
}

TEST(CallMemory, CountsItsDigestsWhenCallsLeave) {
  CallMemory memory;
  const std::string all(CallMemory::kMostDigestBytes, 'd');
  memory.Remember({Call(1, all)}, 0);
  for (std::size_t n = 0; n < CallMemory::kMostCalls; ++n) memory.Remember({Call(2)}, 0);
  memory.Remember({Call(3, all), Call(4)}, 0);
  const auto calls = memory.contents().calls;
  EXPECT_EQ(calls[calls.size() - 2], Call(3, all));
}

TEST(CallMemory, TellsThatACheckMayHaveMissedACall) {
  CallMemory memory;
  const auto before = memory.checks();
  EXPECT_TRUE(memory.Remember({Call(1)}, before));
  memory.CheckBegins();
  EXPECT_FALSE(memory.Remember({Call(2)}, before));
  EXPECT_TRUE(memory.Remember({Call(3)}, memory.checks()));
}

TEST(CallMemory, KeepsTheLatestRenewalOfItsNode) {
  CallMemory memory;
  const NodeRenewal first{.number = 3, .reserved_until_ms = 10, .renewed_at = {}};
  const NodeRenewal second{.number = 3, .reserved_until_ms = 20, .renewed_at = {}};
  const NodeRenewal other{.number = 4, .reserved_until_ms = 5, .renewed_at = {}};
  memory.Remember(second);
  memory.Remember(first);
  EXPECT_EQ(memory.contents().node, second) << "two threads may end in another order";
  memory.Remember(other);
  EXPECT_EQ(memory.contents().node, other) << "it has another number now";
  memory.Forget(second);
  EXPECT_EQ(memory.contents().node, other);
  memory.Forget(other);
  EXPECT_TRUE(memory.contents().empty());
}

}  // namespace
}  // namespace lethe::store
