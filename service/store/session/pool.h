#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <pqxx/pqxx>
#include <utility>
#include <vector>

#include "lethe/result.h"
#include "store/session/connector.h"
#include "store/session/limits.h"
#include "store/session/sql_errors.h"

namespace lethe::store {

/// A bounded set of sessions, opened when needed and kept while they are. Thread-safe. When a
/// session breaks, the idle ones are closed as well: what cut one has most likely cut all.
class Pool {
 public:
  /// Pools that share a connector leave a database alone together.
  Pool(std::shared_ptr<Connector> connector, int max_sessions, const PoolLimits& limits = {});
  Pool(UrlSource url, int max_sessions, const PoolLimits& limits = {});

  /// Runs `work(pqxx::connection&)`, whose result is a Result, with a session of the pool; waits
  /// for one in a bounded line, and as one Session::Use(). Exceptions become errors.
  template <typename Work>
  auto With(Work&& work) -> decltype(work(std::declval<pqxx::connection&>())) {
    bool again = false;
    return Once(work, {}, again);
  }

  /// As With(), with a limit of its own for the use of the session.
  template <typename Work>
  auto WithFor(milliseconds use, Work&& work) -> decltype(work(std::declval<pqxx::connection&>())) {
    bool again = false;
    return Once(work, use, again);
  }

  /// As With(), and once more if the session was cut, perhaps while it was idle. Only for work that
  /// may run twice.
  template <typename Work>
  auto WithRetry(Work&& work) -> decltype(work(std::declval<pqxx::connection&>())) {
    bool again = false;
    auto result = Once(work, {}, again);
    return again ? With(work) : std::move(result);
  }

  /// As WithRetry(), with a limit of its own for each use of a session.
  template <typename Work>
  auto WithRetryFor(milliseconds use, Work&& work)
      -> decltype(work(std::declval<pqxx::connection&>())) {
    bool again = false;
    auto result = Once(work, use, again);
    return again ? WithFor(use, work) : std::move(result);
  }

 private:
  struct Idle {
    std::unique_ptr<Session> session;
    std::chrono::steady_clock::time_point since;
  };

  /// `again`: another session may do better at once.
  template <typename Work>
  auto Once(Work&& work, std::optional<milliseconds> use, bool& again)
      -> decltype(work(std::declval<pqxx::connection&>())) {
    std::unique_ptr<Session> session;
    try {
      session = Take();
      const auto run = [&] { return work(static_cast<pqxx::connection&>(*session)); };
      auto result = use ? session->UseFor(*use, run) : session->Use(run);
      again = !result.ok() && !session->is_open();  // `work` has caught it
      GiveBack(std::move(session), /*broken=*/false);
      return result;
    } catch (const std::exception& error) {
      again = session && MayDoBetter(error);
      if (session) GiveBackAfter(error, std::move(session));
      return ToError(error);
    }
  }

  static bool MayDoBetter(const std::exception& error);
  std::unique_ptr<Session> Take();
  void GiveBack(std::unique_ptr<Session> session, bool broken);
  void GiveBackAfter(const std::exception& error, std::unique_ptr<Session> session);

  const std::shared_ptr<Connector> connector_;
  const int max_sessions_;
  const PoolLimits limits_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<Idle> idle_;  ///< The last one is taken first, so that others rest.
  int in_use_ = 0;
  int in_line_ = 0;
};

}  // namespace lethe::store
