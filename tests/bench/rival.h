#pragma once

#include <string>
#include <vector>

#include "support/process.h"

namespace lethe::bench {

/// Runs a rival to its end, `node NAME.mjs ARGUMENTS..` in the directory that LETHE_BENCH_RIVALS
/// names, and returns the figure that it printed, per second. Throws std::runtime_error with what
/// it said if it fails or takes longer than three minutes.
double RunRival(const std::string& name, const std::vector<std::string>& arguments);

/// A rival that serves gRPC for as long as the object lives.
class RivalServer {
 public:
  RivalServer(const std::string& name, const std::string& database_url);

  int port() const { return port_; }

 private:
  test::Process process_;
  int port_ = 0;
};

}  // namespace lethe::bench
