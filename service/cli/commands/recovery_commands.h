#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/commands/command.h"

namespace lethe::cli {

/// Adds `lethe recovery`.
std::vector<Command> AddRecoveryCommands(CLI::App& app);

}  // namespace lethe::cli
