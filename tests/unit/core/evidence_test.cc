// What a plan shows about its route, by identifiers.
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "lethe/decision.h"

namespace lethe {
namespace {

using enum BatchState;

RouteEvidence Evidence(std::vector<Transition> runs, int lone_refusals = 0,
                       std::optional<TimePoint> unknown_since = {}) {
  const AttemptFacts facts{.operation = Operation::kErasure,
                           .span = {},
                           .attempt_count = 1,
                           .call_count = 1,
                           .started_at = {},
                           .unknown_since = unknown_since,
                           .lone_refusals = lone_refusals};
  return RouteEvidenceOf(facts, {.transitions = std::move(runs)});
}

TEST(RouteEvidenceOf, CountsThoseThatWereTaken) {
  EXPECT_EQ(Evidence({{.span = {0, 9}, .to = kAccepted}}),
            (RouteEvidence{.judged = 10, .taken = 10}));
}

TEST(RouteEvidenceOf, CountsARefusedIdentifierOnceHoweverOftenItIsSent) {
  EXPECT_EQ(Evidence({{.span = {3, 3}, .to = kHeld, .lone_refusals = 1}}),
            (RouteEvidence{.judged = 1}));
  EXPECT_EQ(Evidence({{.span = {3, 3}, .to = kHeld, .lone_refusals = 2}}, 1), RouteEvidence{});
}

TEST(RouteEvidenceOf, ASearchThatIsUnderWayShowsNothing) {
  EXPECT_EQ(Evidence({{.span = {0, 4}, .to = kReady}, {.span = {5, 9}, .to = kReady}}),
            RouteEvidence{});
}

TEST(RouteEvidenceOf, CountsThoseOfOneAnswerThatCleverTapNames) {
  EXPECT_EQ(Evidence({{.span = {0, 5}, .to = kAccepted}, {.span = {6, 9}, .to = kRejected}}),
            (RouteEvidence{.judged = 10, .taken = 6}));
}

TEST(RouteEvidenceOf, ALargeCallCountsNoMoreThanItsShare) {
  EXPECT_EQ(Evidence({{.span = {0, 749}, .to = kAccepted}, {.span = {750, 999}, .to = kRejected}}),
            (RouteEvidence{.judged = 32, .taken = 24}));
}

TEST(RouteEvidenceOf, AnIdentifierThatIsTakenAfterItWasNotTakenAloneIsAHiccup) {
  EXPECT_TRUE(Evidence({{.span = {3, 3}, .to = kAccepted}}, 1).hiccup);
  EXPECT_FALSE(Evidence({{.span = {3, 3}, .to = kAccepted}}).hiccup);
  EXPECT_FALSE(Evidence({{.span = {3, 3}, .to = kHeld, .lone_refusals = 2}}, 1).hiccup);
  EXPECT_FALSE(Evidence({{.span = {3, 3}, .to = kAccepted}}, 1, TimePoint{}).hiccup)
      << "a time-out is no refusal";
}

}  // namespace
}  // namespace lethe
