#include "support/postgres.h"

#include "contract/review_store/review_store_contract.h"
#include "store/base/values.h"
#include "store/review/pg_review_store.h"
#include "store/schema/partitions.h"
#include "support/pg_rows.h"

namespace lethe::contract {
namespace {

using store::NullIfEmpty;
using store::ToMicros;

class PostgresHarness : public ReviewHarness {
 public:
  PostgresHarness() {
    database_.SetClock(clock_.Now());
    database_.Run("insert into account_state (account) values ('acme'), ('globex')");
    pool_
        .With([&](pqxx::connection& connection) {
          return store::EnsurePartitions(connection, clock_.Now());
        })
        .value();
  }

  ReviewStore& store() override { return store_; }

  void SetBatch(const BatchRow& row) override {
    Execute("delete from batch where envelope = $1 and lo = $2", ToInt(row.envelope), row.span.lo);
    Execute(
        "insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, "
        "not_before, attempt_count, call_count, unknown_since, refused_since, review_since) values "
        "($1, $2, $3, $4, $5, $6, $7, $8, lethe_time($9), lethe_time($10), $11, $12, "
        "lethe_time($13), lethe_time($14), case when $7 = 'needs_review' then lethe_now() end)",
        ToInt(row.envelope), row.span.lo, row.span.hi, row.route.account,
        std::string(Name(row.route.operation)), std::string(Name(row.kind)),
        std::string(Name(row.state)), NullIfEmpty(row.reason), ToMicros(row.opened_at),
        ToMicros(row.not_before), row.attempt_count, row.call_count, ToMicros(row.unknown_since),
        ToMicros(row.refused_since));
  }

  void AddAttempt(const AttemptRow& row) override {
    const auto outcome =
        row.outcome ? std::optional(std::string(Name(*row.outcome))) : std::nullopt;
    const auto status = row.http_status ? std::optional(row.http_status) : std::nullopt;
    Execute(
        "insert into attempt (envelope, lo, hi, number, holder, started_at, members_hmac, "
        "finished_at, outcome_class, http_status, vendor_code, abandoned_at) values ($1, $2, $3, "
        "$4, 'test', lethe_time($5), '', lethe_time($6), $7, $8, $9, case when $10 then "
        "lethe_now() end)",
        ToInt(row.envelope), row.span.lo, row.span.hi, row.number, ToMicros(row.started_at),
        ToMicros(row.finished_at), outcome, status, NullIfEmpty(row.code), row.abandoned);
  }

  void AddItem(BatchKey position, RequestId request) override {
    Execute(
        "insert into request_item (envelope, request_id, pos, ordinal, sealed, digest) values "
        "($1, $2, $3, $3, '', '')",
        ToInt(position.envelope), ToInt(request), position.lo);
  }

  void Block(const std::string& account, const AccountBlock& block) override {
    Execute(
        "update account_state set blocked_since = lethe_time($2), blocked_reason = $3, resume_by = "
        "$4, probe_at = coalesce(lethe_time($5), timestamptz 'infinity'), probe_count = 3 where "
        "account = $1",
        account, ToMicros(block.since), block.reason, std::string(Name(block.resume)),
        ToMicros(block.probe_at));
  }

  void BlockRoute(const std::string& account, Api api, const AccountBlock& block) override {
    Execute(
        "insert into route_block values ($1, $2, lethe_time($3), $4, $5, "
        "coalesce(lethe_time($6), timestamptz 'infinity'), 3)",
        account, std::string(Name(api)), ToMicros(block.since), block.reason,
        std::string(Name(block.resume)), ToMicros(block.probe_at));
  }

  TimePoint Now() const override { return clock_.Now(); }
  void Advance(milliseconds by) override {
    clock_.Advance(by);
    database_.SetClock(clock_.Now());
  }

  std::vector<BatchRow> Batches() override { return test::ReadBatches(database_); }

 private:
  template <typename... Arguments>
  void Execute(const std::string& sql, const Arguments&... arguments) {
    pqxx::connection connection(database_.owner_url());
    pqxx::nontransaction(connection).exec_params(sql, arguments...);
  }

  fakes::FakeClock clock_;
  test::TestDatabase database_;
  store::Pool pool_{database_.source(), 4};
  store::PgReviewStore store_{pool_};
};

std::unique_ptr<ReviewHarness> MakePostgres() { return std::make_unique<PostgresHarness>(); }

INSTANTIATE_TEST_SUITE_P(Postgres, ReviewStoreContract,
                         testing::Values(ReviewImplementation{"Postgres", &MakePostgres}),
                         NameOfReviewStore);

}  // namespace
}  // namespace lethe::contract
