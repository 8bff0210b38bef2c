#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/commands/command.h"

namespace lethe::cli {

/// Adds `lethe summary` and `lethe report ccpa`.
std::vector<Command> AddSummaryCommands(CLI::App& app);

}  // namespace lethe::cli
