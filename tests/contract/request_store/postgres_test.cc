#include "support/postgres.h"

#include "contract/request_store/unlinked_contract.h"
#include "fakes/fake_clock.h"
#include "support/pg_store.h"

namespace lethe {
namespace {

class PostgresUnderTest final : public StoreUnderTest {
 public:
  RequestStore& store() override { return store_.requests(); }
  void Settle(RequestId id, BatchState state) override {
    const std::string accepted = state == BatchState::kDone ? "now()" : "null";
    database_.Run("update batch set state = '" + std::string(Name(state)) +
                  "', reason = 'settled', finished_at = now(), accepted_at = " + accepted +
                  ", window_end = " + accepted +
                  " where envelope = (select first_envelope from request where id = " +
                  std::to_string(ToInt(id)) + ")");
  }

 private:
  fakes::FakeClock clock_;
  test::TestDatabase database_;
  test::PgStore store_{database_, clock_};
};

INSTANTIATE_TEST_SUITE_P(Postgres, RequestStoreContract,
                         testing::Values(RequestStoreParam{
                             "Postgres", [] { return std::make_unique<PostgresUnderTest>(); }}));
INSTANTIATE_TEST_SUITE_P(Postgres, UnlinkedIdentities,
                         testing::Values(RequestStoreParam{
                             "Postgres", [] { return std::make_unique<PostgresUnderTest>(); }}));

}  // namespace
}  // namespace lethe
