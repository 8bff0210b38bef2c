#pragma once

#include "lethed/roles.h"
#include "runtime/config.h"

namespace lethe {

/// Runs the service until SIGTERM or SIGINT, then stops in at most `shutdown_grace`. The exit code:
/// 0, or 1 with a line on standard error if it could not start. It also starts while the database
/// is away.
int Serve(const runtime::Config& config, Roles roles);

}  // namespace lethe
