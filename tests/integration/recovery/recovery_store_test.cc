// How an operator ends what a lost history began.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/recovery/replica.h"
#include "store/recovery/pg_recovery_store.h"

namespace lethe::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RecoveryOfAPast : public LostHistoryTest {
 protected:
  Recovery Show() { return recovery_.Show().value(); }
  Result<Recovery> Resume() {
    return recovery_.Resume({.principal = "ann", .justification = "OPS-17"});
  }

  /// `lo-hi state unknown` of each batch, in their order.
  std::vector<std::string> Batches() {
    std::vector<std::string> batches;
    for (const auto& row : database_.Run(
             "select concat(lo, '-', hi, ' ', state, case when unknown_since is null then '' else ' "
             "unknown' end) from batch order by envelope, lo")) {
      batches.emplace_back(row[0].c_str());
    }
    return batches;
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
  EXPECT_EQ(settled->doubtful_items, 2);
  EXPECT_THAT(Batches(), ElementsAre("0-1 ready unknown"));
  EXPECT_THAT(Pauses(), IsEmpty());
  EXPECT_FALSE(Show().since);
  const auto again = Take(one_);
  ASSERT_TRUE(again.ok() && *again);
  EXPECT_EQ((*again)->facts.unknown_since, called) << "the rules decide by it";
  EXPECT_EQ(Number(database_, "select count(*) from audit_event where action = 'end_pause' and "
                              "principal = 'ann' and justification = 'OPS-17'"),
            1);
  EXPECT_FALSE(Resume().ok());
}

TEST_F(RecoveryOfAPast, PartsABatchThatHasGrownSince) {
  AddBatch();
  database_.KeepCopy();
  ASSERT_TRUE(*Take(one_));
  database_.PutCopyBack();
  ASSERT_FALSE(*Take(one_));
  AddBatch({"other-0", "other-1"});
  ASSERT_THAT(Batches(), ElementsAre("0-3 open"));

  ASSERT_TRUE(Resume().ok());
  EXPECT_THAT(Batches(), ElementsAre("0-1 ready unknown", "2-3 ready"));
  ExpectSound(database_);
}

TEST_F(RecoveryOfAPast, FindsTheSamePeopleInARequestThatIsRepeated) {
  database_.KeepCopy();
  AddBatch({"user-0", "user-1"});
  ASSERT_TRUE(*Take(one_));
  database_.PutCopyBack();
  ASSERT_FALSE(*Take(one_));
  AddBatch({"other-0", "user-1", "other-1"});
  ASSERT_TRUE(Resume().ok());
  EXPECT_THAT(Batches(), ElementsAre("0-0 ready", "1-1 ready unknown", "2-2 ready"));
}

TEST_F(RecoveryOfAPast, LeavesWhatNoRememberedCallWasAbout) {
  AddBatch();
  database_.KeepCopy();
  ASSERT_TRUE(*Take(one_));
  database_.PutCopyBack();
  ASSERT_FALSE(*Take(one_));
  database_.Run("update lost_attempt set envelope = 1, digests = ''");
  EXPECT_EQ(Show().lost.front().without_digests, 1);
  EXPECT_EQ(Show().doubtful_items, 0);
  EXPECT_EQ(Show().untold_items, 2);
  ASSERT_TRUE(Resume().ok());
  EXPECT_THAT(Batches(), ElementsAre("0-1 open"));
}

TEST_F(RecoveryOfAPast, LeavesAnEarlierUnknownCallAsItWas) {
  AddBatch();
  database_.Run("update batch set state = 'ready', unknown_since = lethe_now() - interval '1 hour'");
  database_.KeepCopy();
  ASSERT_TRUE(*Take(one_));
  database_.PutCopyBack();
  ASSERT_FALSE(*Take(one_));
  ASSERT_TRUE(Resume().ok());
  EXPECT_EQ(Number(database_, "select count(*) from batch where unknown_since < lethe_now() - "
                              "interval '59 minutes'"),
            1);
}

}  // namespace
}  // namespace lethe::store
