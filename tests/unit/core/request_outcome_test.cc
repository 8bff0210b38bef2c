#include "lethe/request_outcome.h"

#include <gtest/gtest.h>

namespace lethe {
namespace {

using Counts = std::vector<std::pair<BatchState, int>>;

std::optional<RequestOutcome> Of(const Counts& items, int item_count = 3) {
  ItemCounts counts;
  for (const auto& [state, count] : items) counts[state] = count;
  return OutcomeOf(counts, item_count);
}

TEST(RequestOutcome, IsWhatBecameOfTheItems) {
  using enum BatchState;
  EXPECT_EQ(Of({{kDone, 3}}), RequestOutcome::kComplete);
  EXPECT_EQ(Of({{kDone, 1}, {kRejected, 2}}), RequestOutcome::kInPart);
  EXPECT_EQ(Of({{kDone, 2}, {kCancelled, 1}}), RequestOutcome::kInPart);
  EXPECT_EQ(Of({{kRejected, 3}}), RequestOutcome::kDenied);
  EXPECT_EQ(Of({{kRejected, 1}, {kCancelled, 2}}), RequestOutcome::kDenied);
  EXPECT_EQ(Of({{kCancelled, 3}}), RequestOutcome::kCancelled);
}

TEST(RequestOutcome, IsNotKnownWhileAnItemIsNotFinal) {
  for (const BatchState state : kAll<BatchState>) {
    if (IsFinal(state)) continue;
    EXPECT_EQ(Of({{BatchState::kDone, 2}, {state, 1}}), std::nullopt) << Name(state);
  }
}

TEST(RequestOutcome, IsNotGuessedWhereItemsHaveLeftTheHistory) {
  EXPECT_EQ(Of({}), std::nullopt);
  EXPECT_EQ(Of({{BatchState::kDone, 2}}), std::nullopt);
}

TEST(RequestOutcome, HasTheStateThatItWasDerivedFrom) {
  for (const RequestOutcome outcome : kAll<RequestOutcome>) {
    EXPECT_NE(StateOf(outcome), RequestState::kExpired) << Name(outcome);
  }
  EXPECT_EQ(StateOf(RequestOutcome::kInPart), RequestState::kPartiallyCompleted);
  EXPECT_EQ(StateOf(RequestOutcome::kDenied), RequestState::kRejected);
}

}  // namespace
}  // namespace lethe
