#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <thread>
#include <unordered_map>

#include "net/listener.h"

namespace lethe::api {

/// Accepts the connections of the gRPC port, and refuses those above a limit, on a thread of its
/// own. gRPC 1.51 knows no limit, and never listens again once descriptors have run out; here a
/// connection that cannot be accepted for want of descriptors waits until it can.
class ConnectionAcceptor {
 public:
  /// Takes a descriptor, and closes it in its own time.
  using Serve = std::function<void(int descriptor)>;

  /// At most `most` connections are open at a time; one more is closed at once. Begins to accept.
  ConnectionAcceptor(net::Listener listener, std::size_t most, Serve serve);

  /// Accepts no more, and closes the port.
  ~ConnectionAcceptor();
  ConnectionAcceptor(const ConnectionAcceptor&) = delete;
  ConnectionAcceptor& operator=(const ConnectionAcceptor&) = delete;

  int port() const { return listener_.port(); }

  /// Connections that were refused so far.
  std::uint64_t refused() const { return refused_; }

 private:
  void Run();
  int AcceptWaiting();
  bool Admit(int descriptor);
  void ForgetClosed();

  const net::Listener listener_;
  const std::size_t most_;
  const Serve serve_;
  const int stop_;  // An eventfd.
  std::atomic<std::uint64_t> refused_ = 0;

  // Of the thread alone. gRPC does not tell when it closes a connection. But a socket has a number
  // of its own, its inode: a descriptor that shows another one, or none, is not the connection any
  // more.
  std::unordered_map<int, ino_t> open_;
  std::chrono::steady_clock::time_point last_look_;

  std::jthread thread_;
};

}  // namespace lethe::api
