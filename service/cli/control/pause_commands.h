#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/commands/command.h"

namespace lethe::cli {

/// Adds `pause`, `resume` and `pauses`, and returns their commands.
std::vector<Command> AddPauseCommands(CLI::App& app);

}  // namespace lethe::cli
