#include "store/session/connector.h"

#include <algorithm>
#include <random>
#include <utility>

#include "store/session/sql.h"
#include "store/session/sql_errors.h"

namespace lethe::store {
namespace {

double Chance() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(random);
}

}  // namespace

milliseconds Backoff::Failed(milliseconds now, double chance) {
  if (last_failure_ && now - *last_failure_ >= kForget) next_ = kFirst;
  last_failure_ = now;
  const milliseconds pause =
      std::chrono::round<milliseconds>(next_ * (0.5 + 0.5 * std::clamp(chance, 0.0, 1.0)));
  next_ = std::min(2 * next_, kLongest);
  return pause;
}

Connector::Connector(UrlSource url, const SessionLimits& limits,
                     std::function<void(pqxx::connection&)> before_use)
    : url_(std::move(url)), limits_(limits), before_use_(std::move(before_use)) {}

bool Connector::MayTry() {
  const std::lock_guard lock(mutex_);
  if (cause_.empty()) return false;
  if (trying_ || std::chrono::steady_clock::now() < next_try_) throw CannotConnect(cause_);
  return trying_ = true;
}

std::unique_ptr<Session> Connector::Connect() {
  auto session = Open(MayTry());
  if (!before_use_) return session;
  try {
    session->Use([&] { before_use_(*session); });
  } catch (const std::exception& error) {
    if (IsBroken(error)) Distrust(error);
    throw;
  }
  return session;
}

std::unique_ptr<Session> Connector::Open(bool for_all) {
  try {
    auto session = store::Connect(url_, limits_);
    ++open_sessions_;
    session->Hold(std::shared_ptr<void>(nullptr, [this](void*) { --open_sessions_; }));
    EndAbandoned(*session);
    // Asked now: libpq forgets it with the connection.
    session->OnNoAnswer([this, pid = session->backendpid()] {
      const std::lock_guard lock(mutex_);
      abandoned_.push_back(pid);
    });
    const std::lock_guard lock(mutex_);
    cause_.clear();
    if (for_all) trying_ = false;
    return session;
  } catch (const std::exception& error) {
    const std::lock_guard lock(mutex_);
    // Threads that failed together fail once.
    if (for_all || cause_.empty()) Fail(error.what());
    if (for_all) trying_ = false;
    throw;
  }
}

void Connector::EndAbandoned(Session& session) {
  std::vector<int> abandoned;
  {
    const std::lock_guard lock(mutex_);
    abandoned.swap(abandoned_);
  }
  if (abandoned.empty()) return;
  session.Use([&] {
    pqxx::nontransaction work(session);
    for (const int pid : abandoned) sql::EndAbandoned{.pid = pid}.Run(work);
  });
}

void Connector::Distrust(const std::exception& error) {
  const std::lock_guard lock(mutex_);
  if (cause_.empty()) Fail(CauseOf(error));
}

void Connector::Fail(const std::string& cause) {
  cause_ = cause;
  const auto now = std::chrono::steady_clock::now();
  next_try_ =
      now + backoff_.Failed(std::chrono::floor<milliseconds>(now.time_since_epoch()), Chance());
}

}  // namespace lethe::store
