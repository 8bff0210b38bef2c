#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/database_clock.h"
#include "lethed/passes.h"
#include "lethed/readiness.h"
#include "runtime/loop.h"

namespace lethe {

/// The threads of a process that make its passes, a thread each. They start with the constructor.
class PassLoops {
 public:
  /// `readiness` and `clock` outlive the loops.
  PassLoops(std::vector<Pass> passes, const Readiness& readiness, const core::DatabaseClock& clock,
            const runtime::Loop::Parts& parts);

  /// Returns when the passes that run have ended; none follows. Calling it again does nothing.
  void Stop();

  /// The name of a pass that is stuck; nothing if all loops are alive.
  std::optional<std::string> stuck() const;

 private:
  std::vector<std::unique_ptr<runtime::Loop>> loops_;
};

}  // namespace lethe
