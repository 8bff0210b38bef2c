#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/commands/command.h"

namespace lethe::cli {

/// Adds `cancel`, `hold`, `release`, `hold-person` and `release-person`, and returns their
/// commands.
std::vector<Command> AddChangeCommands(CLI::App& app);

}  // namespace lethe::cli
