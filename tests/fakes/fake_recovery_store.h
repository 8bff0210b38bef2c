#pragma once

#include <utility>

#include "lethe/reasons.h"
#include "lethe/recovery.h"

namespace lethe::fakes {

/// A lost history, or none.
class FakeRecoveryStore final : public RecoveryStore {
 public:
  Result<Recovery> Show() override { return recovery; }

  Result<Recovery> Resume(const ResumeRecovery& resume) override {
    if (!recovery.since) {
      return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kNotPaused), "not paused"};
    }
    resumed = resume;
    return std::exchange(recovery, {});
  }

  Recovery recovery;
  ResumeRecovery resumed;
};

}  // namespace lethe::fakes
