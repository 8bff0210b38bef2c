#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "cli/run.h"

namespace lethe::cli {

/// `lethe`, run in this process against a server of this machine.
class LetheRunner {
 public:
  int Run(int port, std::vector<std::string> arguments, const std::string& input = "",
          bool terminal = false, bool interactive = false) {
    arguments.insert(arguments.begin(), {"lethe", "--server", "127.0.0.1:" + std::to_string(port)});
    std::vector<const char*> argv;
    for (const auto& argument : arguments) argv.push_back(argument.c_str());
    std::istringstream in(input);
    out_.str("");
    err_.str("");
    return cli::Run(
        static_cast<int>(argv.size()), argv.data(),
        {.in = in, .out = out_, .err = err_, .terminal = terminal, .interactive = interactive});
  }

  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

 private:
  std::ostringstream out_;
  std::ostringstream err_;
};

}  // namespace lethe::cli
