#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "store/base/connection.h"

namespace lethe::store {

/// How long to leave a database alone that cannot be reached: doubled with each failure in a row,
/// and half of it by chance, so that replicas do not come back together. Not thread-safe.
class Backoff {
 public:
  static constexpr milliseconds kFirst{100};
  /// A database that is back is found within this time; readiness looks each second.
  static constexpr milliseconds kLongest{2'000};

  /// `chance` in [0, 1).
  milliseconds Failed(double chance);
  void Succeeded() { next_ = kFirst; }

 private:
  milliseconds next_ = kFirst;
};

/// Opens the sessions of a process. While the database cannot be reached, one thread tries at a
/// time, and after a Backoff; the others hear at once what came of the last try. Thread-safe.
class Connector {
 public:
  explicit Connector(UrlSource url, const SessionLimits& limits = {});

  /// As store::Connect().
  std::unique_ptr<Session> Connect();

 private:
  /// Throws if a try is of no use now. Whether the caller is the one that tries for all.
  bool MayTry();

  const UrlSource url_;
  const SessionLimits limits_;
  std::mutex mutex_;
  Backoff backoff_;
  std::string cause_;    ///< Of the last failure; empty while sessions can be opened.
  bool trying_ = false;  ///< One thread tries while cause_ is set.
  std::chrono::steady_clock::time_point next_try_;
};

}  // namespace lethe::store
