#include "support/postgres.h"

#include "contract/request_store/suite.h"
#include "fakes/fake_clock.h"
#include "support/pg_store.h"

namespace lethe {
namespace {

class PostgresUnderTest final : public StoreUnderTest {
 public:
  RequestStore& store() override { return store_.requests(); }

 private:
  fakes::FakeClock clock_;
  test::TestDatabase database_;
  test::PgStore store_{database_, clock_};
};

INSTANTIATE_TEST_SUITE_P(Postgres, RequestStoreContract,
                         testing::Values(RequestStoreParam{
                             "Postgres", [] { return std::make_unique<PostgresUnderTest>(); }}));

}  // namespace
}  // namespace lethe
