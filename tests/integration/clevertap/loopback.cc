#include "loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace lethe {

LoopbackPort::LoopbackPort(Manner manner)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) std::abort();
  if (manner == Manner::kSilent && ::listen(socket_, 8) != 0) std::abort();
}

LoopbackPort::~LoopbackPort() { ::close(socket_); }

std::string LoopbackPort::Url(const std::string& scheme) const {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  return scheme + "://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

}  // namespace lethe
