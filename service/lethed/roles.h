#pragma once

namespace lethe {

/// What a process does of the service's work. Replicas of any mix share one database.
struct Roles {
  bool api;         ///< Takes and answers requests.
  bool dispatcher;  ///< Sends batches and follows them.
};

}  // namespace lethe
