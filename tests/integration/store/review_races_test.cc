#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "integration/store/world.h"
#include "store/review/pg_review_store.h"

namespace lethe::store {
namespace {

using testing::UnorderedElementsAre;

class ReviewRaces : public testing::Test {
 protected:
  ReviewRaces() {
    database_.Run(
        "insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, "
        "call_count, unknown_since) select envelope, lo, lo, 'acme', 'erasure', 'identity', "
        "'needs_review', 'unknown_outcome', now(), 1, now() "
        "from (values (1, 0), (1, 1), (2, 0)) as batch(envelope, lo)");
  }

  /// "" if it was taken.
  std::string Resolve(ReviewDecision decision) {
    const auto event = reviews_.ResolveReview({.by = by_,
                                               .account = "acme",
                                               .batch = {EnvelopeId{1}, 0},
                                               .etag = "1-0-unknown_outcome",
                                               .selection = kWhole,
                                               .decision = decision,
                                               .hours = Accounts()[0].hours,
                                               .now = FakeClock::kStart});
    return event.ok() ? "" : event.error().reason;
  }

  std::int64_t WaitingForALock() const {
    return Number(database_,
                  "select count(*) from pg_stat_activity where "
                  "datname = current_database() and wait_event_type = 'Lock'");
  }

  static constexpr ReviewSelection kWhole{};
  const Operator by_{.principal = "jane", .justification = "why"};
  TestDatabase database_;
  Pool pool_{database_.source(), 2};
  PgReviewStore reviews_{pool_};
};

TEST_F(ReviewRaces, OfTwoOperatorsThatDecideAtOnceTheSecondIsToldThatTheBatchHasChanged) {
  pqxx::connection rival(database_.url());
  pqxx::work hold(rival);
  hold.exec("select from batch where envelope = 1 and lo = 0 for update");
  std::array<std::string, 2> answers;
  {
    std::jthread one([&] { answers[0] = Resolve(ReviewDecision::kCancel); });
    std::jthread other([&] { answers[1] = Resolve(ReviewDecision::kSendAgain); });
    EXPECT_TRUE(Eventually([&] { return WaitingForALock() == 2; }));
    hold.commit();
  }
  EXPECT_THAT(answers, UnorderedElementsAre("", "REVIEW_CHANGED"));
  EXPECT_EQ(Number(database_, "select count(*) from audit_event"), 1);
}

TEST_F(ReviewRaces, ADecisionSeesWhatHappenedWhileItWaited) {
  pqxx::connection rival(database_.url());
  pqxx::work hold(rival);
  hold.exec("update batch set call_count = 2 where envelope = 1 and lo = 0");
  std::string answer;
  {
    std::jthread late([&] { answer = Resolve(ReviewDecision::kCancel); });
    EXPECT_TRUE(Eventually([&] { return WaitingForALock() == 1; }));
    hold.commit();
  }
  EXPECT_EQ(answer, "REVIEW_CHANGED");
  EXPECT_EQ(Number(database_, "select count(*) from batch where state = 'needs_review'"), 3);
}

TEST_F(ReviewRaces, ADecisionWaitsForNoOtherBatch) {
  pqxx::connection rival(database_.url());
  pqxx::work hold(rival);
  hold.exec("select from batch where (envelope, lo) <> (1, 0) for update");
  EXPECT_EQ(Resolve(ReviewDecision::kCancel), "");
}

}  // namespace
}  // namespace lethe::store
