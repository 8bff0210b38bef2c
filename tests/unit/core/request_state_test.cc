#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "lethe/request.h"

namespace lethe {
namespace {

using enum BatchState;

ItemCounts Counts(const std::vector<std::pair<BatchState, int>>& items) {
  ItemCounts counts;
  for (const auto& [state, count] : items) counts[state] = count;
  return counts;
}

RequestState State(const std::vector<std::pair<BatchState, int>>& items) {
  const ItemCounts counts = Counts(items);
  return DeriveState(counts, counts.total());
}

TEST(RequestState, IsQueuedWhileEveryItemWaits) {
  EXPECT_EQ(State({{kOpen, 1}}), RequestState::kQueued);
  EXPECT_EQ(State({{kOpen, 3}, {kReady, 997}}), RequestState::kQueued);
  EXPECT_EQ(State({{kReady, 1}, {kHeld, 1}}), RequestState::kQueued);
  EXPECT_EQ(State({{kHeld, 1}}), RequestState::kQueued);
}

TEST(RequestState, IsInProgressOnceAnythingMoved) {
  EXPECT_EQ(State({{kSending, 1}}), RequestState::kInProgress);
  EXPECT_EQ(State({{kOpen, 5}, {kSending, 1}}), RequestState::kInProgress);
  EXPECT_EQ(State({{kAccepted, 1}}), RequestState::kInProgress);
  EXPECT_EQ(State({{kDone, 9}, {kAccepted, 1}}), RequestState::kInProgress);
  EXPECT_EQ(State({{kRejected, 9}, {kReady, 1}}), RequestState::kInProgress);
  EXPECT_EQ(State({{kCancelled, 9}, {kHeld, 1}}), RequestState::kInProgress);
}

TEST(RequestState, SaysHowItEnded) {
  EXPECT_EQ(State({{kDone, 1000}}), RequestState::kCompleted);
  EXPECT_EQ(State({{kRejected, 2}}), RequestState::kRejected);
  EXPECT_EQ(State({{kDone, 1}, {kRejected, 999}}), RequestState::kPartiallyCompleted);
  EXPECT_EQ(State({{kDone, 1}, {kCancelled, 1}}), RequestState::kPartiallyCompleted);
  EXPECT_EQ(State({{kCancelled, 3}}), RequestState::kCancelled);
  EXPECT_EQ(State({{kCancelled, 3}, {kRejected, 1}}), RequestState::kRejected);
}

TEST(RequestState, ShowsWhatAnOperatorMustSeeBeforeAnythingElse) {
  EXPECT_EQ(State({{kDone, 999}, {kNeedsReview, 1}}), RequestState::kNeedsReview);
  EXPECT_EQ(State({{kOpen, 1}, {kNeedsReview, 1}}), RequestState::kNeedsReview);
  EXPECT_EQ(DeriveState(Counts({{kNeedsReview, 1}}), 2), RequestState::kNeedsReview);
}

TEST(RequestState, IsExpiredRatherThanVacuouslyCompleted) {
  EXPECT_EQ(DeriveState(ItemCounts{}, 3), RequestState::kExpired);
  EXPECT_EQ(DeriveState(ItemCounts{}, 0), RequestState::kExpired);
  EXPECT_EQ(DeriveState(Counts({{kDone, 2}}), 3), RequestState::kExpired);
  EXPECT_EQ(DeriveState(Counts({{kDone, 4}}), 3), RequestState::kExpired);
}

}  // namespace
}  // namespace lethe
