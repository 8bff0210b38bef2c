#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "store/session/connection.h"

namespace lethe::store {

/// How long to leave a database alone that is of no use: doubled with each failure that follows
/// another, and half of it by chance, so that replicas do not come back together. Not thread-safe.
class Backoff {
 public:
  static constexpr milliseconds kFirst{100};
  /// A database that is back is found within this time; readiness looks each second.
  static constexpr milliseconds kLongest{2'000};
  /// A failure so long after the last one is the first of another outage. Not a success ends one: a
  /// read-only database takes every session.
  static constexpr milliseconds kForget{10'000};

  /// `now` is monotonic; `chance` in [0, 1).
  milliseconds Failed(milliseconds now, double chance);

 private:
  milliseconds next_ = kFirst;
  std::optional<milliseconds> last_failure_;
};

/// Opens the sessions of a process. While the database cannot be reached, one thread tries at a
/// time, and after a Backoff; the others hear at once what came of the last try. Outlives its
/// sessions. Thread-safe.
class Connector {
 public:
  /// `before_use` is called with each session before anyone else has it; if it throws, nobody gets
  /// the session, and the caller of Connect() hears of it. That the database can be reached stays
  /// true then, unless the session broke.
  explicit Connector(UrlSource url, const SessionLimits& limits = {},
                     std::function<void(pqxx::connection&)> before_use = {});

  /// As store::Connect(). Throws what `before_use` throws besides.
  std::unique_ptr<Session> Connect();

  /// A session could be opened, and the database is of no use all the same.
  void Distrust(const std::exception& error);

  /// Sessions that live.
  int open_sessions() const { return open_sessions_; }

 private:
  void Fail(const std::string& cause);
  void EndAbandoned(Session& session);
  std::unique_ptr<Session> Open(bool for_all);

  /// Throws if a try is of no use now. Whether the caller is the one that tries for all.
  bool MayTry();

  const UrlSource url_;
  const SessionLimits limits_;
  const std::function<void(pqxx::connection&)> before_use_;
  std::atomic<int> open_sessions_ = 0;
  std::mutex mutex_;
  Backoff backoff_;
  std::vector<int> abandoned_;  ///< Server processes of sessions that were given up.
  std::string cause_;           ///< Of the last failure; empty after a success.
  bool trying_ = false;         ///< One thread tries while cause_ is set.
  std::chrono::steady_clock::time_point next_try_;
};

}  // namespace lethe::store
