#include "store/base/check_move.h"

#include <gtest/gtest.h>

namespace lethe::store {
namespace {

TEST(CheckMove, RefusesEveryEdgeThatTheStateMachineDoesNotHave) {
  for (const BatchState from : kAll<BatchState>) {
    for (const BatchState to : kAll<BatchState>) {
      const Status checked = CheckMove(from, to);
      ASSERT_EQ(checked.ok(), CanMove(from, to)) << Name(from) << " to " << Name(to);
      if (checked.ok()) continue;
      EXPECT_EQ(checked.error().code, ErrorCode::kInternal);
      EXPECT_EQ(checked.error().reason, "BAD_PLAN");
    }
  }
}

}  // namespace
}  // namespace lethe::store
