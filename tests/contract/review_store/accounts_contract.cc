#include <gmock/gmock.h>

#include <map>
#include <string>
#include <thread>

#include "contract/review_store/review_store_contract.h"

namespace lethe::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_P(ReviewStoreContract, TellsTheConditionOfAccountsInTheirOrder) {
  at().Block("acme", ABlock());
  Add(Held(1));
  Add(Held(2, "refused_confirmed"));
  Add(Held(3, "legal_hold"));
  Add(Unknown(4));
  const std::vector<std::string> names = {"globex", "acme"};
  const auto conditions = store().Accounts(names);
  ASSERT_TRUE(conditions.ok()) << conditions.error().message;
  EXPECT_THAT(
      *conditions,
      ElementsAre(AccountCondition{.account = "globex"},
                  AccountCondition{.account = "acme", .block = ABlock(), .held_refusals = 6}));
  EXPECT_THAT(store().Accounts({}).value(), IsEmpty());
}

TEST_P(ReviewStoreContract, ResumesAnAccountWhateverElseMayEndItsBlock) {
  for (const Resume resume : kAll<Resume>) {
    AccountBlock block = ABlock();
    block.resume = resume;
    if (resume != Resume::kOperator) block.probe_at = at().Now() + 1min;
    at().Block("acme", block);
    EXPECT_EQ(Condition("acme").block, block);
    const auto after = ResumeIt({});
    ASSERT_TRUE(after.ok()) << after.error().message;
    EXPECT_EQ(*after, AccountCondition{.account = "acme"});
    EXPECT_EQ(Condition("acme"), *after);
  }
  EXPECT_THAT(Events(), SizeIs(3));
  const AuditEvent event = Events().front();
  EXPECT_EQ(event, (AuditEvent{.id = event.id,
                               .at = at().Now(),
                               .principal = "jane",
                               .means = "certificate",
                               .action = AuditAction::kResume,
                               .account = "acme",
                               .state_before = "blocked",
                               .reason_before = ABlock().reason,
                               .state_after = "served",
                               .justification = by_.justification}));
}

TEST_P(ReviewStoreContract, SendsHeldRefusalsAgainAndNothingElse) {
  at().Block("acme", ABlock());
  BatchRow unknown = Held(1);
  unknown.unknown_since = at().Now() - 1min;
  Add(unknown);
  const BatchRow legal = Add(Held(2, "legal_hold"));
  BatchRow later_run = Held(1, "legal_hold");
  later_run.span = {3, 9};
  Add(later_run);
  const BatchRow review = Add(Unknown(3));
  BatchRow ready = Held(4);
  ready.state = BatchState::kReady;
  Add(ready);
  at().Advance(2h);
  const auto after = ResumeIt(HeldRefusals::kSendAgain);
  ASSERT_TRUE(after.ok()) << after.error().message;
  EXPECT_EQ(after->held_refusals, 0);
  BatchRow expected = unknown;
  expected.state = BatchState::kReady;
  expected.reason = "operator_send_again";
  expected.opened_at = at().Now();
  expected.refused_since = {};
  EXPECT_EQ(Batch(unknown), expected);
  EXPECT_EQ(Batch(legal), legal);
  EXPECT_EQ(Batch(later_run), later_run);
  EXPECT_EQ(Batch(review), review);
  EXPECT_EQ(Batch(ready), ready);
}

TEST_P(ReviewStoreContract, ResumesNoOtherAccount) {
  at().Block("acme", ABlock());
  at().Block("globex", ABlock());
  Add(Held(1));
  BatchRow other = Held(2);
  other.route.account = "globex";
  Add(other);
  ASSERT_EQ(ReasonOf(ResumeIt(HeldRefusals::kReject)), "");
  EXPECT_EQ(Condition("globex").block, ABlock());
  EXPECT_EQ(Batch(other), other);
}

TEST_P(ReviewStoreContract, RejectsHeldRefusalsForGoodAndKeepsTheEvidenceOfEach) {
  at().Block("acme", ABlock());
  const BatchRow first = Add(Held(1));
  const BatchRow second = Add(Held(2, "refused_confirmed"));
  at().Advance(1h);
  ASSERT_EQ(ReasonOf(ResumeIt(HeldRefusals::kReject)), "");
  for (const BatchRow& row : {first, second}) {
    BatchRow expected = row;
    expected.state = BatchState::kRejected;
    expected.reason = "operator_rejected";
    expected.refused_since = {};
    expected.finished_at = at().Now();
    EXPECT_EQ(Batch(row), expected);
  }
  const std::vector<AuditEvent> events = Events();
  ASSERT_THAT(events, SizeIs(3));
  EXPECT_EQ(events[2].action, AuditAction::kResume);
  EXPECT_EQ(events[0], (AuditEvent{.id = events[0].id,
                                   .at = at().Now(),
                                   .principal = "jane",
                                   .means = "certificate",
                                   .action = AuditAction::kReject,
                                   .account = "acme",
                                   .envelope = second.envelope,
                                   .span = second.span,
                                   .state_before = "held",
                                   .reason_before = "refused_confirmed",
                                   .state_after = "rejected",
                                   .justification = by_.justification}));
}

TEST_P(ReviewStoreContract, SendsToReviewWhatAnEarlierCallMayHaveReachedInsteadOfRejectingIt) {
  at().Block("acme", ABlock());
  BatchRow unknown = Held(1);
  unknown.unknown_since = at().Now() - 1min;
  Add(unknown);
  const BatchRow known = Add(Held(2));
  ASSERT_EQ(ReasonOf(ResumeIt(HeldRefusals::kReject)), "");
  EXPECT_EQ(Batch(known).state, BatchState::kRejected);
  BatchRow expected = unknown;
  expected.state = BatchState::kNeedsReview;
  expected.reason = "refused_effect_unknown";
  expected.refused_since = {};
  EXPECT_EQ(Batch(unknown), expected);
  const auto reviews =
      store().ListReviews({.account = "acme", .after = {}, .page_size = 10}).value().rows;
  ASSERT_THAT(reviews, SizeIs(1));
  EXPECT_EQ(reviews[0].since, at().Now());
  std::map<std::string, int> after;
  for (const AuditEvent& event : Events()) ++after[event.state_after];
  EXPECT_EQ(after,
            (std::map<std::string, int>{{"served", 1}, {"rejected", 1}, {"needs_review", 1}}));
}

TEST_P(ReviewStoreContract, AsksWhatBecomesOfHeldRefusals) {
  at().Block("acme", ABlock());
  const BatchRow held = Add(Held(1));
  EXPECT_EQ(ReasonOf(ResumeIt({})), "HELD_REFUSALS_UNDECIDED");
  EXPECT_EQ(Condition("acme").block, ABlock());
  EXPECT_EQ(Batch(held), held);
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_P(ReviewStoreContract, RefusesToResumeAnAccountThatHasChangedSinceItWasSeen) {
  at().Block("acme", ABlock());
  const std::string etag = lethe::EtagOf(Condition("acme"));
  Add(Held(1));
  const auto refused = store().ResumeAccount(
      {.by = by_, .account = "acme", .etag = etag, .held_refusals = HeldRefusals::kReject});
  EXPECT_EQ(ReasonOf(refused), "ACCOUNT_CHANGED");
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_P(ReviewStoreContract, RefusesToResumeAnAccountThatIsNotBlocked) {
  EXPECT_EQ(ReasonOf(ResumeIt({})), "ACCOUNT_NOT_BLOCKED");
  // The dispatcher judges the refusals of an account that is served.
  const BatchRow held = Add(Held(1));
  EXPECT_EQ(ReasonOf(ResumeIt(HeldRefusals::kReject)), "ACCOUNT_NOT_BLOCKED");
  EXPECT_EQ(Batch(held), held);
  EXPECT_EQ(ReasonOf(store().ResumeAccount(
                {.by = by_, .account = "unknown", .etag = "", .held_refusals = {}})),
            "ACCOUNT_NOT_BLOCKED");
}

TEST_P(ReviewStoreContract, LetsOneOfManyOperatorsResume) {
  at().Block("acme", ABlock());
  Add(Held(1));
  const std::string etag = lethe::EtagOf(Condition("acme"));
  std::array<std::string, 6> answers;
  {
    std::vector<std::jthread> operators;
    for (std::string& answer : answers) {
      operators.emplace_back([&] {
        answer = ReasonOf(store().ResumeAccount(
            {.by = by_, .account = "acme", .etag = etag, .held_refusals = HeldRefusals::kReject}));
      });
    }
  }
  EXPECT_EQ(std::ranges::count(answers, ""), 1);
  EXPECT_EQ(std::ranges::count(answers, "ACCOUNT_NOT_BLOCKED"), std::ssize(answers) - 1);
  EXPECT_THAT(Events(), SizeIs(2));
}

/// A block of one API that a batch may end.
AccountBlock BlockOfRoute(TimePoint now) {
  return {.since = now - 1min,
          .reason = "endpoint_404",
          .resume = Resume::kBatch,
          .probe_at = now + 1min};
}

TEST_P(ReviewStoreContract, TellsTheBlockedRoutesOfAnAccountThatIsServed) {
  const AccountBlock block = BlockOfRoute(at().Now());
  at().BlockRoute("acme", Api::kDisassociate, ABlock());
  at().BlockRoute("acme", Api::kDelete, block);
  at().BlockRoute("globex", Api::kDemerge, block);
  Add(Held(1));
  BatchRow demerge = Held(2);
  demerge.route.operation = Operation::kDemerge;
  Add(demerge);
  const RouteBlock erasures{.api = Api::kDelete, .block = block, .held_refusals = 3};
  const RouteBlock phones{.api = Api::kDisassociate, .block = ABlock()};
  EXPECT_EQ(
      Condition("acme"),
      (AccountCondition{.account = "acme", .held_refusals = 6, .routes = {erasures, phones}}));
  EXPECT_EQ(Condition("globex").routes.size(), 1U);
}

TEST_P(ReviewStoreContract, ResumesAllBlockedRoutesOfAnAccountTogetherAndNoOtherAccounts) {
  at().Block("acme", ABlock());
  at().BlockRoute("acme", Api::kDemerge, ABlock());
  at().BlockRoute("acme", Api::kDelete, BlockOfRoute(at().Now()));
  at().BlockRoute("globex", Api::kDelete, BlockOfRoute(at().Now()));
  const auto after = ResumeIt({});
  ASSERT_TRUE(after.ok()) << after.error().message;
  EXPECT_EQ(*after, AccountCondition{.account = "acme"});
  EXPECT_EQ(Condition("globex").routes.size(), 1U);
  const std::vector<AuditEvent> events = Events();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].action, AuditAction::kResume);
  EXPECT_EQ(events[0].reason_before,
            ABlock().reason + "; delete: endpoint_404; demerge: " + ABlock().reason);
  EXPECT_EQ(events[0].state_after, "served");
}

TEST_P(ReviewStoreContract, DecidesAboutTheHeldRefusalsOfBlockedRoutesOnly) {
  at().BlockRoute("acme", Api::kDelete, ABlock());
  const BatchRow erasure = Add(Held(1));
  BatchRow demerge = Held(2);
  demerge.route.operation = Operation::kDemerge;
  Add(demerge);
  EXPECT_EQ(ReasonOf(ResumeIt({})), "HELD_REFUSALS_UNDECIDED");
  ASSERT_EQ(ReasonOf(ResumeIt(HeldRefusals::kReject)), "");
  EXPECT_EQ(Batch(erasure).state, BatchState::kRejected);
  EXPECT_EQ(Batch(demerge), demerge) << "the dispatcher judges it";
}

TEST_P(ReviewStoreContract, NeedsNoWordAboutRefusalsOfRoutesThatAreNotBlocked) {
  at().BlockRoute("acme", Api::kDemerge, ABlock());
  const BatchRow erasure = Add(Held(1));
  EXPECT_EQ(ReasonOf(ResumeIt({})), "");
  EXPECT_EQ(Batch(erasure), erasure);
}

TEST_P(ReviewStoreContract, RefusesToResumeRoutesThatHaveChangedSinceTheyWereSeen) {
  at().BlockRoute("acme", Api::kDelete, ABlock());
  const std::string etag = lethe::EtagOf(Condition("acme"));
  at().BlockRoute("acme", Api::kDemerge, ABlock());
  EXPECT_EQ(ReasonOf(store().ResumeAccount(
                {.by = by_, .account = "acme", .etag = etag, .held_refusals = {}})),
            "ACCOUNT_CHANGED");
}

}  // namespace
}  // namespace lethe::contract
