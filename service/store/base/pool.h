#pragma once

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <pqxx/pqxx>
#include <utility>
#include <vector>

#include "lethe/result.h"
#include "store/base/connection.h"
#include "store/base/sql_errors.h"

namespace lethe::store {

/// A bounded set of connections, opened when needed and kept. Thread-safe. When a connection
/// breaks, the idle ones are closed as well: what cut one has most likely cut all.
class Pool {
 public:
  Pool(UrlSource url, int max_connections);

  /// Runs `work(pqxx::connection&)`, whose result is a Result, with a connection of the pool; waits
  /// for one if all are in use. Exceptions become errors.
  template <typename Work>
  auto With(Work&& work) -> decltype(work(std::declval<pqxx::connection&>())) {
    std::unique_ptr<pqxx::connection> connection;
    try {
      connection = Take();
      auto result = work(*connection);
      Give(std::move(connection));
      return result;
    } catch (const std::exception& error) {
      GiveBackAfter(error, std::move(connection));
      return ToError(error);
    }
  }

  /// As With(), and once more if the database was not available, because the pool's connection may
  /// have been cut while it was idle. Only for work that may run twice.
  template <typename Work>
  auto WithRetry(Work&& work) -> decltype(work(std::declval<pqxx::connection&>())) {
    auto result = With(work);
    if (!result.ok() && result.error().code == ErrorCode::kUnavailable) result = With(work);
    return result;
  }

 private:
  std::unique_ptr<pqxx::connection> Take();
  void Give(std::unique_ptr<pqxx::connection> connection);
  void GiveBackAfter(const std::exception& error, std::unique_ptr<pqxx::connection> connection);

  const UrlSource url_;
  const int max_connections_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<pqxx::connection>> idle_;
  int in_use_ = 0;
};

}  // namespace lethe::store
