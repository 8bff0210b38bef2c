#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/client/client.h"
#include "cli/output/streams.h"

namespace lethe::cli {

struct WatchParams {
  std::vector<std::string> names;
  std::chrono::milliseconds interval;
  int patience = 30;  ///< Looks in a row that may go unanswered once there was an answer.
};

/// Shows the progress of each request until all are final or need review: a line each, redrawn in
/// place on a terminal, elsewhere a new line whenever it changes. kOk if all completed, kFailed if
/// not, or if one does not exist. A server that goes away while it is watched may come back.
int Watch(Client& client, const WatchParams& params, const Streams& streams);

}  // namespace lethe::cli
