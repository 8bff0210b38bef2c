#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/commands/command.h"

namespace lethe::cli {

/// Adds `lethe list` and `lethe exceptions`.
std::vector<Command> AddListCommands(CLI::App& app);

}  // namespace lethe::cli
