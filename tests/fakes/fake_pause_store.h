#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "lethe/pause_store.h"
#include "lethe/reasons.h"

namespace lethe::fakes {

/// Pauses in memory, of which no call is under way but those that a test says.
class FakePauseStore final : public PauseStore {
 public:
  explicit FakePauseStore(const Clock& clock) : clock_(clock) {}

  Result<PauseInForce> Begin(const NewPause& pause) override {
    std::erase_if(pauses, [&](const Pause& one) { return one.scope == pause.scope; });
    pauses.push_back({.scope = pause.scope,
                      .reason = pause.reason,
                      .principal = pause.principal,
                      .since = clock_.Now(),
                      .ends_at = pause.ends_at});
    return PauseInForce{.pause = pauses.back(), .calls_under_way = calls_under_way};
  }

  Result<std::vector<Pause>> End(const EndPause& end) override {
    const auto ended =
        std::erase_if(pauses, [&](const Pause& one) { return one.scope == end.scope; });
    if (ended == 0) {
      return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kNotPaused), "not paused"};
    }
    return pauses;
  }

  Result<std::vector<Pause>> List() override { return pauses; }

  std::vector<Pause> pauses;
  int calls_under_way = 0;

 private:
  const Clock& clock_;
};

}  // namespace lethe::fakes
