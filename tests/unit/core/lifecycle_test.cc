#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "lethe/batch.h"

namespace lethe {
namespace {

TEST(Lifecycle, HasExactlyTheseMoves) {
  using enum BatchState;
  const std::set<std::pair<BatchState, BatchState>> moves{
      {kOpen, kReady},          {kOpen, kSending},  {kOpen, kNeedsReview}, {kReady, kSending},
      {kReady, kNeedsReview},   {kSending, kReady}, {kSending, kAccepted}, {kSending, kRejected},
      {kSending, kNeedsReview}, {kAccepted, kDone},
  };
  for (BatchState from : kBatchStates) {
    for (BatchState to : kBatchStates) {
      EXPECT_EQ(CanMove(from, to), moves.contains({from, to})) << Name(from) << " to " << Name(to);
    }
  }
}

}  // namespace
}  // namespace lethe
