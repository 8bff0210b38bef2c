#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "cli/client/connection.h"
#include "cli/output/streams.h"

namespace lethe::cli {

/// What every command is given.
struct Global {
  Connection connection;
  bool json = false;
};

/// One thing that `lethe` can be asked for, and how it is done.
struct Command {
  CLI::App* app;
  std::function<int(const Global&, const Streams&)> run;
};

}  // namespace lethe::cli
