#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lethe/batch.h"
#include "lethe/operation.h"
#include "lethe/pause.h"
#include "lethe/time.h"

namespace lethe {

/// The queue as one look at the database found it, across all replicas. What it does not name is
/// zero.
struct QueueSnapshot {
  struct Items {
    std::string account;
    Operation operation;
    IdentifierKind kind;
    BatchState state;
    std::int64_t count;
  };
  /// Items of the requests that were ever accepted; counted on their own, so that `items` must add
  /// up to them.
  struct Accepted {
    std::string account;
    Operation operation;
    IdentifierKind kind;
    std::int64_t count;
  };
  /// One per (account, operation) that has something open or ready.
  struct Waiting {
    std::string account;
    Operation operation;
    milliseconds oldest_age;
  };
  struct Slots {
    std::string account;
    Api api;
    int in_use;
  };

  struct BlockedRoute {
    std::string account;
    Api api;
  };

  TimePoint taken_at;
  std::vector<Items> items;
  std::vector<Accepted> accepted;
  std::vector<Waiting> waiting;
  std::vector<Slots> slots;
  std::vector<std::string> blocked_accounts;
  std::vector<BlockedRoute> blocked_routes;  ///< Whatever their account is.
  std::vector<Pause> pauses;                 ///< Those in force.
};

}  // namespace lethe
