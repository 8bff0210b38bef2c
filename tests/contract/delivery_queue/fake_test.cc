#include <memory>

#include "contract/delivery_queue/account_gate_contract.h"
#include "contract/delivery_queue/call_slots_contract.h"
#include "contract/delivery_queue/delivery_queue_contract.h"
#include "contract/delivery_queue/order_contract.h"
#include "contract/delivery_queue/precedence_contract.h"
#include "contract/delivery_queue/refusal_contract.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_delivery_queue.h"

namespace lethe::contract {
namespace {

class FakeHarness : public QueueHarness {
 public:
  FakeHarness() { queue_.SetConcurrency(2); }

  DeliveryQueue& queue() override { return queue_; }
  AccountGate& gate() override { return queue_.gate(); }
  CallSlots& slots() override { return queue_; }
  void SetConcurrency(int concurrency) override { queue_.SetConcurrency(concurrency); }
  EnvelopeId AddEnvelope(const NewEnvelope& envelope) override {
    return queue_.AddEnvelope(envelope);
  }
  void LoseItem(EnvelopeId envelope, int pos) override { queue_.LoseItem(envelope, pos); }
  TimePoint Now() const override { return clock_.Now(); }
  void Advance(milliseconds by) override { clock_.Advance(by); }
  std::vector<BatchRow> Batches() override { return queue_.batches(); }
  std::vector<AttemptRow> Attempts() override { return queue_.attempts(); }

 private:
  fakes::FakeClock clock_;
  fakes::FakeDeliveryQueue queue_{clock_};
};

std::unique_ptr<QueueHarness> MakeFake() { return std::make_unique<FakeHarness>(); }

INSTANTIATE_TEST_SUITE_P(Fake, DeliveryQueueContract,
                         testing::Values(Implementation{"InMemory", &MakeFake}), NameOf);
INSTANTIATE_TEST_SUITE_P(Fake, PrecedenceContract,
                         testing::Values(Implementation{"InMemory", &MakeFake}), NameOf);
INSTANTIATE_TEST_SUITE_P(Fake, OrderContract,
                         testing::Values(Implementation{"InMemory", &MakeFake}), NameOf);

INSTANTIATE_TEST_SUITE_P(Fake, RefusalContract,
                         testing::Values(Implementation{"InMemory", &MakeFake}), NameOf);

INSTANTIATE_TEST_SUITE_P(Fake, AccountGateContract,
                         testing::Values(Implementation{"InMemory", &MakeFake}), NameOf);

INSTANTIATE_TEST_SUITE_P(Fake, CallSlotsContract,
                         testing::Values(Implementation{"InMemory", &MakeFake}), NameOf);

}  // namespace
}  // namespace lethe::contract
