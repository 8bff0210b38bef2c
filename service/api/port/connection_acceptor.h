#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>

#include "lethe/time.h"
#include "net/listener.h"

namespace lethe::api {

/// Accepts the connections of the gRPC port, and refuses those above a limit, on a thread of its
/// own. gRPC 1.51 knows no limit, and never listens again once descriptors have run out; here a
/// connection that cannot be accepted for want of descriptors waits until it can.
class ConnectionAcceptor {
 public:
  /// Takes a descriptor, and closes it in its own time.
  using Serve = std::function<void(int descriptor)>;

  /// At most `most` connections are open at a time; one more is closed at once. `serve_self` takes
  /// those that this process makes to itself; empty: `serve` does. Begins to accept.
  ConnectionAcceptor(net::Listener listener, std::size_t most, Serve serve,
                     const Serve& serve_self = {});

  ~ConnectionAcceptor();
  ConnectionAcceptor(const ConnectionAcceptor&) = delete;
  ConnectionAcceptor& operator=(const ConnectionAcceptor&) = delete;

  int port() const { return port_; }

  /// Whether a caller who comes now would be answered within `deadline`: asks gRPC's health service
  /// through a connection of its own, which is admitted beyond the limit. May be called from any
  /// thread.
  bool Answers(milliseconds deadline);

  /// Accepts no more, and closes the port. Not while another thread is in it.
  void Stop();

  /// Connections that were refused since this was asked last.
  std::uint64_t TakeRefused() { return refused_.exchange(0); }

 private:
  void Run();
  int AcceptWaiting();
  bool Admit(int descriptor, bool of_self);
  bool TakeExpected(const std::string& address);
  void ForgetClosed();

  const int port_;
  std::optional<net::Listener> listener_;  // Until Stop().
  const std::size_t most_;
  const Serve serve_;
  const Serve serve_self_;
  const int stop_;  // An eventfd.
  std::atomic<std::uint64_t> refused_ = 0;

  std::mutex mutex_;                // Of listener_, beside the thread's use, and of expected_.
  std::set<std::string> expected_;  // The addresses from which the process calls itself.

  // Of the thread alone. gRPC does not tell when it closes a connection. But a socket has a number
  // of its own, its inode: a descriptor that shows another one, or none, is not the connection any
  // more.
  std::unordered_map<int, ino_t> open_;
  std::chrono::steady_clock::time_point last_look_;

  std::jthread thread_;
};

}  // namespace lethe::api
