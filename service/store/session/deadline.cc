#include "store/session/deadline.h"

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace lethe::store {
namespace {

using Time = std::chrono::steady_clock::time_point;

class Watch {
 public:
  /// Never destroyed: sessions in static storage may outlive any order.
  static Watch& Shared() {
    static Watch& watch = *new Watch;
    return watch;
  }

  std::uint64_t Add(int socket, milliseconds limit) {
    const Time at = std::chrono::steady_clock::now() + limit;
    const std::lock_guard lock(mutex_);
    const std::uint64_t id = ++last_id_;
    watched_.emplace(id, Watched{at, socket});
    // Deadlines of the same length come in their order: under load the thread sleeps on.
    if (at < wakes_at_) changed_.notify_one();
    return id;
  }

  void Remove(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    watched_.erase(id);
  }

  bool passed(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    return watched_.at(id).passed;
  }

 private:
  struct Watched {
    Time at;
    int socket;
    bool passed = false;
  };

  Watch() {
    std::thread([this] { Run(); }).detach();
  }

  void Run() {
    std::unique_lock lock(mutex_);
    while (true) {
      const Time now = std::chrono::steady_clock::now();
      wakes_at_ = Time::max();
      for (auto& [id, watched] : watched_) {
        if (watched.passed) continue;
        if (watched.at <= now) {
          // Under the lock, so that the socket is still its owner's.
          shutdown(watched.socket, SHUT_RDWR);
          watched.passed = true;
        } else {
          wakes_at_ = std::min(wakes_at_, watched.at);
        }
      }
      if (wakes_at_ == Time::max()) {
        changed_.wait(lock);
      } else {
        changed_.wait_until(lock, wakes_at_);
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, Watched> watched_;
  Time wakes_at_ = Time::max();
};

}  // namespace

Deadline::Deadline(int socket, milliseconds limit) : id_(Watch::Shared().Add(socket, limit)) {}

Deadline::~Deadline() { Watch::Shared().Remove(id_); }

bool Deadline::passed() const { return Watch::Shared().passed(id_); }

}  // namespace lethe::store
