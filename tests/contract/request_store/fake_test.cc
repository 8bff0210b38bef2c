#include "contract/request_store/unlinked_contract.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_request_store.h"
#include "lethe/limits.h"

namespace lethe {
namespace {

class FakeUnderTest final : public StoreUnderTest {
 public:
  RequestStore& store() override { return store_; }
  void Settle(RequestId id, BatchState state) override {
    const auto items = store_.ListItems({"acme", id, -1, kMaxPageSize}).value();
    for (ItemView item : items.rows) {
      item.state = state;
      store_.SetItem(id, item);
    }
  }

 private:
  fakes::FakeClock clock_;
  fakes::FakeRequestStore store_{clock_};
};

INSTANTIATE_TEST_SUITE_P(Fake, RequestStoreContract,
                         testing::Values(RequestStoreParam{
                             "Fake", [] { return std::make_unique<FakeUnderTest>(); }}));
INSTANTIATE_TEST_SUITE_P(Fake, UnlinkedIdentities,
                         testing::Values(RequestStoreParam{
                             "Fake", [] { return std::make_unique<FakeUnderTest>(); }}));

}  // namespace
}  // namespace lethe
