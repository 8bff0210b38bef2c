#include "support/postgres.h"

#include "contract/pause_store/pause_store_contract.h"
#include "fakes/fake_clock.h"
#include "store/accounts/pg_pause_store.h"
#include "support/pg_rows.h"

namespace lethe::contract {
namespace {

class PostgresHarness : public PauseHarness {
 public:
  PostgresHarness() {
    database_.SetClock(clock_.Now());
    database_.Run("insert into account_state (account) values ('acme'), ('globex')");
  }

  PauseStore& store() override { return store_; }
  TimePoint Now() const override { return clock_.Now(); }
  void Advance(milliseconds by) override {
    clock_.Advance(by);
    database_.SetClock(clock_.Now());
  }

 private:
  fakes::FakeClock clock_;
  test::TestDatabase database_;
  store::Pool pool_{database_.source(), 2};
  store::PgPauseStore store_{pool_, clock_, [this](milliseconds time) { clock_.Advance(time); }};
};

std::unique_ptr<PauseHarness> MakePostgres() { return std::make_unique<PostgresHarness>(); }

INSTANTIATE_TEST_SUITE_P(Postgres, PauseStoreContract,
                         testing::Values(PauseImplementation{"Postgres", &MakePostgres}),
                         NameOfPauseStore);

}  // namespace
}  // namespace lethe::contract
