#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/command.h"

namespace lethe::cli {

/// Adds `whoami`.
std::vector<Command> AddAccessCommands(CLI::App& app);

}  // namespace lethe::cli
