#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/commands/command.h"

namespace lethe::cli {

/// Adds `retry` and `extend`, and returns their commands.
std::vector<Command> AddFollowUpCommands(CLI::App& app);

}  // namespace lethe::cli
