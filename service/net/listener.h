#pragma once

#include <string>

#include "lethe/result.h"

namespace lethe::net {

/// A TCP socket that listens. Closed by the destructor, unless it was given away.
class Listener {
 public:
  /// `address` is HOST:PORT; port 0 takes a free one. `[::]` is every address of this machine, IPv4
  /// and IPv6; `0.0.0.0` those of IPv4. A name stands for one of its addresses, IPv4 first. No
  /// other process can listen on the same address beside this one. The socket does not block.
  ///   kUnavailable (LISTEN_FAILED): the address is in use, or is not one of this machine.
  static Result<Listener> Open(const std::string& address);

  ~Listener();
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;

  int fd() const { return fd_; }
  int port() const { return port_; }

  /// The descriptor, which the caller now closes.
  int Release();

 private:
  Listener(int fd, int port) : fd_(fd), port_(port) {}

  int fd_;
  int port_;
};

}  // namespace lethe::net
