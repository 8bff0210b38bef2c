#include "store/base/connector.h"

#include <algorithm>
#include <random>
#include <utility>

#include "store/base/sql_errors.h"

namespace lethe::store {
namespace {

double Chance() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(random);
}

}  // namespace

milliseconds Backoff::Failed(double chance) {
  const milliseconds pause =
      std::chrono::round<milliseconds>(next_ * (0.5 + 0.5 * std::clamp(chance, 0.0, 1.0)));
  next_ = std::min(2 * next_, kLongest);
  return pause;
}

Connector::Connector(UrlSource url, const SessionLimits& limits)
    : url_(std::move(url)), limits_(limits) {}

bool Connector::MayTry() {
  const std::lock_guard lock(mutex_);
  if (cause_.empty()) return false;
  if (trying_ || std::chrono::steady_clock::now() < next_try_) throw CannotConnect(cause_);
  return trying_ = true;
}

std::unique_ptr<Session> Connector::Connect() {
  const bool for_all = MayTry();
  try {
    auto session = store::Connect(url_, limits_);
    const std::lock_guard lock(mutex_);
    backoff_.Succeeded();
    cause_.clear();
    if (for_all) trying_ = false;
    return session;
  } catch (const std::exception& error) {
    const std::lock_guard lock(mutex_);
    // Threads that failed together fail once.
    if (for_all || cause_.empty()) {
      next_try_ = std::chrono::steady_clock::now() + backoff_.Failed(Chance());
    }
    cause_ = error.what();
    if (for_all) trying_ = false;
    throw;
  }
}

}  // namespace lethe::store
