#include "contract/review_store/review_store_contract.h"
#include "fakes/fake_review_store.h"

namespace lethe::contract {
namespace {

class FakeHarness : public ReviewHarness {
 public:
  ReviewStore& store() override { return store_; }
  void SetBatch(const BatchRow& row) override { store_.SetBatch(row); }
  void AddAttempt(const AttemptRow& attempt) override { store_.AddAttempt(attempt); }
  void AddItem(BatchKey position, RequestId request) override { store_.AddItem(position, request); }
  void Block(const std::string& account, const AccountBlock& block) override {
    store_.Block(account, block);
  }
  void BlockRoute(const std::string& account, Api api, const AccountBlock& block) override {
    store_.BlockRoute(account, api, block);
  }
  TimePoint Now() const override { return clock_.Now(); }
  void Advance(milliseconds by) override { clock_.Advance(by); }
  std::vector<BatchRow> Batches() override { return store_.batches(); }

 private:
  fakes::FakeClock clock_;
  fakes::FakeReviewStore store_{clock_};
};

std::unique_ptr<ReviewHarness> MakeFake() { return std::make_unique<FakeHarness>(); }

INSTANTIATE_TEST_SUITE_P(Fake, ReviewStoreContract,
                         testing::Values(ReviewImplementation{"InMemory", &MakeFake}),
                         NameOfReviewStore);

}  // namespace
}  // namespace lethe::contract
