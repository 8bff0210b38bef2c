#include "store/session/pool.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace lethe::store {

Pool::Pool(std::shared_ptr<Connector> connector, int max_sessions, const PoolLimits& limits)
    : connector_(std::move(connector)), max_sessions_(max_sessions), limits_(limits) {}

Pool::Pool(UrlSource url, int max_sessions, const PoolLimits& limits)
    : Pool(std::make_shared<Connector>(std::move(url), limits.session), max_sessions, limits) {}

bool Pool::MayDoBetter(const std::exception& error) {
  if (dynamic_cast<const NoAnswer*>(&error)) return false;
  return IsBroken(error) || IsTransient(error);
}

std::unique_ptr<Session> Pool::Take() {
  {
    std::unique_lock lock(mutex_);
    if (in_use_ >= max_sessions_) {
      if (in_line_ >= limits_.line) throw PoolBusy();
      ++in_line_;
      const bool free =
          returned_.wait_for(lock, limits_.wait, [this] { return in_use_ < max_sessions_; });
      --in_line_;
      if (!free) throw PoolBusy();
    }
    ++in_use_;
    if (!idle_.empty()) {
      auto session = std::move(idle_.back().session);
      idle_.pop_back();
      return session;
    }
  }
  try {
    return connector_->Connect();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    --in_use_;
    returned_.notify_one();
    throw;
  }
}

void Pool::GiveBackAfter(const std::exception& error, std::unique_ptr<Session> session) {
  if (IsReadOnly(error)) connector_->Distrust(error);
  GiveBack(std::move(session), IsBroken(error));
}

void Pool::GiveBack(std::unique_ptr<Session> session, bool broken) {
  broken = broken || !session->is_open();
  std::vector<Idle> closed;  // outside the lock
  const auto now = std::chrono::steady_clock::now();
  std::lock_guard lock(mutex_);
  --in_use_;
  if (broken) {
    closed.swap(idle_);
    closed.push_back({std::move(session), now});
  } else {
    const auto rested = std::ranges::find_if(
        idle_, [&](const Idle& one) { return now - one.since < limits_.idle; });
    closed.assign(std::make_move_iterator(idle_.begin()), std::make_move_iterator(rested));
    idle_.erase(idle_.begin(), rested);
    idle_.push_back({std::move(session), now});
  }
  returned_.notify_one();
}

}  // namespace lethe::store
