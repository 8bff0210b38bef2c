#include "support/postgres.h"

#include <memory>
#include <vector>

#include "contract/delivery_queue/account_gate_contract.h"
#include "contract/delivery_queue/call_slots_contract.h"
#include "contract/delivery_queue/delivery_queue_contract.h"
#include "contract/delivery_queue/order_contract.h"
#include "contract/delivery_queue/precedence_contract.h"
#include "contract/delivery_queue/refusal_contract.h"
#include "fakes/fake_clock.h"
#include "lethe/operation_traits.h"
#include "store/accounts/pg_account_gate.h"
#include "store/accounts/pg_call_slots.h"
#include "store/base/values.h"
#include "store/delivery/pg_delivery_queue.h"
#include "support/pg_rows.h"
#include "support/pg_store.h"

namespace lethe::contract {
namespace {

using store::ToOptionalTime;
using store::ToTime;

class PostgresHarness : public QueueHarness {
 public:
  PostgresHarness() {
    database_.SetClock(clock_.Now());
    SetConcurrency(2);
  }

  DeliveryQueue& queue() override { return *queue_; }
  AccountGate& gate() override { return *gate_; }
  CallSlots& slots() override { return *slots_; }

  void SetConcurrency(int concurrency) override {
    std::vector<Account> accounts;
    for (const char* name : {"acme", "globex"}) {
      accounts.push_back({.name = name,
                          .base_url = "https://eu1.api.clevertap.com",
                          .account_id = name,
                          .passcode_file = "",
                          .hours = {TimeZone::Find("Etc/UTC").value()},
                          .concurrency = concurrency});
    }
    queue_ =
        std::make_unique<store::PgDeliveryQueue>("test", accounts, store_.keys(), store_.pool());
    ASSERT_TRUE(queue_->RegisterAccounts().ok());
    slots_ = std::make_unique<store::PgCallSlots>("test", accounts, store_.pool());
    gate_ = std::make_unique<store::PgAccountGate>(accounts, store_.pool());
  }

  EnvelopeId AddEnvelope(const fakes::NewEnvelope& envelope) override {
    const EnvelopeId id{++last_envelope_};
    const bool full = envelope.size == EnvelopeCapacity(envelope.route.operation);
    pqxx::connection connection(database_.owner_url());
    pqxx::work work(connection);
    work.exec_params(
        "insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at, urgency, "
        "due_at) "
        "values ($1, 0, $2, $3, $4, $5, $6, lethe_now(), $7, lethe_time($8))",
        ToInt(id), envelope.size - 1, envelope.route.account,
        std::string(Name(envelope.route.operation)), std::string(Name(envelope.kind)),
        envelope.closed || full ? "ready" : "open", Rank(envelope.urgency),
        envelope.due_at.time_since_epoch().count());
    const RequestId request = envelope.request.value_or(RequestId{ToInt(id)});
    for (int pos = 0; pos < envelope.size; ++pos) {
      const Identifier identifier = fakes::IdentifierAt(id, envelope, pos);
      work.exec_params(
          "insert into request_item (envelope, request_id, pos, ordinal, sealed, digest) "
          "values ($1, $2, $3, $3, $4, $5)",
          ToInt(id), ToInt(request), pos,
          pqxx::binarystring(store_.keys().Seal(identifier, envelope.route.account)),
          pqxx::binarystring(
              store_.keys().OldestMac(crypto::MacPurpose::kIdentifier, identifier.Reveal())));
    }
    work.commit();
    return id;
  }

  void LoseItem(EnvelopeId envelope, int pos) override {
    database_.Run("delete from request_item where envelope = " + std::to_string(ToInt(envelope)) +
                  " and pos = " + std::to_string(pos));
  }

  TimePoint Now() const override { return clock_.Now(); }
  void Advance(milliseconds by) override {
    clock_.Advance(by);
    database_.SetClock(clock_.Now());
  }

  std::vector<BatchRow> Batches() override { return test::ReadBatches(database_); }

  std::vector<AttemptRow> Attempts() override {
    std::vector<AttemptRow> attempts;
    for (const auto& row :
         database_.Run("select envelope, lo, hi, number, lethe_micros(started_at), "
                       "lethe_micros(finished_at), "
                       "outcome_class, coalesce(http_status, 0), coalesce(vendor_code, ''), "
                       "abandoned_at is not null from attempt order by envelope, lo, number")) {
      AttemptRow attempt{.envelope = EnvelopeId{row[0].as<std::int64_t>()},
                         .span = {row[1].as<int>(), row[2].as<int>()},
                         .number = row[3].as<int>(),
                         .started_at = ToTime(row[4]),
                         .finished_at = ToOptionalTime(row[5]),
                         .http_status = row[7].as<int>(),
                         .code = row[8].c_str(),
                         .abandoned = row[9].as<bool>()};
      for (const OutcomeClass outcome : kAll<OutcomeClass>) {
        if (row[6].c_str() == Name(outcome)) attempt.outcome = outcome;
      }
      attempts.push_back(attempt);
    }
    return attempts;
  }

 private:
  fakes::FakeClock clock_;
  test::TestDatabase database_;
  test::PgStore store_{database_, clock_};
  std::unique_ptr<store::PgDeliveryQueue> queue_;
  std::unique_ptr<store::PgAccountGate> gate_;
  std::unique_ptr<store::PgCallSlots> slots_;
  std::int64_t last_envelope_ = store::IdFloor(clock_.Now());
};

std::unique_ptr<QueueHarness> MakePostgres() { return std::make_unique<PostgresHarness>(); }

INSTANTIATE_TEST_SUITE_P(Postgres, DeliveryQueueContract,
                         testing::Values(Implementation{"Postgres", &MakePostgres}), NameOf);
INSTANTIATE_TEST_SUITE_P(Postgres, PrecedenceContract,
                         testing::Values(Implementation{"Postgres", &MakePostgres}), NameOf);
INSTANTIATE_TEST_SUITE_P(Postgres, OrderContract,
                         testing::Values(Implementation{"Postgres", &MakePostgres}), NameOf);

INSTANTIATE_TEST_SUITE_P(Postgres, RefusalContract,
                         testing::Values(Implementation{"Postgres", &MakePostgres}), NameOf);

INSTANTIATE_TEST_SUITE_P(Postgres, AccountGateContract,
                         testing::Values(Implementation{"Postgres", &MakePostgres}), NameOf);

INSTANTIATE_TEST_SUITE_P(Postgres, CallSlotsContract,
                         testing::Values(Implementation{"Postgres", &MakePostgres}), NameOf);

}  // namespace
}  // namespace lethe::contract
