#pragma once

#include <functional>
#include <pqxx/pqxx>
#include <string>

#include "lethe/time.h"
#include "store/recovery/call_memory.h"

namespace lethe::store {

/// What a database that came up does not know. Counts and times only.
struct LostHistory {
  int remembered;            ///< Calls that this process remembers.
  int missing;               ///< Those of them that the database did not have, and nobody had told.
  bool node_row;             ///< The process's node row is older than it was.
  TimePoint since;           ///< When the earliest of it was written.
  std::string since_of_all;  ///< The same of all that any process has told, as RFC 3339 in UTC.
};

/// Compares a database with what the process remembers. Thread-safe if `on_lost` is.
class HistoryCheck {
 public:
  /// `holder` names the process. `memory` outlives the check.
  HistoryCheck(std::string holder, CallMemory& memory,
               std::function<void(const LostHistory&)> on_lost);

  CallMemory& memory() const { return memory_; }

  /// If something is lost: writes it down, pauses all calls of all accounts
  /// (PauseKind::kLostHistory), commits both, tells `on_lost`, and answers false. A database that
  /// has all, or whose losses are known already, is not written to. Throws what pqxx throws.
  bool Check(pqxx::connection& connection) const;

  /// The same for each session before it is used for anything else; if it throws, the session must
  /// not be used.
  void CheckNew(pqxx::connection& connection) const;

 private:
  const std::string holder_;
  CallMemory& memory_;
  const std::function<void(const LostHistory&)> on_lost_;
};

}  // namespace lethe::store
