#include <gtest/gtest.h>

#include <chrono>

#include "lethe/decision.h"
#include "unit/core/instants.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;

TEST(RefusedTogether, ABatchPastItsHorizonGoesToAnOperatorInOnePiece) {
  const TimePoint now = At("2026-01-10 12:00 +0530");
  const ProcessingHours hours{.zone = TimeZone::Find("Asia/Kolkata").value()};
  const AttemptFacts facts{.operation = Operation::kDisassociation,
                           .span = {.lo = 10, .hi = 109},
                           .attempt_count = 2,
                           .call_count = 2,
                           .started_at = now - 2s,
                           .unknown_since = now - 16min};

  const Plan plan = Decide(facts, {.outcome = OutcomeClass::kRefused, .http_status = 400}, hours,
                           now, /*jitter=*/0.0);

  const Transition whole{.span = facts.span,
                         .to = BatchState::kNeedsReview,
                         .reason = "unknown_outcome",
                         .unknown_since = facts.unknown_since};
  EXPECT_EQ(plan.transitions, std::vector{whole});
}

}  // namespace
}  // namespace lethe
