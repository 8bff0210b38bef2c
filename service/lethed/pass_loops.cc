#include "lethed/pass_loops.h"

#include <algorithm>
#include <utility>

namespace lethe {

using runtime::Loop;
using runtime::Next;

PassLoops::PassLoops(std::vector<Pass> passes, const Readiness& readiness,
                     const core::DatabaseClock& clock, const Loop::Parts& parts) {
  for (Pass& pass : passes) {
    if (pass.needs != Pass::Needs::kNothing) {
      const bool decides = pass.needs == Pass::Needs::kTrustedClock;
      // While the database is away, or the clock is wrong, one pass that says so is enough.
      pass.run = [run = std::move(pass.run), decides, &readiness, &clock] {
        const bool rests = readiness.not_ready_reason() || (decides && !clock.trusted());
        return rests ? Next::kWait : run();
      };
    }
    loops_.push_back(std::make_unique<Loop>(parts, Loop::Job{.name = std::move(pass.name),
                                                             .interval = pass.interval,
                                                             .pass = std::move(pass.run)}));
  }
}

void PassLoops::Stop() {
  for (const auto& loop : loops_) loop->RequestStop();
  for (const auto& loop : loops_) loop->Stop();
}

std::optional<std::string> PassLoops::stuck() const {
  const auto found =
      std::find_if(loops_.begin(), loops_.end(), [](const auto& loop) { return !loop->alive(); });
  return found == loops_.end() ? std::nullopt : std::optional((*found)->name());
}

}  // namespace lethe
