#include "support/postgres.h"

#include <memory>
#include <string>
#include <vector>

#include "contract/verification_queue/two_looks_contract.h"
#include "fakes/fake_clock.h"
#include "store/base/values.h"
#include "store/delivery/pg_delivery_queue.h"
#include "store/verification/pg_verification_queue.h"
#include "support/pg_store.h"

namespace lethe::contract {
namespace {

std::optional<TimePoint> ToTime(const pqxx::field& micros) {
  return store::FromSql<std::optional<TimePoint>>(micros);
}

std::vector<Account> Accounts() {
  std::vector<Account> accounts;
  for (const char* name : {"acme", "globex"}) {
    accounts.push_back({.name = name,
                        .base_url = "https://eu1.api.clevertap.com",
                        .account_id = name,
                        .passcode_file = "",
                        .hours = {TimeZone::Find("Etc/UTC").value()},
                        .concurrency = 2,
                        .verification = {.share = 0.5, .second_look = kSecondLook}});
  }
  return accounts;
}

class PostgresHarness : public VerificationHarness {
 public:
  PostgresHarness() {
    database_.SetClock(clock_.Now());
    store::PgDeliveryQueue delivery("test", Accounts(), store_.keys(), store_.pool());
    if (!delivery.RegisterAccounts().ok()) throw std::runtime_error("cannot register");
  }

  VerificationQueue& queue() override { return queue_; }

  EnvelopeId AddBatch(const NewLookedBatch& batch) override {
    const EnvelopeId id{++last_envelope_};
    pqxx::connection connection(database_.owner_url());
    pqxx::work work(connection);
    work.exec_params(
        "insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at, "
        "not_before, may_have_effect, call_count, accepted_at, window_end) select $1, 0, $2, $3, "
        "$4, $5, $6::text, "
        "lethe_now(), lethe_time($7), $9, case when $6 = 'accepted' then 1 else 0 end, "
        "case when $6 = 'accepted' then lethe_now() end, case when $6 = 'accepted' then "
        "lethe_now() + $8::bigint * interval '1 millisecond' end",
        ToInt(id), batch.size - 1, batch.route.account, std::string(Name(batch.route.operation)),
        std::string(Name(batch.kind)), std::string(Name(batch.state)),
        store::ToSql(batch.not_before), batch.window.count(), batch.may_have_effect);
    for (int pos = 0; pos < batch.size; ++pos) {
      // Of a sample of one half: an item that draws 0 is in it, one that draws the most is not.
      const std::string digest(20, batch.sampled.contains(pos) ? '\0' : '\xff');
      work.exec_params(
          "insert into request_item (envelope, request_id, pos, ordinal, sealed, digest) "
          "values ($1, 1, $2, $2, $3, $4)",
          ToInt(id), pos,
          pqxx::binarystring(store_.keys().Seal(fakes::IdentifierAt(id, pos), batch.route.account)),
          pqxx::binarystring(digest));
    }
    work.commit();
    return id;
  }

  void AcceptAgain(EnvelopeId envelope, int lo) override {
    Run("update batch set state = 'accepted', reason = null, call_count = call_count + 1, "
        "accepted_at = lethe_now(), window_end = lethe_now(), review_since = null where lo = " +
            std::to_string(lo) + " and envelope = ",
        envelope);
  }
  void LoseAnswer(EnvelopeId envelope, int lo) override {
    const std::string where =
        " where lo = " + std::to_string(lo) + " and envelope = " + std::to_string(ToInt(envelope));
    database_.Run("update batch set state = 'sending', call_count = call_count + 1" + where);
    database_.Run(
        "update batch set state = 'held', reason = 'look_before_repeat', unknown_since = "
        "lethe_now()" +
        where);
  }
  void Split(EnvelopeId envelope, int lo, int at) override {
    const std::string first = std::to_string(lo);
    const std::string second = std::to_string(at);
    Run("with whole as (update batch set hi = " + second + " - 1 where lo = " + first +
            " and envelope = " + std::to_string(ToInt(envelope)) +
            " returning *) insert into batch (envelope, lo, hi, account, operation, kind, state, "
            "opened_at, call_count, accepted_at, window_end, captured_at, look_at) "
            "select w.envelope, " +
            second +
            ", b.hi, w.account, w.operation, w.kind, w.state, w.opened_at, w.call_count, "
            "w.accepted_at, w.window_end, w.captured_at, w.look_at "
            "from whole w join batch b using (envelope, lo) where envelope = ",
        envelope);
  }
  void End(EnvelopeId envelope, int lo, BatchState state) override {
    Run("update batch set state = '" + std::string(Name(state)) +
            "', reason = 'test', finished_at = lethe_now() where lo = " + std::to_string(lo) +
            " and envelope = ",
        envelope);
  }
  void LoseItem(EnvelopeId envelope, int pos) override {
    Run("delete from request_item where pos = " + std::to_string(pos) + " and envelope = ",
        envelope);
  }
  void SetBlocked(bool blocked) override {
    database_.Run(blocked ? "update account_state set blocked_since = lethe_now(), "
                            "blocked_reason = 'x', probe_at = lethe_now(), resume_by = 'batch'"
                          : "update account_state set blocked_since = null, blocked_reason = null, "
                            "probe_at = null, resume_by = null");
  }

  TimePoint Now() const override { return clock_.Now(); }
  void Advance(milliseconds by) override {
    clock_.Advance(by);
    database_.SetClock(clock_.Now());
  }

  std::vector<LookedBatchRow> Batches() override {
    std::vector<LookedBatchRow> batches;
    for (const auto& row : database_.Run(
             "select envelope, lo, hi, state, coalesce(reason, ''), call_count, "
             "lethe_micros(accepted_at), lethe_micros(window_end), lethe_micros(finished_at), "
             "lethe_micros(captured_at), lethe_micros(second_look_at), "
             "lethe_micros(unknown_since) from batch "
             "order by envelope, lo")) {
      batches.push_back({.envelope = EnvelopeId{row[0].as<std::int64_t>()},
                         .span = {row[1].as<int>(), row[2].as<int>()},
                         .state = Parse<BatchState>(row[3].c_str()).value(),
                         .reason = row[4].c_str(),
                         .call_count = row[5].as<int>(),
                         .accepted_at = ToTime(row[6]),
                         .window_end = ToTime(row[7]),
                         .finished_at = ToTime(row[8]),
                         .captured_at = ToTime(row[9]),
                         .unknown_since = ToTime(row[11]),
                         .second_look_at = ToTime(row[10])});
    }
    return batches;
  }

  std::vector<ReadBackRow> ReadBacks() override {
    std::vector<ReadBackRow> rows;
    for (const auto& row :
         database_.Run("select envelope, pos, call_number, look, result from read_back "
                       "order by 1, 2, 3, 4")) {
      rows.push_back({EnvelopeId{row[0].as<std::int64_t>()}, row[1].as<int>(), row[2].as<int>(),
                      row[3].as<int>(), Parse<ReadBack>(row[4].c_str()).value()});
    }
    return rows;
  }

  int Captures() override {
    return database_.Run("select count(distinct (envelope, pos)) from prior_profile")[0][0]
        .as<int>();
  }

 private:
  void Run(const std::string& sql, EnvelopeId envelope) {
    database_.Run(sql + std::to_string(ToInt(envelope)));
  }

  fakes::FakeClock clock_;
  test::TestDatabase database_;
  test::PgStore store_{database_, clock_};
  store::PgVerificationQueue queue_{"test", Accounts(), store_.keys(), store_.pool()};
  std::int64_t last_envelope_ = store::IdFloor(clock_.Now());
};

std::unique_ptr<VerificationHarness> MakePostgres() { return std::make_unique<PostgresHarness>(); }

INSTANTIATE_TEST_SUITE_P(Postgres, VerificationQueueContract,
                         testing::Values(Implementation{"Postgres", &MakePostgres}), NameOf);
INSTANTIATE_TEST_SUITE_P(Postgres, TwoLooks,
                         testing::Values(Implementation{"Postgres", &MakePostgres}), NameOf);

}  // namespace
}  // namespace lethe::contract
