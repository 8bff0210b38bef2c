#pragma once

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "lethe/batch.h"
#include "lethe/operation.h"

namespace lethe::store {

/// Items of one lane in one state.
struct LaneCount {
  std::string account;
  Operation operation;
  IdentifierKind kind;
  BatchState state;
  std::int64_t items;
  std::optional<double>
      oldest_age_seconds;  ///< Of those not yet accepted; since their envelope was opened.
};

struct SlotCount {
  std::string account;
  Api api;
  int in_use;
};

struct BlockedAccount {
  std::string account;
  std::string reason;
};

/// What the gauges show, from one moment of the database.
struct Snapshot {
  std::vector<LaneCount> lanes;
  std::vector<SlotCount> slots;
  std::vector<BlockedAccount> blocked;
};

/// Throws what pqxx throws.
Snapshot TakeSnapshot(pqxx::connection& connection);

}  // namespace lethe::store
