// What became of each request, written once, when its last item became final.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "integration/store/world.h"
#include "store/outcomes/outcome_writer.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Outcomes : public testing::Test {
 protected:
  RequestId Keep(const std::string& key, int items) {
    NewRequest request = Erasure(key, People(items, key));
    request.submit_time = clock_.Now() - 24h;
    return Submit(store_.requests(), std::move(request)).value().id;
  }

  static std::string End(const std::string& state, const std::string& where) {
    const std::string at = "lethe_now() - interval '1 hour'";
    return "update batch set state = '" + state + "', reason = 'why', finished_at = " + at +
           (state == "done" ? ", accepted_at = " + at + ", window_end = " + at : "") + " where " +
           where;
  }
  void Cut(int at) {
    database_.Run(
        "insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at) "
        "select envelope, " +
        std::to_string(at) + ", hi, account, operation, kind, 'ready', opened_at from batch; " +
        "update batch set hi = " + std::to_string(at - 1) + ", state = 'ready' where lo = 0");
  }

  bool Write(const OutcomeLimits& limits = {}) {
    const auto connection = Connect(database_.source());
    return WriteOutcomes(*connection, limits);
  }
  void WriteAll(const OutcomeLimits& limits = {}) {
    while (Write(limits)) {
    }
  }
  std::vector<std::string> Written() const {
    std::vector<std::string> texts;
    for (const auto& row : database_.Run(
             "select number || ' ' || outcome || ' ' || done_count || ' ' || rejected_count "
             "|| ' ' || cancelled_count from request_outcome order by number")) {
      texts.emplace_back(row[0].c_str());
    }
    return texts;
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
};

TEST_F(Outcomes, AreOfThoseWhoseItemsAreAllFinalInAnEnvelopeThatTheyShare) {
  Keep("a", 3);
  Keep("b", 2);
  Keep("c", 2);
  Cut(4);
  database_.Run(End("done", "lo = 0"));
  WriteAll();
  EXPECT_THAT(Written(), ElementsAre("1 complete 3 0 0")) << "an item of b waits";
  database_.Run(End("rejected", "lo = 4"));
  WriteAll();
  EXPECT_THAT(Written(), ElementsAre("1 complete 3 0 0", "2 in_part 1 1 0", "3 denied 0 2 0"));
  WriteAll();
  EXPECT_EQ(Written().size(), 3U);
  EXPECT_EQ(Number(database_, "select count(*) from finished_batch"), 0);
}

TEST_F(Outcomes, SayWhenAndHowLong) {
  Keep("a", 1);
  database_.Run(End("cancelled", "true"));
  WriteAll();
  const auto row = database_.Run(
      "select o.finished_at = b.finished_at, o.received_at = r.submit_time, o.account, o.principal "
      "from request_outcome o join request r on r.id = o.request_id, batch b")[0];
  EXPECT_TRUE(row[0].as<bool>());
  EXPECT_TRUE(row[1].as<bool>());
  EXPECT_STREQ(row[2].c_str(), "acme");
  EXPECT_STREQ(row[3].c_str(), "anonymous");
}

// Each of the two sees the other's batch as not final.
TEST_F(Outcomes, MissNothingThatIsCommittedAfterTheyHaveLooked) {
  Keep("a", 250);
  pqxx::connection rival(database_.owner_url());
  pqxx::work late(rival);
  late.exec(End("done", "envelope = (select min(envelope) from batch)"));
  database_.Run(End("done", "envelope > (select min(envelope) from batch)"));
  WriteAll();
  EXPECT_THAT(Written(), IsEmpty());
  late.commit();
  WriteAll();
  EXPECT_THAT(Written(), ElementsAre("1 complete 250 0 0"));
}

TEST_F(Outcomes, AreWrittenByOneAtATime) {
  Keep("a", 1);
  database_.Run(End("done", "true"));
  pqxx::connection rival(database_.url());
  pqxx::work writing(rival);
  writing.exec("select pg_advisory_xact_lock(hashtext('lethe.outcomes'))");
  EXPECT_FALSE(Write());
  EXPECT_THAT(Written(), IsEmpty());
  writing.abort();
  WriteAll();
  EXPECT_EQ(Written().size(), 1U);
}

TEST_F(Outcomes, OfBeforeAreWrittenInRoundsThatAnyoneMayGoOnWith) {
  Keep("a", 100);
  Keep("b", 100);
  Keep("c", 100);
  Keep("d", 100);
  database_.Run(End("done", "envelope < (select max(envelope) from batch)") +
                "; truncate finished_batch; "
                "insert into outcome_backfill (next_id, last_id) select 0, max(id) from request");
  const OutcomeLimits one{.batches = 1, .requests = 1};
  EXPECT_TRUE(Write(one));
  EXPECT_EQ(Written().size(), 1U);
  database_.Run(End("rejected", "state <> 'done'"));
  WriteAll(one);
  EXPECT_THAT(Written(), ElementsAre("1 complete 100 0 0", "2 denied 0 100 0", "3 complete 100 0 0",
                                     "4 complete 100 0 0"))
      << "what becomes final meanwhile goes first";
  EXPECT_EQ(Number(database_, "select count(*) from outcome_backfill"), 0);
}

}  // namespace
}  // namespace lethe::store
