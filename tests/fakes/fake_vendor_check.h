#pragma once

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "lethe/vendor_check.h"

namespace lethe::fakes {

/// A CleverTap that has no objections until a test says so. Thread-safe.
class FakeVendorCheck final : public VendorCheck {
 public:
  Result<VendorOpinion> Check(const NewRequest& request) override {
    const std::lock_guard lock(mutex_);
    asked_.push_back(request.items);
    if (answer_) return *answer_;
    return VendorOpinion{.taken = static_cast<int>(request.items.size())};
  }

  /// From now on.
  void AnswerWith(Result<VendorOpinion> answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }

  /// What it was asked about, in order.
  std::vector<std::vector<NewItem>> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<Result<VendorOpinion>> answer_;
  std::vector<std::vector<NewItem>> asked_;
};

}  // namespace lethe::fakes
