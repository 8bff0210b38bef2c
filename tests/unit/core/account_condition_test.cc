#include "lethe/account_condition.h"

#include <gtest/gtest.h>

#include <set>

namespace lethe {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

AccountCondition Blocked(int held_refusals = 0) {
  return {.account = "shop",
          .block = AccountBlock{.since = kNow,
                                .reason = "credentials_or_region_401",
                                .resume = Resume::kConnect,
                                .probe_at = kNow + 10s},
          .held_refusals = held_refusals};
}

std::string Check(const AccountCondition& condition, std::optional<HeldRefusals> held) {
  const Status checked = CheckResume(condition, EtagOf(condition), held);
  return checked.ok() ? "" : checked.error().reason;
}

TEST(AccountCondition, HasAnotherEtagWhenAnythingThatCountsHasChanged) {
  AccountCondition later = Blocked(), other = Blocked();
  later.block->since += 1us;
  other.block->resume = Resume::kOperator;
  const std::set<std::string> etags = {
      EtagOf(AccountCondition{.account = "shop"}),
      EtagOf(AccountCondition{.account = "shop", .held_refusals = 1}),
      EtagOf(Blocked()),
      EtagOf(Blocked(1)),
      EtagOf(later),
      EtagOf(other)};
  EXPECT_EQ(etags.size(), 6U);
}

AccountCondition RouteBlocked(Api api, int held_refusals = 0) {
  return {.account = "shop",
          .held_refusals = 3,
          .routes = {{.api = api,
                      .block = {.since = kNow, .reason = "endpoint_404", .resume = Resume::kBatch},
                      .held_refusals = held_refusals}}};
}

TEST(AccountCondition, HasAnotherEtagWhenARouteIsBlockedOrHasChanged) {
  AccountCondition later = RouteBlocked(Api::kDelete), other = later, both = later;
  later.routes[0].block.since += 1us;
  other.routes[0].block.resume = Resume::kOperator;
  both.routes.push_back(RouteBlocked(Api::kDemerge).routes[0]);
  const std::set<std::string> etags = {
      EtagOf(AccountCondition{.account = "shop", .held_refusals = 3}),
      EtagOf(RouteBlocked(Api::kDelete)),
      EtagOf(RouteBlocked(Api::kDemerge)),
      EtagOf(later),
      EtagOf(other),
      EtagOf(both)};
  EXPECT_EQ(etags.size(), 6U);
}

TEST(AccountCondition, IsResumedFromTheBlockOfARouteWithAWordAboutWhatThatRouteHolds) {
  EXPECT_EQ(Check(RouteBlocked(Api::kDelete), {}), "") << "another route holds the refusals";
  EXPECT_EQ(Check(RouteBlocked(Api::kDelete, 1), {}), "HELD_REFUSALS_UNDECIDED");
  EXPECT_EQ(Check(RouteBlocked(Api::kDelete, 1), HeldRefusals::kReject), "");
}

TEST(AccountCondition, SaysWhatTheAccountAndItsRoutesAreBlockedFor) {
  AccountCondition condition = Blocked();
  EXPECT_EQ(BlockedFor(condition), "credentials_or_region_401");
  condition.routes = RouteBlocked(Api::kDelete).routes;
  EXPECT_EQ(BlockedFor(condition), "credentials_or_region_401; delete: endpoint_404");
}

TEST(AccountCondition, KeepsItsEtagFromProbeToProbe) {
  AccountCondition probed = Blocked();
  *probed.block->probe_at += 20s;
  EXPECT_EQ(EtagOf(probed), EtagOf(Blocked()));
}

TEST(AccountCondition, IsResumedOnlyFromABlockAndWithAWordAboutWhatIsHeld) {
  EXPECT_EQ(Check(Blocked(), {}), "");
  EXPECT_EQ(Check(Blocked(), HeldRefusals::kReject), "");
  EXPECT_EQ(Check(Blocked(1), HeldRefusals::kSendAgain), "");
  EXPECT_EQ(Check(Blocked(1), {}), "HELD_REFUSALS_UNDECIDED");
  EXPECT_EQ(Check({.account = "shop"}, {}), "ACCOUNT_NOT_BLOCKED");
  EXPECT_EQ(Check({.account = "shop", .held_refusals = 1}, HeldRefusals::kReject),
            "ACCOUNT_NOT_BLOCKED");
  EXPECT_EQ(CheckResume(Blocked(1), EtagOf(Blocked()), HeldRefusals::kReject).error().reason,
            "ACCOUNT_CHANGED");
}

TEST(AccountCondition, SendsHeldRefusalsAgainOrRejectsThem) {
  EXPECT_EQ(Resolve(HeldRefusals::kSendAgain, {}).to, BatchState::kReady);
  EXPECT_EQ(Resolve(HeldRefusals::kSendAgain, {}).reason, "operator_send_again");
  EXPECT_EQ(Resolve(HeldRefusals::kReject, {}).to, BatchState::kRejected);
  EXPECT_EQ(Resolve(HeldRefusals::kReject, {}).reason, "operator_rejected");
}

TEST(AccountCondition, RejectsNoIdentifierThatAnEarlierCallMayHaveReached) {
  const TimePoint unknown_since{1h};
  const Transition rejection = Resolve(HeldRefusals::kReject, {.unknown_since = unknown_since});
  EXPECT_EQ(rejection.to, BatchState::kNeedsReview);
  EXPECT_EQ(rejection.reason, "refused_effect_unknown");
  EXPECT_EQ(rejection.unknown_since, unknown_since);
  EXPECT_EQ(Resolve(HeldRefusals::kSendAgain, {.unknown_since = unknown_since}).to,
            BatchState::kReady);
  EXPECT_EQ(Resolve(HeldRefusals::kSendAgain, {.unknown_since = unknown_since}).unknown_since,
            unknown_since);
}

TEST(AccountCondition, MovesHeldRefusalsOnlyWhereTheyMayGo) {
  for (const HeldRefusals decision : {HeldRefusals::kSendAgain, HeldRefusals::kReject}) {
    EXPECT_TRUE(CanMove(BatchState::kHeld, Resolve(decision, {}).to));
    EXPECT_TRUE(CanMove(BatchState::kHeld, Resolve(decision, {.unknown_since = TimePoint{1h}}).to));
  }
}

}  // namespace
}  // namespace lethe
