// How an operator ends what a lost history began.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/recovery/replica.h"
#include "store/recovery/doubt.h"
#include "store/recovery/pg_recovery_store.h"

namespace lethe::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RecoveryOfAPast : public LostHistoryTest {
 protected:
  Recovery Show() { return recovery_.Show().value(); }
  /// As operators do, who look first.
  Result<Recovery> Resume() {
    Show();
    return recovery_.Resume({.principal = "ann", .justification = "OPS-17"});
  }

  /// `lo-hi state unknown` of each batch, in their order.
  std::vector<std::string> Batches() {
    std::vector<std::string> batches;
    for (const auto& row : database_.Run("select concat(lo, '-', hi, ' ', state, case when "
                                         "unknown_since is null then '' else ' "
                                         "unknown' end) from batch order by envelope, lo")) {
      batches.emplace_back(row[0].c_str());
    }
    return batches;
  }

  /// What waits is called; then a state of the database from before that call comes up.
  void LoseACall() {
    database_.KeepCopy();
    ASSERT_TRUE(*Take(one_));
    database_.PutCopyBack();
    ASSERT_FALSE(*Take(one_));
    ASSERT_THAT(one_.told, testing::SizeIs(1));
  }

  /// Of user-0 and user-1; and an operator resumes.
  void LoseARequestThatWasSent() {
    database_.KeepCopy();
    AddBatch({"user-0", "user-1"});
    ASSERT_TRUE(*Take(one_));
    database_.PutCopyBack();
    ASSERT_FALSE(*Take(one_));
    ASSERT_TRUE(Resume().ok());
  }

  /// As if it had been found, and settled, so much earlier.
  void Age(milliseconds by) {
    const std::string earlier = std::to_string(by.count()) + " * interval '1 millisecond'";
    for (const std::string table : {"lost_history", "lost_attempt"}) {
      database_.Run("update " + table + " set found_at = found_at - " + earlier +
                    ", settled_at = settled_at - " + earlier);
    }
  }

  /// Of each table that keeps them.
  std::vector<std::int64_t> LostRows() {
    return {Number(database_, "select count(*) from lost_history"),
            Number(database_, "select count(*) from lost_attempt"),
            Number(database_, "select count(*) from lost_digest")};
  }

  PgRecoveryStore recovery_{store_.pool()};
};

TEST_F(RecoveryOfAPast, ShowsNothingWhereNothingIsLost) {
  EXPECT_FALSE(Show().since);
  EXPECT_THAT(Show().lost, IsEmpty());
  const auto resumed = Resume();
  ASSERT_FALSE(resumed.ok());
  EXPECT_EQ(resumed.error().reason, "NOT_PAUSED");
}

TEST_F(RecoveryOfAPast, CountsWhatWasCalledAsCalledThen) {
  AddBatch();
  database_.KeepCopy();
  const auto sent = Take(one_);
  ASSERT_TRUE(sent.ok() && *sent);
  database_.PutCopyBack();
  ASSERT_FALSE(*Take(one_));

  const TimePoint called = (*sent)->facts.started_at;
  const Recovery shown = Show();
  EXPECT_EQ(shown.since, called);
  EXPECT_EQ(shown.remembered, 1);
  EXPECT_THAT(shown.lost, ElementsAre(LostCalls{.account = "acme",
                                                .api = Api::kDelete,
                                                .calls = 1,
                                                .without_digests = 0,
                                                .first = called,
                                                .last = called}));
  EXPECT_EQ(shown.doubtful_items, 2);
  EXPECT_EQ(shown.untold_items, 0);

  const auto settled = Resume();
  ASSERT_TRUE(settled.ok()) << settled.error().message;
  EXPECT_EQ(*settled, shown);
  EXPECT_THAT(Pauses(), IsEmpty());
  EXPECT_FALSE(Show().since);
  const auto again = Take(one_);
  ASSERT_TRUE(again.ok() && *again);
  EXPECT_EQ((*again)->facts.unknown_since, called) << "the rules decide by it";
  EXPECT_THAT(Batches(), ElementsAre("0-1 sending unknown"));
  EXPECT_EQ(Number(database_,
                   "select count(*) from audit_event where action = 'end_pause' and "
                   "principal = 'ann' and justification = 'OPS-17'"),
            1);
  EXPECT_FALSE(Resume().ok());
}

TEST_F(RecoveryOfAPast, TellsUntilWhenAllIsThere) {
  AddBatch();
  const auto kept = Take(one_);
  ASSERT_TRUE(kept.ok() && *kept);
  database_.KeepCopy();
  AddBatch({"other-0"});
  ASSERT_TRUE(*Take(one_));
  database_.PutCopyBack();
  ASSERT_TRUE(Take(one_).ok());
  EXPECT_EQ(Show().complete_until, (*kept)->facts.started_at);
  EXPECT_EQ(Show().remembered, 2);
}

TEST_F(RecoveryOfAPast, PartsABatchThatHasGrownSince) {
  AddBatch();
  LoseACall();
  AddBatch({"other-0", "other-1"});
  ASSERT_TRUE(Resume().ok());
  const auto called = Take(one_);
  ASSERT_TRUE(called.ok() && *called);
  EXPECT_EQ((*called)->facts.span, (Span{0, 1}));
  EXPECT_TRUE((*called)->facts.unknown_since);
  const auto fresh = Take(one_);
  ASSERT_TRUE(fresh.ok() && *fresh);
  EXPECT_EQ((*fresh)->facts.span, (Span{2, 3}));
  EXPECT_EQ((*fresh)->facts.call_count, 1);
  EXPECT_FALSE((*fresh)->facts.unknown_since);
  EXPECT_THAT(Batches(), ElementsAre("0-1 sending unknown", "2-3 sending"));
  ExpectSound(database_);
}

TEST_F(RecoveryOfAPast, FindsTheSamePeopleInWhatIsRepeatedLater) {
  ASSERT_NO_FATAL_FAILURE(LoseARequestThatWasSent());
  AddBatch({"other-0", "user-1", "other-1"});
  ASSERT_TRUE(*Take(one_));
  EXPECT_THAT(Batches(), ElementsAre("0-0 sending", "1-1 ready unknown", "2-2 ready"));
}

TEST_F(RecoveryOfAPast, TakesWhatIsAcceptedAWeekLaterForAnotherWish) {
  ASSERT_NO_FATAL_FAILURE(LoseARequestThatWasSent());
  database_.Run("update lost_attempt set settled_at = settled_at - interval '7 days 1 minute'");
  AddBatch({"user-0", "user-1"});
  ASSERT_TRUE(*Take(one_));
  EXPECT_THAT(Batches(), ElementsAre("0-1 sending"));
}

TEST_F(RecoveryOfAPast, DoubtsWhatWasAskedForBeforeHoweverLongItWasOnHold) {
  AddBatch();
  LoseACall();
  ASSERT_TRUE(Resume().ok());
  // As after a release.
  database_.Run("update batch set opened_at = opened_at + interval '8 days'");
  const auto claim = Take(one_);
  ASSERT_TRUE(claim.ok() && *claim);
  EXPECT_TRUE((*claim)->facts.unknown_since);
}

TEST_F(RecoveryOfAPast, IsForgottenOnceItMattersNoMore) {
  ASSERT_NO_FATAL_FAILURE(LoseARequestThatWasSent());
  Age(kLossesMatterFor - 1h);
  EXPECT_FALSE(ForgetLosses(*Connect(database_.source())));
  EXPECT_THAT(LostRows(), ElementsAre(1, 1, 2));
  Age(2h);
  EXPECT_FALSE(ForgetLosses(*Connect(database_.source())));
  EXPECT_THAT(LostRows(), ElementsAre(0, 0, 0));
}

TEST_F(RecoveryOfAPast, IsNoNewLossOnceItIsForgotten) {
  ASSERT_NO_FATAL_FAILURE(LoseARequestThatWasSent());
  database_.SetClock(one_.told.front().since + kLossesMatterFor + 1h);
  ForgetLosses(*Connect(database_.source()));
  ASSERT_THAT(LostRows(), ElementsAre(0, 0, 0));
  one_.history.Check(*Connect(database_.source()));
  EXPECT_THAT(one_.told, testing::SizeIs(1)) << "the process remembers the call still";
  EXPECT_THAT(Pauses(), IsEmpty());
}

TEST_F(RecoveryOfAPast, IsNeverForgottenBeforeAnOperatorHasResumed) {
  AddBatch();
  LoseACall();
  Age(10 * kLossesMatterFor);
  EXPECT_FALSE(ForgetLosses(*Connect(database_.source())));
  EXPECT_THAT(LostRows(), ElementsAre(1, 1, 2));
}

TEST_F(RecoveryOfAPast, IsForgottenAHundredCallsAtATime) {
  ASSERT_NO_FATAL_FAILURE(LoseARequestThatWasSent());
  database_.Run(
      "insert into lost_attempt (envelope, lo, hi, number, started_at, account, operation, "
      "has_digests, found_at, settled_at) select n, 0, 0, 1, l.started_at, l.account, l.operation, "
      "false, l.found_at, l.settled_at from lost_attempt l, generate_series(1, 100) n");
  Age(kLossesMatterFor + 1h);
  EXPECT_TRUE(ForgetLosses(*Connect(database_.source())));
  EXPECT_FALSE(ForgetLosses(*Connect(database_.source())));
  EXPECT_THAT(LostRows(), ElementsAre(0, 0, 0));
}

TEST_F(RecoveryOfAPast, LeavesWhatWasDecidedSince) {
  AddBatch();
  LoseACall();
  ASSERT_TRUE(Resume().ok());
  ASSERT_TRUE(*Take(one_));
  // As after an answer, or an operator's decision to send it again.
  database_.Run(
      "update slot set holder = null, lease_until = null, envelope = null, lo = null; "
      "update batch set state = 'ready', unknown_since = null");
  const auto again = Take(one_);
  ASSERT_TRUE(again.ok() && *again);
  EXPECT_FALSE((*again)->facts.unknown_since);
}

TEST_F(RecoveryOfAPast, LeavesOtherOperationsOfTheSamePeople) {
  AddBatch();
  LoseACall();
  database_.Run("update lost_attempt set operation = 'demerge'");
  ASSERT_TRUE(Resume().ok());
  ASSERT_TRUE(*Take(one_));
  EXPECT_THAT(Batches(), ElementsAre("0-1 sending"));
}

TEST_F(RecoveryOfAPast, GoesByThePlacesWhereDigestsAreForgotten) {
  AddBatch();
  AddBatch({"other-0"});
  LoseACall();
  database_.Run("update lost_attempt set has_digests = false, hi = 1; delete from lost_digest");
  EXPECT_EQ(Show().lost.front().without_digests, 1);
  EXPECT_EQ(Show().doubtful_items, 2);
  ASSERT_TRUE(Resume().ok());
  ASSERT_TRUE(*Take(one_));
  EXPECT_THAT(Batches(), ElementsAre("0-1 sending unknown", "2-2 ready"));
}

TEST_F(RecoveryOfAPast, LeavesWhatNoRememberedCallWasAbout) {
  AddBatch();
  LoseACall();
  database_.Run("update lost_attempt set envelope = 1; delete from lost_digest");
  EXPECT_EQ(Show().doubtful_items, 0);
  EXPECT_EQ(Show().untold_items, 2);
  ASSERT_TRUE(Resume().ok());
  ASSERT_TRUE(*Take(one_));
  EXPECT_THAT(Batches(), ElementsAre("0-1 sending"));
}

TEST_F(RecoveryOfAPast, LeavesAnEarlierUnknownCallAsItWas) {
  AddBatch();
  database_.Run(
      "update batch set state = 'ready', unknown_since = lethe_now() - interval '1 hour'");
  LoseACall();
  ASSERT_TRUE(Resume().ok());
  ASSERT_TRUE(*Take(one_));
  EXPECT_EQ(Number(database_,
                   "select count(*) from batch where unknown_since < lethe_now() - "
                   "interval '59 minutes'"),
            1);
}

}  // namespace
}  // namespace lethe::store
