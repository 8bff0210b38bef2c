// Lists, exceptions, sums and people over several accounts, on a real database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "integration/store/world.h"
#include "lethe/limits.h"
#include "lethe/request_lists.h"
#include "store/lists/pg_request_lists.h"
#include "store/outcomes/outcome_writer.h"
#include "support/key_rings.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Ids = std::vector<RequestId>;

class Lists : public testing::Test {
 protected:
  struct Asked {
    std::string account = "acme";
    int people = 1;
    std::optional<TimePoint> due_time = {};
    std::string principal = "anonymous";
    std::optional<TimePoint> submit_time = {};
    std::string prefix = {};  ///< Of the people; else the key.
  };
  RequestId Keep(const std::string& key, const Asked& asked) {
    NewRequest request =
        Erasure(key, People(asked.people, asked.prefix.empty() ? key : asked.prefix));
    request.account = asked.account;
    request.principal = asked.principal;
    request.due_time = asked.due_time;
    request.submit_time = asked.submit_time;
    return Submit(store_.requests(), std::move(request)).value().id;
  }
  RequestId Keep(const std::string& key) { return Keep(key, Asked{}); }

  /// A request of 100, alone in its envelope, whose items go to these states in order.
  RequestId KeepSplit(const std::string& key, const std::vector<std::string>& states,
                      const std::string& account = "acme") {
    const RequestId id = Keep(key, {.account = account, .people = 100});
    const auto envelope = std::to_string(Number(
        database_, "select first_envelope from request where id = " + std::to_string(ToInt(id))));
    const int each = 100 / static_cast<int>(states.size());
    for (int i = static_cast<int>(states.size()) - 1; i >= 0; --i) {
      const std::string lo = std::to_string(i * each);
      if (i > 0) {
        database_.Run(
            "insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at) "
            "select envelope, " +
            lo + ", hi, account, operation, kind, 'ready', opened_at from batch where envelope = " +
            envelope + " and lo = 0; update batch set state = 'ready', hi = " + lo +
            " - 1 where envelope = " + envelope + " and lo = 0");
      }
      Move(states[static_cast<std::size_t>(i)], "envelope = " + envelope + " and lo = " + lo);
    }
    return id;
  }
  void Move(const std::string& state, const std::string& where) {
    const bool is_done = state == "done";
    const bool is_final = is_done || state == "rejected" || state == "cancelled";
    database_.Run("update batch set state = '" + state + "', reason = 'vendor_code_516'" +
                  (is_final ? ", finished_at = lethe_now()" : "") +
                  (is_done ? ", accepted_at = lethe_now(), window_end = lethe_now()" : "") +
                  " where " + where);
  }
  void MoveRequest(RequestId id, const std::string& state) {
    Move(state, "envelope = (select first_envelope from request where id = " +
                    std::to_string(ToInt(id)) + ")");
  }
  void WriteAllOutcomes() {
    const auto connection = Connect(database_.source());
    while (WriteOutcomes(*connection)) {
    }
  }

  static RequestFilter Of(std::vector<std::string> accounts = {"acme"}) {
    RequestFilter filter;
    for (std::string& account : accounts) {
      filter.scopes.push_back({std::move(account), Operations::All()});
    }
    return filter;
  }
  /// Every page.
  Ids Find(const RequestFilter& filter, int page_size = 10,
           RequestOrder order = RequestOrder::kNewest, const std::string& key = "") {
    Ids ids;
    FindRequestsParams params{.filter = filter,
                              .idempotency_key = key,
                              .order = order,
                              .page_size = page_size,
                              .now = clock_.Now()};
    do {
      const auto page = lists_.Find(params).value();
      EXPECT_LE(std::ssize(page.rows), page_size);
      for (const RequestView& view : page.rows) ids.push_back(view.id);
      params.after = page.next;
    } while (params.after);
    return ids;
  }
  std::vector<ExceptionView> Exceptions(std::optional<ExceptionKind> kind, int page_size) {
    std::vector<ExceptionView> all;
    FindExceptionsParams params{
        .scopes = Of().scopes, .kind = kind, .before = {}, .page_size = page_size};
    for (bool more = true; more;) {
      auto page = lists_.FindExceptions(params).value();
      more = page.more;
      for (ExceptionView& view : page.rows) {
        params.before = BatchKey{view.envelope, view.pos};
        all.push_back(std::move(view));
      }
    }
    return all;
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  PgRequestLists lists_{store_.keys(), store_.pool()};
};

TEST_F(Lists, OfSeveralAccountsAreInOneOrderAndOnOnePageEach) {
  const RequestId a = Keep("a");
  const RequestId b = Keep("b", {.account = "globex"});
  const RequestId c = Keep("c");
  const RequestId other = Keep("d", {.account = "other"});
  EXPECT_THAT(Find(Of({"acme", "globex"}), 1), ElementsAre(c, b, a));
  EXPECT_THAT(Find(Of({"acme"})), ElementsAre(c, a));
  EXPECT_THAT(Find(Of({"other"})), ElementsAre(other));
  EXPECT_THAT(Find(Of({"nobody"})), IsEmpty());
  RequestFilter nothing = Of();
  nothing.scopes[0].operations = {Operation::kDemerge};
  EXPECT_THAT(Find(nothing), IsEmpty());
}

TEST_F(Lists, ByWhatNeverChanges) {
  const RequestId early = Keep("early", {.due_time = clock_.Now() + 24h, .principal = "crm"});
  clock_.Advance(1h);
  database_.RunClockFrom(clock_.Now());
  const RequestId late = Keep("late", {.due_time = clock_.Now() + 72h});
  RequestFilter filter = Of();
  filter.principal = "crm";
  EXPECT_THAT(Find(filter), ElementsAre(early));
  filter = Of();
  filter.created.from = clock_.Now();
  EXPECT_THAT(Find(filter), ElementsAre(late));
  filter.created = {.until = clock_.Now()};
  EXPECT_THAT(Find(filter), ElementsAre(early));
  filter = Of();
  filter.due.until = clock_.Now() + 48h;
  EXPECT_THAT(Find(filter), ElementsAre(early));
}

TEST_F(Lists, OfWhatIsOpenAreByNewestOrByDueTime) {
  const RequestId done = Keep("done", {.people = 100, .due_time = clock_.Now() - 1h});
  MoveRequest(done, "done");
  const RequestId later = Keep("later", {.people = 100, .due_time = clock_.Now() + 48h});
  const RequestId never = Keep("never", {.people = 100});
  const RequestId overdue = Keep("overdue", {.people = 100, .due_time = clock_.Now() - 2h});
  const RequestId same = Keep("same", {.people = 100, .due_time = clock_.Now() + 48h});
  RequestFilter filter = Of();
  filter.states = kOpenStates;
  for (const int page_size : {1, 2, 10}) {
    EXPECT_THAT(Find(filter, page_size), ElementsAre(same, overdue, never, later));
    EXPECT_THAT(Find(filter, page_size, RequestOrder::kDue),
                ElementsAre(overdue, later, same, never));
  }
  filter.overdue = true;
  EXPECT_THAT(Find(filter), ElementsAre(overdue));
  filter.overdue = false;
  filter.due = {.from = clock_.Now(), .until = clock_.Now() + 5 * 24h};
  EXPECT_THAT(Find(filter, 1, RequestOrder::kDue), ElementsAre(later, same));
}

TEST_F(Lists, OfWhatIsFinalAreByOutcome) {
  const RequestId complete = KeepSplit("a", {"done"});
  const RequestId in_part = KeepSplit("b", {"done", "rejected"});
  const RequestId denied = KeepSplit("c", {"rejected"});
  KeepSplit("d", {"done", "ready"});
  WriteAllOutcomes();
  RequestFilter filter = Of();
  filter.states = kFinalStates;
  EXPECT_THAT(Find(filter, 1), ElementsAre(denied, in_part, complete));
  filter.states = {RequestState::kRejected, RequestState::kCompleted};
  EXPECT_THAT(Find(filter), ElementsAre(denied, complete));
  filter.states = {RequestState::kRejected, RequestState::kInProgress};
  EXPECT_EQ(Find(filter, 1).size(), 2U) << "states of both kinds are looked for among the newest";
}

TEST_F(Lists, OfWhatIsHeldOrNeedsReview) {
  const RequestId held = KeepSplit("a", {"done", "held"});
  const RequestId review = KeepSplit("b", {"needs_review", "done"});
  const RequestId both = KeepSplit("c", {"needs_review", "held"});
  RequestFilter filter = Of();
  filter.held = true;
  EXPECT_THAT(Find(filter, 1), ElementsAre(both, held));
  filter.needs_review = true;
  EXPECT_THAT(Find(filter), ElementsAre(both));
  filter.held = false;
  EXPECT_THAT(Find(filter), ElementsAre(both, review));
}

TEST_F(Lists, OfAKeyAreThoseOfEachPrincipalThatHasUsedIt) {
  const RequestId mine = Keep("ticket-4711");
  const RequestId theirs = Keep("ticket-4711", {.principal = "crm", .prefix = "x"});
  const RequestId elsewhere = Keep("ticket-4711", {.account = "globex", .prefix = "y"});
  Keep("ticket-4712");
  const auto of = [&](const RequestFilter& filter, const std::string& key) {
    return Find(filter, 1, RequestOrder::kNewest, key);
  };
  EXPECT_THAT(of(Of(), "ticket-4711"), ElementsAre(theirs, mine));
  EXPECT_THAT(of(Of({"acme", "globex"}), "ticket-4711"), ElementsAre(elsewhere, theirs, mine));
  RequestFilter filter = Of();
  filter.principal = "crm";
  EXPECT_THAT(of(filter, "ticket-4711"), ElementsAre(theirs));
  EXPECT_THAT(of(Of(), "ticket"), IsEmpty());
}

TEST_F(Lists, LookAtManyAndNotAtAllOfThem) {
  const RequestId rare = Keep("rare", {.principal = "rare"});
  for (int i = 0; i < 3; ++i) Keep("k" + std::to_string(i));
  database_.Run(
      "insert into request (id, account, operation, kind, principal, create_time, item_count, "
      "duplicate_count, first_envelope, first_pos, envelope_count) "
      "select id + 1000000 + n, 'acme', operation, kind, 'p', create_time, 1, 0, first_envelope, "
      "first_pos, "
      "1 from request, generate_series(1, 2500) n where principal = 'rare'");
  RequestFilter filter = Of();
  filter.principal = "rare";
  const auto first = lists_.Find({.filter = filter, .page_size = 5, .now = clock_.Now()}).value();
  EXPECT_THAT(first.rows, IsEmpty());
  ASSERT_TRUE(first.next);
  EXPECT_THAT(Find(filter, 5), ElementsAre(rare));
}

TEST_F(Lists, OfExceptionsSayWhichItemAndWhy) {
  const RequestId first = KeepSplit("a", {"rejected", "done", "held", "done"});
  const RequestId second = KeepSplit("b", {"needs_review", "ready"});
  KeepSplit("c", {"rejected"}, "globex");
  for (const int page_size : {7, 30, 1000}) {
    const auto all = Exceptions({}, page_size);
    ASSERT_EQ(all.size(), 100U) << page_size;
    EXPECT_EQ(all[0].request, second);
    EXPECT_EQ(all[0].ordinal, 0);
    EXPECT_EQ(all[49].ordinal, 49);
    EXPECT_EQ(all[50].request, first);
    EXPECT_EQ(all[50].state, BatchState::kRejected);
    EXPECT_EQ(all[50].reason, "vendor_code_516");
    EXPECT_EQ(all[99].state, BatchState::kHeld);
    EXPECT_EQ(all[99].ordinal, 74);
  }
  EXPECT_EQ(Exceptions(ExceptionKind::kHeld, 10).size(), 25U);
  EXPECT_EQ(Exceptions(ExceptionKind::kNeedsReview, 10).size(), 50U);
  EXPECT_EQ(Exceptions(ExceptionKind::kRejected, 10).size(), 25U);
}

// Added up by hand: what was asked for at 23:00 UTC on the last day of the year is of the next year
// in Kolkata.
TEST_F(Lists, SumsOfAYearAddUpInTwoTimeZones) {
  const auto at = [&](const std::string& column, RequestId id, const std::string& time) {
    database_.Run("update " + std::string(column == "create_time" ? "request" : "request_outcome") +
                  " set " + column + " = '" + time + "' where " +
                  (column == "create_time" ? "id" : "request_id") + " = " +
                  std::to_string(ToInt(id)));
  };
  const RequestId complete = KeepSplit("a", {"done"});
  const RequestId in_part = KeepSplit("b", {"done", "cancelled"});
  const RequestId denied = KeepSplit("c", {"rejected", "cancelled"});
  const RequestId cancelled = KeepSplit("d", {"cancelled"});
  const RequestId open = Keep("e", {.people = 100, .due_time = clock_.Now() - 1h});
  const RequestId soon = Keep("f", {.people = 100, .due_time = clock_.Now() + 48h});
  WriteAllOutcomes();
  for (const RequestId id : {complete, in_part, denied, cancelled}) {
    at("received_at", id, "2026-03-01T00:00:00Z");
  }
  at("finished_at", complete, "2026-03-02T00:00:00Z");   // a day
  at("finished_at", in_part, "2026-03-03T00:00:00Z");    // two
  at("finished_at", denied, "2026-03-31T18:30:00Z");     // April in Kolkata
  at("finished_at", cancelled, "2026-03-31T18:29:59Z");  // March everywhere
  const TimePoint year = clock_.Now() - 60 * 24h;
  SummaryParams params{
      .scopes = Of().scopes, .from = year, .until = year + 300 * 24h, .now = clock_.Now()};
  const RequestSummary whole = lists_.Summarize(params).value();
  ASSERT_EQ(whole.periods.size(), 1U);
  const PeriodSummary& sum = whole.periods[0];
  EXPECT_EQ(sum.received, 6);
  EXPECT_EQ(sum[RequestOutcome::kComplete], 1);
  EXPECT_EQ(sum[RequestOutcome::kInPart], 1);
  EXPECT_EQ(sum[RequestOutcome::kDenied], 1);
  EXPECT_EQ(sum[RequestOutcome::kCancelled], 1);
  EXPECT_DOUBLE_EQ(sum.median_days.value(), 2);
  EXPECT_NEAR(sum.mean_days.value(), (1 + 2 + 30.770833) / 3, 0.001);
  ASSERT_EQ(whole.open.size(), 1U);
  EXPECT_EQ(whole.open[0].open, 2);
  EXPECT_EQ(whole.open[0].overdue, 1);
  EXPECT_EQ(whole.open[0].due_soon, 1);
  EXPECT_EQ(whole.open[0].oldest, store_.requests().Get("acme", open).value().create_time);
  EXPECT_LT(open, soon);

  params.period = SummaryPeriod::kMonth;
  const auto denied_by_month = [&] {
    std::vector<std::int64_t> counts;
    const auto summary = lists_.Summarize(params);
    for (const PeriodSummary& period : summary.value().periods) {
      counts.push_back(period[RequestOutcome::kDenied]);
      counts.push_back(period[RequestOutcome::kCancelled]);
    }
    return counts;
  };
  EXPECT_THAT(denied_by_month(), ElementsAre(1, 1));
  params.time_zone = "Asia/Kolkata";
  EXPECT_THAT(denied_by_month(), ElementsAre(0, 1, 1, 0));
}

class LookUps : public Lists {
 protected:
  std::vector<SubjectItem> LookUp(RequestLists& lists, const std::string& identifier,
                                  std::vector<std::string> accounts = {"acme"}) {
    const Identifier whom(identifier);
    return lists
        .LookUp({.scopes = Of(std::move(accounts)).scopes,
                 .identifier = whom,
                 .principal = "jane",
                 .justification = "DSR-1"})
        .value();
  }
};

TEST_F(LookUps, FindAPersonInTheAccountsOfTheScopesAndLeaveEvidence) {
  const RequestId first = Keep("a", {.people = 3, .prefix = "user-"});
  const RequestId second = Keep("b", {.account = "globex", .people = 2, .prefix = "user-"});
  const auto both = LookUp(lists_, "user-1", {"acme", "globex"});
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].request, second);
  EXPECT_EQ(both[1].request, first);
  EXPECT_EQ(both[1].item.ordinal, 1);
  EXPECT_EQ(both[1].item.state, BatchState::kOpen);
  EXPECT_EQ(LookUp(lists_, "user-2", {"globex"}).size(), 0U);
  EXPECT_EQ(LookUp(lists_, "nobody").size(), 0U);
  std::vector<std::string> evidence;
  for (const auto& row :
       database_.Run("select principal || ' ' || action || ' ' || account || ' ' || justification "
                     "from audit_event order by id")) {
    evidence.emplace_back(row[0].c_str());
  }
  EXPECT_THAT(evidence, ElementsAre("jane look_up acme DSR-1", "jane look_up globex DSR-1",
                                    "jane look_up globex DSR-1", "jane look_up acme DSR-1"));
}

TEST_F(LookUps, FindAPersonUnderEveryGenerationOfTheKey) {
  const auto ring = [](const std::vector<int>& macs) {
    return crypto::KeyRing::Parse(test::RingFile({1}, macs)).value();
  };
  test::PgStore rotating(database_, clock_,
                         {.holder = "rotating", .key_file = test::RingFile({1}, {1, 2})});
  const RequestId id = Submit(rotating.requests(), Erasure("a", {"ann"})).value().id;
  for (const std::vector<int>& macs : std::vector<std::vector<int>>{{1}, {2}, {3, 2}, {1, 2}}) {
    PgRequestLists lists(ring(macs), store_.pool());
    const auto found = LookUp(lists, "ann");
    ASSERT_EQ(found.size(), 1U) << macs.front();
    EXPECT_EQ(found[0].request, id);
  }
  PgRequestLists later(ring({3}), store_.pool());
  EXPECT_THAT(LookUp(later, "ann"), IsEmpty());
}

}  // namespace
}  // namespace lethe::store
