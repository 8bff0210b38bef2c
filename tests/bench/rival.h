#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/process.h"

namespace lethe::bench {

/// Runs a rival to its end, `node NAME.mjs ARGUMENTS..` in the directory that LETHE_BENCH_RIVALS
/// names, and returns the figure that it printed, per second. Throws std::runtime_error with what
/// it said if it fails or takes longer than three minutes.
double RunRival(const std::string& name, const std::vector<std::string>& arguments);

/// A server of rivals/peer.proto in a process of its own, for as long as the object lives.
class PeerServer {
 public:
  /// The rival NAME.mjs over a database.
  static PeerServer Rival(const std::string& name, const std::string& database_url);
  /// The one that only answers.
  static PeerServer Empty();

  int port() const { return port_; }

 private:
  PeerServer(std::vector<std::string> argv, const std::string& name);

  std::unique_ptr<test::Process> process_;
  int port_ = 0;
};

}  // namespace lethe::bench
