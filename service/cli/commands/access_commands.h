#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/commands/command.h"

namespace lethe::cli {

/// Adds `whoami`.
std::vector<Command> AddAccessCommands(CLI::App& app);

}  // namespace lethe::cli
