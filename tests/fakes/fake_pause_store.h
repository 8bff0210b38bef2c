#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <tuple>
#include <vector>

#include "lethe/pause_store.h"
#include "lethe/reasons.h"

namespace lethe::fakes {

/// Pauses in memory, of which no call is under way but those that a test says.
class FakePauseStore final : public PauseStore {
 public:
  explicit FakePauseStore(const Clock& clock) : clock_(clock) {}

  Result<PauseInForce> Begin(const NewPause& pause) override {
    ForgetEnded();
    TimePoint since = clock_.Now();
    for (const Pause& one : pauses) {
      if (one.scope == pause.scope) since = one.since;
    }
    std::erase_if(pauses, [&](const Pause& one) { return one.scope == pause.scope; });
    const Pause begun{.scope = pause.scope,
                      .reason = pause.reason,
                      .principal = pause.principal,
                      .since = since,
                      .ends_at = pause.ends_at};
    pauses.push_back(begun);
    std::ranges::sort(pauses, {}, [](const Pause& one) {
      return std::make_tuple(one.scope.account, one.scope.api ? Name(*one.scope.api) : "");
    });
    return PauseInForce{.pause = begun, .calls_under_way = calls_under_way};
  }

  Result<std::vector<Pause>> End(const EndPause& end) override {
    ForgetEnded();
    const auto ended =
        std::erase_if(pauses, [&](const Pause& one) { return one.scope == end.scope; });
    if (ended == 0) {
      return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kNotPaused), "not paused"};
    }
    std::vector<Pause> left;
    std::ranges::copy_if(pauses, std::back_inserter(left), [&](const Pause& one) {
      const auto& [account, api] = one.scope;
      return (account.empty() || end.scope.account.empty() || account == end.scope.account) &&
             (!api || !end.scope.api || api == end.scope.api);
    });
    return left;
  }

  Result<std::vector<Pause>> List() override {
    ForgetEnded();
    return pauses;
  }

  std::vector<Pause> pauses;  ///< Also those that have ended by themselves.
  int calls_under_way = 0;

 private:
  void ForgetEnded() {
    std::erase_if(pauses,
                  [&](const Pause& one) { return one.ends_at <= clock_.Now() && one.ends_at; });
  }

  const Clock& clock_;
};

}  // namespace lethe::fakes
