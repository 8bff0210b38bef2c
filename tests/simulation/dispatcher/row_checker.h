#pragma once

#include <deque>
#include <map>
#include <span>
#include <vector>

#include "fakes/fake_delivery_queue.h"
#include "fakes/queue_rows.h"
#include "lethe/window.h"
#include "simulation/dispatcher/clevertap.h"
#include "simulation/dispatcher/ledger.h"

namespace lethe::simulation {

/// What must hold of the queue's rows at any time, judged by what has really happened.
class RowChecker {
 public:
  RowChecker(Ledger& ledger, const CleverTap& clevertap, const Clock& clock,
             const ProcessingHours& hours)
      : ledger_(ledger), clevertap_(clevertap), clock_(clock), hours_(hours) {}

  /// After every call of the queue. Whether a batch has changed.
  bool Look(const fakes::FakeDeliveryQueue& queue);

  /// When all is over.
  void Conclude(const fakes::FakeDeliveryQueue& queue);

 private:
  /// What tells that a batch is not what it was.
  struct Seen {
    EnvelopeId envelope;
    Span span;
    BatchState state;
    friend bool operator==(const Seen&, const Seen&) = default;
  };

  void CheckCover();
  void CheckMoves(std::span<const fakes::BatchRow* const> rows);
  void CheckAcceptance(const fakes::BatchRow& row, const Item& item);
  void CheckRejection(const fakes::BatchRow& row, const Item& item);
  void CheckEnd(const fakes::BatchRow& row);
  void CheckAttempts(const fakes::BatchRow& row, const std::vector<fakes::AttemptRow>& attempts);

  Ledger& ledger_;
  const CleverTap& clevertap_;
  const Clock& clock_;
  const ProcessingHours hours_;
  std::vector<Seen> seen_;
  std::vector<Seen> seen_before_;
  std::vector<const fakes::BatchRow*> rows_;  ///< Of seen_, during Look().
  std::map<Route, std::deque<TimePoint>> rejected_lately_;
};

}  // namespace lethe::simulation
