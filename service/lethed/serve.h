#pragma once

#include "runtime/config.h"

namespace lethe {

/// What a process does of the service's work. Replicas of any mix share one database.
struct Roles {
  bool api;         ///< Takes and answers requests.
  bool dispatcher;  ///< Sends batches and follows them.
};

/// Runs the service until SIGTERM or SIGINT, then stops in at most `shutdown_grace`. The exit code:
/// 0, or 1 with a line on standard error if it could not start. A database that is away is no
/// reason not to start.
int Serve(const runtime::Config& config, Roles roles);

}  // namespace lethe
