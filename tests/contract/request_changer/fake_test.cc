#include "contract/request_changer/request_changer_contract.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_request_changer.h"

namespace lethe::contract {
namespace {

class FakeHarness : public ChangerHarness {
 public:
  RequestChanger& changer() override { return changer_; }
  DeliveryQueue& queue() override { return queue_; }
  RequestId Add(int size, bool closed) override {
    return AddEnvelope({.route = {"acme", Operation::kErasure}, .size = size, .closed = closed});
  }
  RequestId AddDemergeOfTheSame(RequestId erasure) override {
    const EnvelopeId envelope{ToInt(erasure)};
    return AddEnvelope({.route = {"acme", Operation::kDemerge},
                        .identifiers = {fakes::IdentifierAt(envelope, 0)}});
  }
  void SendReviewsAgain() override {
    for (const BatchRow& row : queue_.batches()) {
      const Transition again{.span = row.span, .to = BatchState::kReady};
      if (row.state == BatchState::kNeedsReview) queue_.Resolve(row.envelope, {&again, 1});
    }
  }
  TimePoint Now() const override { return clock_.Now(); }
  void Advance(milliseconds by) override { clock_.Advance(by); }
  std::vector<BatchRow> Batches() override { return queue_.batches(); }
  std::vector<Operator> Deciders() override { return changer_.decided_by(); }

 private:
  RequestId AddEnvelope(const fakes::NewEnvelope& envelope) {
    return RequestId{ToInt(queue_.AddEnvelope(envelope))};
  }

  fakes::FakeClock clock_;
  fakes::FakeDeliveryQueue queue_{clock_};
  fakes::FakeRequestChanger changer_{queue_};
};

std::unique_ptr<ChangerHarness> MakeFake() { return std::make_unique<FakeHarness>(); }

INSTANTIATE_TEST_SUITE_P(Fake, RequestChangerContract,
                         testing::Values(ChangerImplementation{"InMemory", &MakeFake}),
                         NameOfChanger);

}  // namespace
}  // namespace lethe::contract
