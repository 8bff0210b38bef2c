#pragma once

#include <grpcpp/support/status.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "cli/connection.h"
#include "cli/run.h"

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

/// Says what a call was refused for; the exit code.
int Fail(const Streams& streams, const grpc::Status& status);

}  // namespace lethe::cli
