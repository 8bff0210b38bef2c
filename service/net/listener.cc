#include "net/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace lethe::net {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Error Failure(const std::string& address, const std::string& why) {
  return {ErrorCode::kUnavailable, "LISTEN_FAILED", "cannot listen on " + address + ": " + why};
}

Error Failure(const std::string& address, int error) {
  return Failure(address, std::generic_category().message(error));
}

void Set(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof(value));
}

/// The descriptor, or -1 with errno.
int TryListen(const addrinfo& at) {
  const int fd = socket(at.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  // Connections of the process before may still be waiting for their end.
  Set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (at.ai_family == AF_INET6) Set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (bind(fd, at.ai_addr, at.ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0) return fd;
  const int error = errno;
  close(fd);
  errno = error;
  return -1;
}

int PortOf(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

}  // namespace

Result<Listener> Listener::Open(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return Failure(address, "it must be HOST:PORT");
  const std::string port = address.substr(colon + 1);
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);

  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  int error = EADDRNOTAVAIL;
  for (const int family : {AF_INET, AF_INET6}) {
    hints.ai_family = family;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) continue;
    const Addresses addresses(found, &freeaddrinfo);
    const int fd = TryListen(*addresses);
    if (fd >= 0) return Listener(fd, PortOf(fd));
    error = errno;
  }
  // A kernel without IPv6 has no `::`.
  if (host == "::" && error == EAFNOSUPPORT) return Open("0.0.0.0:" + port);
  return Failure(address, error);
}

Listener::~Listener() {
  if (fd_ >= 0) close(fd_);
}

Listener::Listener(Listener&& other) noexcept : fd_(other.Release()), port_(other.port_) {}

int Listener::Release() { return std::exchange(fd_, -1); }

}  // namespace lethe::net
