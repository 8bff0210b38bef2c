#include "store/base/pool.h"

#include <utility>
#include <vector>

namespace lethe::store {

Pool::Pool(UrlSource url, int max_connections)
    : url_(std::move(url)), max_connections_(max_connections) {}

std::unique_ptr<pqxx::connection> Pool::Take() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [this] { return in_use_ < max_connections_; });
  ++in_use_;
  if (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  }
  lock.unlock();
  return Connect(url_);
}

void Pool::Give(std::unique_ptr<pqxx::connection> connection) {
  std::lock_guard lock(mutex_);
  --in_use_;
  idle_.push_back(std::move(connection));
  returned_.notify_one();
}

void Pool::GiveBackAfter(const std::exception& error,
                         std::unique_ptr<pqxx::connection> connection) {
  const bool broken = IsBroken(error) || !connection || !connection->is_open();
  std::vector<std::unique_ptr<pqxx::connection>> cut;  // closed outside the lock
  std::lock_guard lock(mutex_);
  --in_use_;
  if (broken) {
    cut.swap(idle_);
    cut.push_back(std::move(connection));
  } else {
    idle_.push_back(std::move(connection));
  }
  returned_.notify_one();
}

}  // namespace lethe::store
