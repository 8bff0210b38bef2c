#pragma once

#include <grpcpp/support/status.h>

#include <istream>
#include <ostream>

namespace lethe::cli {

/// What `lethe` ends with.
enum ExitCode : int {
  kOk = 0,
  kFailed = 1,       ///< Refused, or a watched request did not complete.
  kUsage = 2,        ///< The command line or a file that it names is wrong; nothing was sent.
  kUnavailable = 3,  ///< No answer, or none but "try again"; repeating the command is safe.
};

struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool terminal;             ///< `out` can redraw what it has shown.
  bool interactive = false;  ///< A person reads `err` and answers on `in`.
};

/// kUnavailable for what a later repeat may cure, else kFailed.
ExitCode ExitCodeOf(const grpc::Status& status);

/// Says what a call was refused for; the exit code.
int Fail(const Streams& streams, const grpc::Status& status);

}  // namespace lethe::cli
