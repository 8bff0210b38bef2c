#include "contract/pause_store/pause_store_contract.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_pause_store.h"

namespace lethe::contract {
namespace {

class FakeHarness : public PauseHarness {
 public:
  PauseStore& store() override { return store_; }
  TimePoint Now() const override { return clock_.Now(); }
  void Advance(milliseconds by) override { clock_.Advance(by); }

 private:
  fakes::FakeClock clock_;
  fakes::FakePauseStore store_{clock_};
};

std::unique_ptr<PauseHarness> MakeFake() { return std::make_unique<FakeHarness>(); }

INSTANTIATE_TEST_SUITE_P(Fake, PauseStoreContract,
                         testing::Values(PauseImplementation{"InMemory", &MakeFake}),
                         NameOfPauseStore);

}  // namespace
}  // namespace lethe::contract
