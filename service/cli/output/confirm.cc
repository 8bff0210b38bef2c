#include "cli/output/confirm.h"

#include <string>

namespace lethe::cli {

std::optional<int> Confirm(const Streams& streams, bool yes,
                           const std::function<grpc::Status(std::ostream&)>& preview) {
  if (yes) return std::nullopt;
  if (!streams.interactive) {
    streams.err << "lethe: there is no terminal to ask on: say --yes\n";
    return kUsage;
  }
  if (const grpc::Status status = preview(streams.err); !status.ok()) return Fail(streams, status);
  streams.err << "Go on? [y/N] " << std::flush;
  std::string answer;
  std::getline(streams.in, answer);
  if (answer == "y" || answer == "yes") return std::nullopt;
  streams.err << "lethe: not confirmed; nothing was changed\n";
  return kFailed;
}

}  // namespace lethe::cli
