#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <pqxx/pqxx>
#include <string>
#include <utility>
#include <vector>

#include "lethe/result.h"

namespace lethe::store {

/// Where the database is. Asked before every connection, so that a rotated password is used without
/// a restart.
using UrlSource = std::function<Result<std::string>()>;

/// Opens a session that keeps Lethe's promises whatever the role's defaults are: commits are
/// synchronous, statements and locks do not wait for ever. Throws what pqxx throws.
std::unique_ptr<pqxx::connection> Connect(const UrlSource& url);

/// Whether the session is gone, so that another try needs a new one.
bool IsBroken(const std::exception& error);

/// Whether the whole transaction may simply be run again: a deadlock, or a serialization failure.
bool IsTransient(const std::exception& error);

/// Whether the data of the transaction is at fault (SQLSTATE classes 22, 23, and 54 for what is too
/// large), so that another try fails as well.
bool IsDataError(const std::exception& error);

/// What the caller is told. Never the server's text, which quotes values; its SQLSTATE at most.
Error ToError(const std::exception& error);

/// A bounded set of connections, opened when needed and kept. Thread-safe. A connection that broke
/// takes the idle ones with it: whatever cut one has most likely cut all.
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

  /// With(), and once more on a new connection if the first turned out to be cut. Only for work
  /// that may run twice.
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
