#include "contract/request_store/suite.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_request_store.h"

namespace lethe {
namespace {

class FakeUnderTest final : public StoreUnderTest {
 public:
  RequestStore& store() override { return store_; }

 private:
  fakes::FakeClock clock_;
  fakes::FakeRequestStore store_{clock_};
};

INSTANTIATE_TEST_SUITE_P(Fake, RequestStoreContract,
                         testing::Values(RequestStoreParam{
                             "Fake", [] { return std::make_unique<FakeUnderTest>(); }}));

}  // namespace
}  // namespace lethe
