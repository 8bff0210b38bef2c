#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <utility>
#include <vector>

#include "lethe/time.h"
#include "store/recovery/call_memory.h"

namespace lethe::store {

/// What a database that came up does not know. Counts and times only.
struct LostHistory {
  int remembered;  ///< Calls that this process remembers.
  int missing;     ///< Those of them that the database has neither as attempts nor in lost_attempt.
  bool node_row;   ///< The process's node row is older than it was.
  TimePoint since;  ///< When the earliest of it was written.

  /// When the latest remembered call before that was made, which the database has.
  std::optional<TimePoint> complete_until;

  std::string since_of_all;  ///< The same of all that any process has told, as RFC 3339 in UTC.
};

/// Compares a database with what the process remembers. Thread-safe if its parts are.
class HistoryCheck {
 public:
  struct Parts {
    std::string holder;  ///< Names the process.
    CallMemory& memory;  ///< Outlives the check.

    /// As IdSource::GiveUp(): what the process would give ids from may have been lost.
    std::function<std::optional<NodeRenewal>()> give_up_ids;

    std::function<void(const LostHistory&)> on_lost;
  };

  explicit HistoryCheck(Parts parts) : parts_(std::move(parts)) {}

  CallMemory& memory() const { return parts_.memory; }

  /// If something is lost: writes it down, pauses all calls of all accounts
  /// (PauseKind::kLostHistory), sees to it that no id is made twice, commits all of it, and tells
  /// `on_lost`. A database that has all, or whose losses are known already, is not written to.
  /// Throws what pqxx throws.
  void Check(pqxx::connection& connection) const;

  /// The same for each session before it is used for anything else; if it throws, the session must
  /// not be used.
  void CheckNew(pqxx::connection& connection) const;

  /// Check(), and whether the database has these calls.
  bool Has(pqxx::connection& connection, const std::vector<RememberedCall>& calls) const;

 private:
  void Tell(pqxx::connection& connection) const;
  void NoteJournal(pqxx::connection& connection, const CallJournal& journal) const;

  const Parts parts_;
  mutable std::mutex telling_;
};

}  // namespace lethe::store
