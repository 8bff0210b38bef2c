#pragma once

#include "cli/output/streams.h"

namespace lethe::cli {

/// The whole of `lethe`: parses the command line, calls the server, prints.
int Run(int argc, const char* const* argv, const Streams& streams);

}  // namespace lethe::cli
