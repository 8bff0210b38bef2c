#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lethe/subject_holds.h"

namespace lethe::fakes {

/// Holds in memory, of people of whom nothing waits. Thread-safe.
class FakeSubjectHolds final : public SubjectHolds {
 public:
  Result<SubjectHoldEffect> Change(const SubjectHoldParams& params) override {
    const std::lock_guard lock(mutex_);
    const std::pair person(std::string(params.account), params.subject.Reveal());
    const bool is_held = held_.contains(person);
    if (!params.preview && is_held != params.holds) {
      decided_by_.push_back(params.by);
      if (params.holds) held_.insert(person);
      if (!params.holds) held_.erase(person);
    }
    return SubjectHoldEffect{.changed = is_held != params.holds};
  }

  /// Who changed something, in order.
  std::vector<Operator> decided_by() const {
    const std::lock_guard lock(mutex_);
    return decided_by_;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::pair<std::string, std::string>> held_;
  std::vector<Operator> decided_by_;
};

}  // namespace lethe::fakes
