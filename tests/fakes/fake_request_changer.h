#pragma once

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "fakes/fake_delivery_queue.h"
#include "lethe/reasons.h"
#include "lethe/request_changer.h"

namespace lethe::fakes {

/// A RequestChanger in memory that keeps the port's promises (tests/contract/request_changer) and
/// fails on demand. Thread-safe.
class FakeRequestChanger final : public RequestChanger {
 public:
  /// The queue has the items, and outlives the changer.
  explicit FakeRequestChanger(FakeDeliveryQueue& queue) : queue_(queue) {}

  Result<ChangeCounts> Change(const ChangeRequestParams& params) override {
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    if (!queue_.HasRequest(params.account, params.request)) {
      return Error{ErrorCode::kNotFound, Text(ErrorReason::kRequestNotFound), "no such request"};
    }
    const auto counts =
        queue_.Change(params.request, params.ordinals, params.change, params.preview);
    if (!counts) return Error{ErrorCode::kNotFound, Text(ErrorReason::kItemNotFound), "no item"};
    if (!params.preview && (*counts)[ChangeEffect::kChanged] > 0) decided_by_.push_back(params.by);
    return *counts;
  }

  /// Who changed something, in order.
  std::vector<Operator> decided_by() const {
    const std::lock_guard lock(mutex_);
    return decided_by_;
  }

  /// Every call fails with this, until it is called with nothing.
  void FailWith(std::optional<Error> failure) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
  }

 private:
  mutable std::mutex mutex_;
  FakeDeliveryQueue& queue_;
  std::optional<Error> failure_;
  std::vector<Operator> decided_by_;
};

}  // namespace lethe::fakes
