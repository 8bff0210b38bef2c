#include "support/postgres.h"

#include <future>
#include <utility>

#include "contract/request_changer/request_changer_contract.h"
#include "fakes/fake_clock.h"
#include "store/changing/pg_request_changer.h"
#include "store/delivery/pg_delivery_queue.h"
#include "support/pg_rows.h"
#include "support/pg_store.h"

namespace lethe::contract {
namespace {

class PostgresHarness : public ChangerHarness {
 public:
  PostgresHarness() {
    database_.SetClock(clock_.Now());
    EXPECT_TRUE(queue_.RegisterAccounts().ok());
  }

  RequestChanger& changer() override { return changer_; }
  DeliveryQueue& queue() override { return queue_; }

  RequestId Add(int size, bool closed) override {
    std::vector<NewItem> items;
    const std::string person = "user-" + std::to_string(++requests_) + '-';
    for (int i = 0; i < size; ++i) {
      items.push_back({Identifier(person + std::to_string(i)), i});
    }
    latest_ = items.front().identifier;
    const RequestId id = Keep(Operation::kErasure, std::move(items));
    if (closed) Close();
    return id;
  }

  RequestId AddDemergeOfTheSame(RequestId /*erasure*/) override {
    ++requests_;
    const RequestId id = Keep(Operation::kDemerge, {{latest_.value(), 0}});
    Close();
    return id;
  }

  void SendReviewsAgain() override {
    database_.Run(
        "update batch set state = 'ready', reason = null, opened_at = lethe_now(), review_since = "
        "null, may_have_effect = true, unknown_since = null where state = 'needs_review'");
  }
  TimePoint Now() const override { return clock_.Now(); }
  void Advance(milliseconds by) override {
    clock_.Advance(by);
    database_.SetClock(clock_.Now());
  }
  std::vector<BatchRow> Batches() override { return test::ReadBatches(database_); }

  std::vector<Operator> Deciders() override {
    std::vector<Operator> deciders;
    for (const auto& row : database_.Run(
             "select distinct on (at, justification) principal, justification from audit_event "
             "order by at, justification")) {
      deciders.push_back({.principal = row[0].c_str(), .justification = row[1].c_str()});
    }
    return deciders;
  }

 private:
  static Account Acme() {
    return {.name = "acme",
            .base_url = "https://eu1.api.clevertap.com",
            .account_id = "acme",
            .passcode_file = "",
            .hours = {TimeZone::Find("Etc/UTC").value()}};
  }

  void Close() { database_.Run("update batch set state = 'ready' where state = 'open'"); }

  RequestId Keep(Operation operation, std::vector<NewItem> items) {
    NewRequest request{.principal = "ann",
                       .account = "acme",
                       .idempotency_key = std::to_string(requests_),
                       .operation = operation,
                       .kind = IdentifierKind::kIdentity,
                       .items = std::move(items),
                       .submit_time = {},
                       .due_time = {}};
    std::promise<Result<Admission>> answer;
    store_.requests().Submit(std::move(request), [&](Result<Admission> admission) {
      answer.set_value(std::move(admission));
    });
    return answer.get_future().get().value().id;
  }

  fakes::FakeClock clock_;
  test::TestDatabase database_;
  test::PgStore store_{database_, clock_};
  store::PgDeliveryQueue queue_{"test", {Acme()}, store_.keys(), store_.pool()};
  store::PgRequestChanger changer_{store_.pool()};
  int requests_ = 0;
  std::optional<Identifier> latest_;
};

std::unique_ptr<ChangerHarness> MakePostgres() { return std::make_unique<PostgresHarness>(); }

INSTANTIATE_TEST_SUITE_P(Postgres, RequestChangerContract,
                         testing::Values(ChangerImplementation{"Postgres", &MakePostgres}),
                         NameOfChanger);

}  // namespace
}  // namespace lethe::contract
