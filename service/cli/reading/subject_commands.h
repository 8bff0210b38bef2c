#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/commands/command.h"

namespace lethe::cli {

/// Adds `lethe lookup`.
std::vector<Command> AddSubjectCommands(CLI::App& app);

}  // namespace lethe::cli
