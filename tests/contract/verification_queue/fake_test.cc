#include <memory>

#include "contract/verification_queue/two_looks_contract.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_verification_queue.h"

namespace lethe::contract {
namespace {

class FakeHarness : public VerificationHarness {
 public:
  VerificationQueue& queue() override { return queue_; }
  EnvelopeId AddBatch(const NewLookedBatch& batch) override { return queue_.AddBatch(batch); }
  void AcceptAgain(EnvelopeId envelope, int lo) override { queue_.AcceptAgain(envelope, lo); }
  void LoseAnswer(EnvelopeId envelope, int lo) override { queue_.LoseAnswer(envelope, lo); }
  void Split(EnvelopeId envelope, int lo, int at) override { queue_.Split(envelope, lo, at); }
  void End(EnvelopeId envelope, int lo, BatchState state) override {
    queue_.End(envelope, lo, state);
  }
  void LoseItem(EnvelopeId envelope, int pos) override { queue_.LoseItem(envelope, pos); }
  void SetBlocked(bool blocked) override { queue_.SetBlocked(blocked); }
  TimePoint Now() const override { return clock_.Now(); }
  void Advance(milliseconds by) override { clock_.Advance(by); }
  std::vector<LookedBatchRow> Batches() override { return queue_.batches(); }
  std::vector<ReadBackRow> ReadBacks() override { return queue_.read_backs(); }
  int Captures() override { return queue_.captures(); }

 private:
  fakes::FakeClock clock_;
  fakes::FakeVerificationQueue queue_{clock_, {.concurrency = 2, .second_look = kSecondLook}};
};

std::unique_ptr<VerificationHarness> MakeFake() { return std::make_unique<FakeHarness>(); }

INSTANTIATE_TEST_SUITE_P(Fake, VerificationQueueContract,
                         testing::Values(Implementation{"InMemory", &MakeFake}), NameOf);
INSTANTIATE_TEST_SUITE_P(Fake, TwoLooks, testing::Values(Implementation{"InMemory", &MakeFake}),
                         NameOf);

}  // namespace
}  // namespace lethe::contract
