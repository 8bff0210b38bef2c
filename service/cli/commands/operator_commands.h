#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/commands/command.h"

namespace lethe::cli {

/// Adds `reviews`, `accounts` and `audit`, and returns their commands.
std::vector<Command> AddOperatorCommands(CLI::App& app);

}  // namespace lethe::cli
