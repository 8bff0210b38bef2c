#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "lethe/account.h"
#include "lethe/delivery_queue.h"

namespace lethe::runtime {

/// What a sender found on its route.
enum class Sent {
  kSomething,  ///< A batch went out; there may be more.
  kNothing,    ///< Nothing to claim, or the queue is away.
};

/// The threads that send. A route gets as many at a time as its account's concurrency, since the
/// slots in the database let no more through; and after each batch it goes to the back of the line,
/// so that a long backlog does not starve the other routes.
class Senders {
 public:
  /// `send_one` sends one batch of the route; called from `threads` threads.
  Senders(int threads, const std::vector<Account>& accounts,
          std::function<Sent(const Route&)> send_one);

  ~Senders();

  /// Takes no further batch, and waits for the calls that run. Calling it again does nothing.
  void Stop();

  /// The route has something to send: puts it in line, up to its account's concurrency.
  void Offer(const Route& route);

 private:
  void Run();

  const std::function<Sent(const Route&)> send_one_;
  std::map<std::string, int> concurrency_;  ///< By account.

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Route> line_;
  std::map<Route, int> engaged_;  ///< Senders per route, in line or at work.
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // last: run on all of the above
};

}  // namespace lethe::runtime
