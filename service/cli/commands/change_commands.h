#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/commands/command.h"

namespace lethe::cli {

/// Adds `cancel`, `hold` and `release`, and returns their commands.
std::vector<Command> AddChangeCommands(CLI::App& app);

}  // namespace lethe::cli
