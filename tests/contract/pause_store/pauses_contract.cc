#include <gmock/gmock.h>

#include "contract/pause_store/pause_store_contract.h"

namespace lethe::contract {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

auto Of(const PauseScope& scope) { return Field(&Pause::scope, scope); }

const PauseScope kEverything{};
const PauseScope kAcme{.account = "acme"};
const PauseScope kDeletesOfAcme{.account = "acme", .api = Api::kDelete};
const PauseScope kDemergesOfAcme{.account = "acme", .api = Api::kDemerge};
const PauseScope kGlobex{.account = "globex"};
const PauseScope kDeletes{.account = {}, .api = Api::kDelete};

TEST_P(PauseStoreContract, APauseIsListedAsItWasAsked) {
  const Pause begun = Begin(kDeletesOfAcme, at().Now() + 1h);
  EXPECT_EQ(begun, (Pause{.scope = kDeletesOfAcme,
                          .kind = PauseKind::kOperator,
                          .reason = "a drill",
                          .principal = "ann",
                          .since = at().Now(),
                          .ends_at = at().Now() + 1h}));
  EXPECT_THAT(List(), ElementsAre(begun));
}

TEST_P(PauseStoreContract, APauseOfTheSameScopeGoesOnForTheNewReason) {
  const TimePoint since = at().Now();
  Begin(kAcme, since + 1h);
  at().Advance(1min);
  const Pause again = Begin(kAcme, {}, "an incident", "bob");
  EXPECT_EQ(again, (Pause{.scope = kAcme,
                          .kind = PauseKind::kOperator,
                          .reason = "an incident",
                          .principal = "bob",
                          .since = since}));
  EXPECT_THAT(List(), ElementsAre(again));
}

TEST_P(PauseStoreContract, PausesAreListedFromTheWidestOn) {
  for (const PauseScope& scope :
       {kGlobex, kDemergesOfAcme, kDeletes, kDeletesOfAcme, kAcme, kEverything}) {
    Begin(scope);
  }
  EXPECT_THAT(List(), ElementsAre(Of(kEverything), Of(kDeletes), Of(kAcme), Of(kDeletesOfAcme),
                                  Of(kDemergesOfAcme), Of(kGlobex)));
}

TEST_P(PauseStoreContract, TheEndOfAPauseTellsWhatStillStopsSomeOfItsCalls) {
  for (const PauseScope& scope : {kEverything, kAcme, kDeletesOfAcme, kGlobex}) Begin(scope);
  EXPECT_THAT(*End(kAcme), ElementsAre(Of(kEverything), Of(kDeletesOfAcme)));
  EXPECT_THAT(*End(kEverything), ElementsAre(Of(kDeletesOfAcme), Of(kGlobex)));
  EXPECT_THAT(*End(kGlobex), IsEmpty());
  EXPECT_THAT(List(), ElementsAre(Of(kDeletesOfAcme)));
}

TEST_P(PauseStoreContract, OnlyAPauseOfExactlyThisScopeEnds) {
  Begin(kAcme);
  for (const PauseScope& scope : {kEverything, kDeletesOfAcme, kGlobex}) {
    const auto ended = End(scope);
    ASSERT_FALSE(ended.ok());
    EXPECT_EQ(ended.error().code, ErrorCode::kFailedPrecondition);
    EXPECT_EQ(ended.error().reason, "NOT_PAUSED");
  }
  EXPECT_THAT(List(), ElementsAre(Of(kAcme)));
  EXPECT_TRUE(End(kAcme).ok());
  EXPECT_FALSE(End(kAcme).ok());
}

TEST_P(PauseStoreContract, APauseEndsByItselfAndThenThereIsNothingToEnd) {
  Begin(kAcme, at().Now() + 1h);
  at().Advance(1h - 1ms);
  EXPECT_THAT(List(), ElementsAre(Of(kAcme)));
  at().Advance(1ms);
  EXPECT_THAT(List(), IsEmpty());
  const auto late = End(kAcme);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().reason, "NOT_PAUSED");
}

TEST_P(PauseStoreContract, APauseAfterOneThatHasEndedBeginsAnew) {
  Begin(kAcme, at().Now() + 1h);
  at().Advance(2h);
  EXPECT_EQ(Begin(kAcme).since, at().Now());
}

}  // namespace
}  // namespace lethe::contract
