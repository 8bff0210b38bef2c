#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "integration/store/world.h"
#include "store/base/statement.h"
#include "store/ids/id_generator.h"

namespace lethe::store {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

/// Months of history of two accounts: 20,000 batches of 10 items, all but 600 of them done.
class Plans : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = new TestDatabase;
    MakePartitions(*database_);
    const std::string id = "(" + std::to_string(kFirst) + " + n)";
    const std::string account = "case when n % 10 = 0 then 'globex' else 'acme' end";
    database_->Run(
        "insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at, "
        "not_before, accepted_at, window_end, finished_at) "
        "select " +
        id + ", 0, 9, " + account +
        ", "
        "  (array['erasure', 'erasure', 'demerge'])[1 + n % 3], 'identity', state, t, "
        "  case when state = 'ready' then t end, case when state in ('accepted', 'done') then t "
        "end, "
        "  case when state in ('accepted', 'done') then t + n * interval '1 second' end, "
        "  case when state = 'done' then t end "
        "from (select n, timestamptz '2026-03-02' as t, "
        "        case when n <= 19400 then 'done' when n <= 19700 then 'accepted' "
        "             when n <= 19990 then 'ready' else 'open' end as state "
        "      from generate_series(1, 20000) as n) b; "
        "update batch set state = 'held', reason = 'earlier_operation', "
        "  blocked_by_envelope = envelope - 1, blocked_by_lo = 0, blocked_by_hi = 9 "
        "where envelope > " +
        std::to_string(kFirst + 19'950) +
        " and state = 'ready'; "
        "insert into request_item select " +
        id + ", " + id +
        ", pos, pos, "
        "  decode(md5(n::text), 'hex'), decode(md5(n || ':' || pos), 'hex') "
        "from generate_series(1, 20000) as n, generate_series(0, 9) as pos; "
        "insert into unlinking_item select i.digest, i.request_id, i.envelope, i.pos "
        "from batch b join request_item i using (envelope) where b.operation = 'demerge'; "
        "insert into request (id, account, operation, kind, principal, create_time, item_count, "
        "  duplicate_count, first_envelope, first_pos, envelope_count) "
        "select " +
        id + ", " + account + ", 'erasure', 'identity', 'p', now(), 10, 0, " + id +
        ", 0, 1 from generate_series(1, 20000) as n; "
        "insert into account_state (account) values ('acme'), ('globex'); "
        "insert into slot (account, api, number) select account, api, number "
        "from account_state, unnest(array['delete', 'demerge', 'disassociate']) as api, "
        "  generate_series(1, 3) as number; "
        "analyze");
  }
  static void TearDownTestSuite() {
    delete database_;
    database_ = nullptr;
  }

  /// The plan for these arguments, and the one for any.
  static std::string PlanOf(const Statement& statement, const std::string& arguments = "") {
    pqxx::connection connection(database_->url());
    pqxx::nontransaction work(connection);
    work.exec(std::string("prepare statement as ") + statement.sql);
    const std::string run = "explain execute statement";
    std::string plan;
    for (const char* mode : {"force_custom_plan", "force_generic_plan"}) {
      work.exec(std::string("set plan_cache_mode = ") + mode);
      for (const auto& row : work.exec(arguments.empty() ? run : run + "(" + arguments + ")")) {
        plan += row[0].c_str();
        plan += '\n';
      }
    }
    return plan;
  }

  /// As above, for a statement of a .sql file; arguments by the names of its parameters.
  static std::string PlanOf(std::string_view name,
                            const std::map<std::string, std::string, std::less<>>& arguments) {
    const auto statement = std::ranges::find(AllStatements(), name, &Statement::name);
    if (statement == AllStatements().end()) throw std::logic_error("no such statement");
    std::string in_order;
    for (const std::string_view parameter : statement->parameters) {
      const auto argument = arguments.find(parameter);
      if (argument == arguments.end())
        throw std::logic_error("no argument " + std::string(parameter));
      in_order += (in_order.empty() ? "" : ", ") + argument->second;
    }
    return PlanOf(*statement, in_order);
  }

  /// The tables that grow. The months that nobody wrote to are empty, and read as they please.
  static auto ReadsNoTableWhole() {
    return Not(ContainsRegex("Seq Scan on (batch|request_202603|request_item_202603)"));
  }

  static constexpr std::int64_t kFirst = 821'664'000'000'000'000;
  static inline TestDatabase* database_ = nullptr;
};

const std::string kEnvelope = "821664000000010000";

TEST_F(Plans, TheHistoryIsInOnePartition) {
  EXPECT_GE(kFirst, IdFloor(FakeClock::kStart));
  EXPECT_EQ(Number(*database_, "select count(*) from request_202603"), 20'000);
  EXPECT_EQ(Number(*database_, "select count(*) from request_item_202603"), 200'000);
}

TEST_F(Plans, TakingBatchesReadsThoseThatAreNextFromTheirIndexes) {
  EXPECT_THAT(PlanOf("take_batches", {{"routes.account", "'{acme,globex}'"},
                                      {"routes.slots_of", "'{acme,globex}'"},
                                      {"routes.operation", "'{erasure,demerge}'"},
                                      {"routes.linger", "'{2000,2000}'"},
                                      {"routes.capture_wait", "'{600000,null}'"},
                                      {"routes.oldest", "'{1,0}'"},
                                      {"routes.due_first", "'{1,1}'"}}),
              AllOf(ReadsNoTableWhole(), HasSubstr("batch_sendable"), HasSubstr("batch_due"),
                    Not(HasSubstr("Sort Key: b."))));
}

TEST_F(Plans, SendableRoutesStopsAtTheFirstBatch) {
  EXPECT_THAT(
      PlanOf("sendable_routes", {{"routes.account", "'{acme,globex}'"},
                                 {"routes.slots_of", "'{acme,globex}'"},
                                 {"routes.operation", "'{erasure,demerge}'"},
                                 {"routes.capture_wait", "'{null,600000}'"},
                                 {"linger", "2000"}}),
      AllOf(ReadsNoTableWhole(), HasSubstr("SubPlan"), ContainsRegex("batch_(sendable|due)"),
            Not(HasSubstr("Semi Join")), Not(HasSubstr("hashed"))));
}

TEST_F(Plans, CloseWindowsReadsThePassedOnesFromTheirIndex) {
  EXPECT_THAT(PlanOf("close_windows", {{"now", "lethe_micros('2026-03-02 05:26:40Z')"},
                                       {"verified", "'{globex}'"},
                                       {"limit", "100"}}),
              AllOf(ReadsNoTableWhole(), HasSubstr("batch_window"), Not(HasSubstr("Sort"))));
}

TEST_F(Plans, ReadItemsReadsOneEnvelope) {
  EXPECT_THAT(PlanOf("read_items", {{"spans.envelope", "'{" + kEnvelope + "}'"},
                                    {"spans.lo", "'{0}'"},
                                    {"spans.hi", "'{99}'"},
                                    {"lowest", kEnvelope},
                                    {"highest", kEnvelope}}),
              AllOf(ReadsNoTableWhole(), HasSubstr("request_item_202603_pkey")));
}

TEST_F(Plans, ReadingOneRequestReadsItsBatchesOnly) {
  EXPECT_THAT(PlanOf("read_requests", {{"account", "'acme'"},
                                       {"first_id", kEnvelope},
                                       {"last_id", kEnvelope},
                                       {"max_requests", "1"}}),
              AllOf(ReadsNoTableWhole(), HasSubstr("batch_pkey")));
}

TEST_F(Plans, APageOfRequestsReadsItsBatchesOnly) {
  EXPECT_THAT(PlanOf("read_requests", {{"account", "'acme'"},
                                       {"first_id", "0"},
                                       {"last_id", "9223372036854775807"},
                                       {"max_requests", "51"}}),
              AllOf(ReadsNoTableWhole(), HasSubstr("batch_pkey")));
}

TEST_F(Plans, FindingARequestReadsOneRow) {
  EXPECT_THAT(PlanOf("find_request", {{"account", "'acme'"}, {"id", kEnvelope}}),
              ReadsNoTableWhole());
}

TEST_F(Plans, ReadingItemStatesReadsOneEnvelope) {
  EXPECT_THAT(PlanOf("read_item_states", {{"first_envelope", kEnvelope},
                                          {"last_envelope", kEnvelope},
                                          {"first_pos", "0"},
                                          {"last_pos", "9"},
                                          {"after_ordinal", "-1"},
                                          {"max_items", "51"}}),
              ReadsNoTableWhole());
}

TEST_F(Plans, AnItemIsFoundByItsDigest) {
  constexpr Statement kFindDigest{"", "select envelope from request_item where digest = $1::bytea"};
  EXPECT_THAT(PlanOf(kFindDigest, R"('\x00')"), ReadsNoTableWhole());
}

TEST_F(Plans, AFreeSlotIsFoundAmongItsOwn) {
  EXPECT_THAT(PlanOf("free_slots", {{"routes.account", "'{acme,globex}'"},
                                    {"routes.slots_of", "'{acme,globex}'"},
                                    {"routes.api", "'{delete,delete}'"},
                                    {"routes.concurrency", "'{2,2}'"},
                                    {"routes.wanted", "'{1,1}'"},
                                    {"losses_matter_for", "1000"}}),
              ReadsNoTableWhole());
}

TEST_F(Plans, AFlushLooksOnlyAtWhatItAppendsTo) {
  std::map<std::string, std::string, std::less<>> arguments{
      {"now", "0"},
      {"writes_keys", "true"},
      {"appends.envelope", "'{" + kEnvelope + "}'"},
      {"appends.items", "'{1}'"},
      {"appends.hi", "'{9}'"},
      {"appends.capacity", "'{100}'"}};
  const std::string_view name = "write_requests";
  const auto statement = std::ranges::find(AllStatements(), name, &Statement::name);
  for (const std::string_view parameter : statement->parameters) {
    arguments.try_emplace(std::string(parameter), "null");
  }
  EXPECT_THAT(PlanOf(name, arguments),
              AllOf(ReadsNoTableWhole(), HasSubstr("Index Scan using batch_pkey")));
}

TEST_F(Plans, AnEndMovesOneBatch) {
  EXPECT_THAT(PlanOf("end_attempts", {{"ended.slots_of", "'{acme}'"},
                                      {"ended.api", "'{delete}'"},
                                      {"ended.slot", "'{1}'"},
                                      {"ended.epoch", "'{7}'"},
                                      {"ended.cool_down", "'{0}'"},
                                      {"ended.setback", "'{f}'"},
                                      {"ended.taken", "'{t}'"},
                                      {"ended.judged_identifiers", "'{10}'"},
                                      {"ended.taken_identifiers", "'{10}'"},
                                      {"ended.hiccup", "'{f}'"},
                                      {"ended.accepted_at", "'{null}'"},
                                      {"ended.lone_accepted_at", "'{null}'"},
                                      {"ended.envelope", "'{" + kEnvelope + "}'"},
                                      {"ended.lo", "'{0}'"},
                                      {"ended.uncounted", "'{0}'"},
                                      {"ended.call_number", "'{1}'"},
                                      {"ended.http_status", "'{200}'"},
                                      {"ended.outcome", "'{accepted}'"},
                                      {"ended.code", "'{null}'"},
                                      {"runs.ended", "'{1}'"},
                                      {"runs.lo", "'{0}'"},
                                      {"runs.hi", "'{9}'"},
                                      {"runs.state", "'{ready}'"},
                                      {"runs.reason", "'{null}'"},
                                      {"runs.not_before", "'{null}'"},
                                      {"runs.unknown_since", "'{null}'"},
                                      {"runs.accepted_at", "'{null}'"},
                                      {"runs.window_end", "'{null}'"},
                                      {"runs.refused_since", "'{null}'"},
                                      {"runs.lone_refusals", "'{0}'"},
                                      {"runs.vouched_refusals", "'{0}'"},
                                      {"runs.throttled_calls", "'{0}'"}}),
              AllOf(ReadsNoTableWhole(), HasSubstr("batch_pkey")));
}

TEST_F(Plans, TheEndOfABlockReadsOnlyWhatItsAccountHolds) {
  EXPECT_THAT(
      PlanOf("end_blocks", {{"account", "'acme'"}, {"api", "'delete'"}, {"healthy_since", "1"}}),
      AllOf(ReadsNoTableWhole(), HasSubstr("batch_held")));
}

TEST_F(Plans, WhereOtherOperationsBeginIsReadFromTheirIndex) {
  EXPECT_THAT(PlanOf("oldest_of_others", {{"routes.account", "'{acme,globex}'"},
                                          {"routes.slots_of", "'{acme,globex}'"},
                                          {"routes.operation", "'{erasure,erasure}'"}}),
              AllOf(ReadsNoTableWhole(), HasSubstr("batch_precedes"), Not(HasSubstr("Sort"))));
}

TEST_F(Plans, BlockersAreFoundByDigestInThePartitionsOfUnfinishedBatches) {
  EXPECT_THAT(PlanOf("find_blockers", {{"account", "'acme'"},
                                       {"operation", "'erasure'"},
                                       {"attempted", "false"},
                                       {"others", std::to_string(kFirst + 19'401)},
                                       {"envelope", kEnvelope},
                                       {"lo", "0"},
                                       {"hi", "99"}}),
              AllOf(ReadsNoTableWhole(), HasSubstr("request_item_202603_digest_idx"),
                    Not(ContainsRegex("Scan .*request_item_202602"))));
}

TEST_F(Plans, ReleasingReadsTheHeldAndTheirBlockersOnly) {
  EXPECT_THAT(PlanOf("release_held", {{"limit", "100"}}),
              AllOf(ReadsNoTableWhole(), HasSubstr("batch_held"), HasSubstr("batch_pkey")));
}

TEST_F(Plans, ItemsAreCountedWithoutTheHistory) {
  EXPECT_THAT(PlanOf("count_items", {}),
              AllOf(HasSubstr("batch_unfinished"), Not(ContainsRegex("Seq Scan on batch"))));
}

TEST_F(Plans, UnlinkedIdentitiesAreFoundInOneIndexOfAllMonths) {
  const std::string one = "'{" + kEnvelope + "}'";
  EXPECT_THAT(
      PlanOf("find_unlinked", {{"erasures.id", one},
                               {"erasures.account", "'{acme}'"},
                               {"erasures.first_envelope", one},
                               {"erasures.last_envelope", one},
                               {"erasures.first_pos", "'{0}'"},
                               {"erasures.last_pos", "'{9}'"},
                               {"first_ordinal", "0"},
                               {"last_ordinal", "99"},
                               {"lowest_envelope", kEnvelope},
                               {"highest_envelope", kEnvelope}}),
      AllOf(ReadsNoTableWhole(), HasSubstr("unlinking_item_pkey"), HasSubstr("batch_pkey")));
}

TEST_F(Plans, NotingWhatIsUnlinkedReadsTheRequestsOnly) {
  EXPECT_THAT(PlanOf("note_unlinked", {{"requests", "'{" + kEnvelope + "}'"},
                                       {"lowest", kEnvelope},
                                       {"highest", kEnvelope}}),
              AllOf(ReadsNoTableWhole(), HasSubstr("request_202603_pkey"),
                    Not(HasSubstr("Scan using request_202602"))));
  EXPECT_THAT(
      PlanOf("split_by_precedence", {{"envelope", kEnvelope},
                                     {"lo", "0"},
                                     {"runs.lo", "'{0,5}'"},
                                     {"runs.hi", "'{4,9}'"},
                                     {"runs.state", "'{sending,held}'"},
                                     {"runs.reason", "'{null,earlier_operation}'"},
                                     {"runs.blocked_by_envelope", "'{null," + kEnvelope + "}'"},
                                     {"runs.blocked_by_lo", "'{null,0}'"},
                                     {"runs.blocked_by_hi", "'{null,9}'"}}),
      AllOf(ReadsNoTableWhole(), HasSubstr("request_202603_pkey")));
}

TEST_F(Plans, ReviewsAreFoundWithoutTheHistory) {
  EXPECT_THAT(
      PlanOf("list_reviews",
             {{"account", "'acme'"}, {"after_envelope", "0"}, {"after_lo", "0"}, {"limit", "51"}}),
      AllOf(ReadsNoTableWhole(),
            ContainsRegex("^Limit [^\n]*\n +->  Index Scan using batch_review")));
  EXPECT_THAT(PlanOf("read_review", {{"account", "'acme'"}, {"envelope", kEnvelope}, {"lo", "0"}}),
              AllOf(ReadsNoTableWhole(), HasSubstr("batch_pkey")));
  EXPECT_THAT(PlanOf("reviewed_requests", {{"envelope", kEnvelope}, {"lo", "0"}, {"hi", "9"}}),
              ReadsNoTableWhole());
}

TEST_F(Plans, HeldRefusalsAreFoundWithoutTheHistory) {
  EXPECT_THAT(PlanOf("read_accounts", {{"accounts", "'{acme}'"}}),
              AllOf(ReadsNoTableWhole(), HasSubstr("batch_held")));
  EXPECT_THAT(PlanOf("resolve_held_refusals", {{"account", "'acme'"},
                                               {"apis", "'{delete}'"},
                                               {"effect_unknown", "false"},
                                               {"state", "'ready'"},
                                               {"reason", "'why'"},
                                               {"principal", "'jane'"},
                                               {"means", "'token'"},
                                               {"action", "'send_again'"},
                                               {"justification", "'x'"}}),
              AllOf(ReadsNoTableWhole(), HasSubstr("batch_held")));
}

TEST_F(Plans, BatchesThatAreDueForALookAreReadFromTheirIndex) {
  EXPECT_THAT(
      PlanOf("take_capture", {{"account", "'acme'"}, {"lease", "90000"}, {"linger", "2000"}}),
      AllOf(ReadsNoTableWhole(), HasSubstr("batch_capture_due"), Not(HasSubstr("Sort"))));
  EXPECT_THAT(PlanOf("take_read_back",
                     {{"account", "'acme'"}, {"lease", "90000"}, {"operation", "'erasure'"}}),
              AllOf(ReadsNoTableWhole(), ContainsRegex("batch_(window|read_back)"),
                    Not(HasSubstr("Sort"))));
  EXPECT_THAT(PlanOf("take_second_look",
                     {{"account", "'acme'"}, {"lease", "90000"}, {"operation", "'erasure'"}}),
              AllOf(ReadsNoTableWhole(), HasSubstr("batch_second_look"), Not(HasSubstr("Sort"))));
  EXPECT_THAT(PlanOf("due_looks", {{"routes.account", "'{acme,globex}'"},
                                   {"routes.slots_of", "'{acme,globex}'"},
                                   {"routes.operation", "'{erasure,demerge}'"},
                                   {"linger", "2000"}}),
              ReadsNoTableWhole());
}

TEST_F(Plans, TheItemsOfALookAreThoseOfOneEnvelope) {
  EXPECT_THAT(PlanOf("read_look_items",
                     {{"envelope", kEnvelope}, {"lo", "0"}, {"hi", "99"}, {"call_number", "1"}}),
              ReadsNoTableWhole());
}

TEST_F(Plans, WhatWasReadBackIsCountedByTheBatchesOfTheRequests) {
  const std::string one = "'{" + kEnvelope + "}'";
  EXPECT_THAT(PlanOf("count_verified", {{"requests.id", one},
                                        {"requests.first_envelope", one},
                                        {"requests.last_envelope", one},
                                        {"requests.first_pos", "'{0}'"},
                                        {"requests.last_pos", "'{9}'"}}),
              AllOf(ReadsNoTableWhole(), HasSubstr("batch_pkey")));
}

TEST_F(Plans, TheOldestThatWaitsIsFoundWithoutTheHistory) {
  EXPECT_THAT(PlanOf("oldest_waiting", {}), ReadsNoTableWhole());
}

}  // namespace
}  // namespace lethe::store
