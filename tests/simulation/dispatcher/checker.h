#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakes/fake_clock.h"
#include "fakes/fake_delivery_queue.h"
#include "fakes/queue_rows.h"
#include "lethe/vendor.h"
#include "lethe/window.h"

namespace lethe::simulation {

/// What must hold whatever happens, judged by what CleverTap has really done and by the rows of the
/// queue, never by what the dispatcher believes.
class Checker {
 public:
  Checker(const fakes::FakeClock& clock, const ProcessingHours& hours, milliseconds lease,
          int concurrency)
      : clock_(clock), hours_(hours), lease_(lease), concurrency_(concurrency) {}

  void Created(EnvelopeId envelope, int size) { sizes_[envelope] = size; }

  /// After every call of the queue.
  void Look(const fakes::FakeDeliveryQueue& queue);

  /// Around a call to CleverTap by a sender whose claim holds until `lease_until`.
  int CallStarted(const VendorCall& call, TimePoint lease_until);
  void CallEnded(int ticket) { in_flight_.erase(ticket); }
  void TookEffect(Operation operation, const Identifier& identifier) {
    effects_[{operation, identifier.Reveal()}].push_back(clock_.Now());
  }

  /// When all is over.
  void Conclude(const fakes::FakeDeliveryQueue& queue);

  /// Each distinct violation once, in the order of their discovery.
  const std::vector<std::string>& violations() const { return violations_; }

  int repeated_effects() const { return repeated_effects_; }

 private:
  using Effects = std::vector<TimePoint>;
  struct InFlight {
    Route route;
    TimePoint lease_until;
  };

  /// What Look() judges of a batch.
  struct Seen {
    EnvelopeId envelope;
    Span span;
    BatchState state;
    friend bool operator==(const Seen&, const Seen&) = default;
  };

  void Violated(std::string_view what);
  const Effects& EffectsOn(Operation operation, const Identifier& identifier) const;
  void CheckCover();
  void CheckMoves(std::span<const Seen> batches);
  void ConcludeItem(const fakes::BatchRow& batch, int pos,
                    const std::vector<fakes::AttemptRow>& attempts);

  const fakes::FakeClock& clock_;
  const ProcessingHours hours_;
  const milliseconds lease_;
  const int concurrency_;
  std::map<EnvelopeId, int> sizes_;
  std::vector<Seen> seen_;
  std::vector<Seen> seen_before_;
  std::map<std::pair<EnvelopeId, int>, BatchState> states_;
  std::map<std::pair<Operation, std::string>, Effects> effects_;
  std::map<int, InFlight> in_flight_;
  int last_ticket_ = 0;
  int repeated_effects_ = 0;
  std::vector<std::string> violations_;
};

}  // namespace lethe::simulation
