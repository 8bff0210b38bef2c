#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "lethe/batch.h"

namespace lethe {
namespace {

TEST(Lifecycle, HasExactlyTheseMoves) {
  using enum BatchState;
  const std::set<std::pair<BatchState, BatchState>> moves{
      {kOpen, kReady},           {kOpen, kHeld},
      {kOpen, kSending},         {kOpen, kNeedsReview},
      {kOpen, kCancelled},       {kReady, kHeld},
      {kReady, kSending},        {kReady, kNeedsReview},
      {kReady, kCancelled},      {kHeld, kReady},
      {kHeld, kRejected},        {kHeld, kNeedsReview},
      {kHeld, kCancelled},       {kSending, kReady},
      {kSending, kHeld},         {kSending, kAccepted},
      {kSending, kRejected},     {kSending, kNeedsReview},
      {kAccepted, kDone},        {kAccepted, kReady},
      {kAccepted, kNeedsReview}, {kNeedsReview, kReady},
      {kNeedsReview, kAccepted}, {kNeedsReview, kCancelled},
  };
  for (BatchState from : kAll<BatchState>) {
    for (BatchState to : kAll<BatchState>) {
      EXPECT_EQ(CanMove(from, to), moves.contains({from, to})) << Name(from) << " to " << Name(to);
    }
  }
}

}  // namespace
}  // namespace lethe
