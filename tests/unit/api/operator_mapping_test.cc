#include "api/operators/operator_mapping.h"

#include <gmock/gmock.h>

#include <set>

#include "fakes/fake_clock.h"

namespace lethe::api {
namespace {

using fakes::FakeClock;
using testing::ElementsAre;
using namespace std::chrono_literals;

ReviewView Unknown() {
  return {.account = "shop",
          .envelope = EnvelopeId{7},
          .kind = IdentifierKind::kPhone,
          .facts = {.operation = Operation::kDisassociation,
                    .span = {4, 6},
                    .reason = "unaccountable",
                    .call_count = 2,
                    .unknown_since = FakeClock::kStart},
          .since = FakeClock::kStart + 1min};
}

TEST(ReviewToProto, SaysEverythingButTheIdentifiers) {
  const v1::Review proto = ToProto(Unknown());
  EXPECT_EQ(proto.name(), "accounts/shop/reviews/7-4");
  EXPECT_EQ(proto.etag(), EtagOf(Unknown().facts));
  EXPECT_EQ(proto.operation(), v1::OPERATION_DISASSOCIATION);
  EXPECT_EQ(proto.identifier_kind(), v1::IDENTIFIER_KIND_PHONE);
  EXPECT_EQ(proto.item_count(), 3);
  EXPECT_EQ(proto.reason(), "unaccountable");
  EXPECT_EQ(proto.review_time().seconds() - proto.unknown_since_time().seconds(), 60);
  EXPECT_THAT(proto.allowed_decisions(),
              ElementsAre(v1::REVIEW_DECISION_SEND_AGAIN, v1::REVIEW_DECISION_MARK_ACCEPTED,
                          v1::REVIEW_DECISION_CANCEL));
}

TEST(ReviewToProto, LeavesOutWhatIsNotKnown) {
  ReviewView view = Unknown();
  view.since = {};
  view.facts.unknown_since = {};
  view.facts.reason = "items_missing";
  const v1::Review proto = ToProto(view);
  EXPECT_FALSE(proto.has_review_time());
  EXPECT_FALSE(proto.has_unknown_since_time());
  EXPECT_THAT(proto.allowed_decisions(), ElementsAre(v1::REVIEW_DECISION_CANCEL));
}

TEST(AttemptToProto, TellsOutcomesApart) {
  std::set<v1::CallOutcome> outcomes = {
      ToProto(AttemptView{.call_number = 1, .started_at = {}}).outcome()};
  for (const OutcomeClass outcome : kAll<OutcomeClass>) {
    outcomes.insert(
        ToProto(AttemptView{.call_number = 1, .started_at = {}, .outcome = outcome}).outcome());
  }
  EXPECT_EQ(outcomes.size(), kAll<OutcomeClass>.size() + 1);
}

TEST(AccountToProto, SaysWhenLetheTriesAgainUnlessOnlyAnOperatorMay) {
  AccountCondition condition{.account = "shop",
                             .block = AccountBlock{.since = FakeClock::kStart,
                                                   .reason = "endpoint_404",
                                                   .resume = Resume::kBatch,
                                                   .probe_at = FakeClock::kStart + 10s},
                             .held_refusals = 3};
  v1::Account proto = ToProto(condition, {});
  EXPECT_EQ(proto.name(), "accounts/shop");
  EXPECT_EQ(proto.etag(), EtagOf(condition));
  EXPECT_EQ(proto.held_refusal_count(), 3);
  EXPECT_EQ(proto.block().reason(), "endpoint_404");
  EXPECT_EQ(proto.block().resume_by(), v1::Account::Block::RESUME_BY_BATCH);
  EXPECT_EQ(proto.block().probe_time().seconds() - proto.block().block_time().seconds(), 10);
  condition.block->resume = Resume::kConnect;
  EXPECT_EQ(ToProto(condition, {}).block().resume_by(), v1::Account::Block::RESUME_BY_CONNECT);
  condition.block->resume = Resume::kOperator;
  condition.block->probe_at = {};
  EXPECT_EQ(ToProto(condition, {}).block().resume_by(), v1::Account::Block::RESUME_BY_OPERATOR);
  EXPECT_FALSE(ToProto(condition, {}).block().has_probe_time());
  EXPECT_FALSE(ToProto(AccountCondition{.account = "shop"}, {}).has_block());
}

TEST(AccountToProto, ShowsTheApisThatAreBlockedByThemselves) {
  const AccountBlock block{.since = FakeClock::kStart,
                           .reason = "endpoint_404",
                           .resume = Resume::kBatch,
                           .probe_at = FakeClock::kStart + 1s};
  const v1::Account proto = ToProto(
      AccountCondition{.account = "shop",
                       .routes = {{.api = Api::kDelete, .block = block},
                                  {.api = Api::kDemerge, .block = block, .held_refusals = 2}}},
      {});
  EXPECT_FALSE(proto.has_block());
  ASSERT_EQ(proto.api_blocks_size(), 2);
  EXPECT_EQ(proto.api_blocks(0).api(), "delete");
  EXPECT_EQ(proto.api_blocks(0).block().reason(), "endpoint_404");
  EXPECT_EQ(proto.api_blocks(0).block().resume_by(), v1::Account::Block::RESUME_BY_BATCH);
  EXPECT_TRUE(proto.api_blocks(0).block().has_probe_time());
  EXPECT_EQ(proto.api_blocks(1).api(), "demerge");
  EXPECT_EQ(proto.api_blocks(1).held_refusal_count(), 2);
}

TEST(AuditEventToProto, NamesTheBatchOrTheAccount) {
  AuditEvent event{.id = 9,
                   .at = FakeClock::kStart,
                   .principal = "jane",
                   .action = AuditAction::kReject,
                   .account = "shop",
                   .envelope = EnvelopeId{7},
                   .span = {4, 6},
                   .state_before = "held",
                   .reason_before = "refused_confirmed",
                   .state_after = "rejected",
                   .justification = "why"};
  v1::AuditEvent proto = ToProto(event);
  EXPECT_EQ(proto.name(), "accounts/shop/auditEvents/9");
  EXPECT_EQ(proto.target(), "accounts/shop/reviews/7-4");
  EXPECT_EQ(proto.item_count(), 3);
  EXPECT_EQ(proto.state_before(), "held");
  EXPECT_EQ(proto.reason_before(), "refused_confirmed");
  EXPECT_EQ(proto.state_after(), "rejected");
  event.envelope = {};
  proto = ToProto(event);
  EXPECT_EQ(proto.target(), "accounts/shop");
  EXPECT_EQ(proto.item_count(), 0);
  std::set<v1::AuditEvent::Action> actions = {v1::AuditEvent::ACTION_UNSPECIFIED};
  for (const AuditAction action : kAll<AuditAction>) {
    event.action = action;
    actions.insert(ToProto(event).action());
  }
  EXPECT_EQ(actions.size(), kAll<AuditAction>.size() + 1);
}

}  // namespace
}  // namespace lethe::api
