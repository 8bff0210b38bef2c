#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "lethe/time.h"

namespace lethe {

/// Whether a process can serve, and if not, why.
enum class ReadyState {
  kStarting,  ///< The database has not been checked yet.
  kReady,
  kDatabaseUnavailable,
  kSchemaOutOfDate,  ///< The process waits for `lethed migrate`.
  kKeysRefused,      ///< The process waits for a key file that fits the database.
  kNoIds,            ///< No id can be made, so no request can be accepted: the clock of this
                     ///< process is wrong, or all node numbers are in use.
  kProjectChanged,   ///< An account is bound to another project than the configuration says.
  kStopping,         ///< For the rest of the process's life.
};

/// The words of /readyz.
constexpr std::string_view Name(ReadyState state) {
  switch (state) {
    case ReadyState::kStarting: return "starting";
    case ReadyState::kReady: return "ready";
    case ReadyState::kDatabaseUnavailable: return "database_unavailable";
    case ReadyState::kSchemaOutOfDate: return "schema_out_of_date";
    case ReadyState::kKeysRefused: return "keys_refused";
    case ReadyState::kNoIds: return "no_ids";
    case ReadyState::kProjectChanged: return "project_changed";
    case ReadyState::kStopping: return "stopping";
  }
  return "";
}

/// The one place that knows whether the process is ready; kStarting at first. Ready means that the
/// process could write to the database within the last kHolds. Thread-safe.
class Readiness {
 public:
  /// kReady ends after this time unless the pass `readiness` sets it again. That pass runs each
  /// second, and hangs if the database does. The pass `ready_expires` calls Expire() each second.
  /// So /readyz says "not ready" within ten seconds after the database is lost.
  static constexpr milliseconds kHolds{6'000};

  /// `on_change` is told after each change whether the process is ready, one change at a time and
  /// in their order. It must not call back.
  Readiness(std::function<void(bool ready)> on_change, const Clock& clock);

  /// Whether the state changed: false if it is `state` already, or kStopping.
  bool Become(ReadyState state);

  /// kReady that was said too long ago becomes kDatabaseUnavailable. Whether it did.
  bool Expire();

  /// The state's word; nothing if the process is ready.
  std::optional<std::string> not_ready_reason() const;

 private:
  bool Set(ReadyState state);  ///< Under mutex_.

  const std::function<void(bool)> on_change_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  ReadyState state_ = ReadyState::kStarting;
  milliseconds ready_at_{0};  ///< When kReady was said last.
};

}  // namespace lethe
