#include "api/port/self_call.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace lethe::api {
namespace {

/// A socket's own address, IPv4 or IPv6.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);

  explicit Address(int descriptor) {
    getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &size);
  }

  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
  bool v6() const { return storage.ss_family == AF_INET6; }
  in_port_t& port() {
    return v6() ? reinterpret_cast<sockaddr_in6&>(storage).sin6_port
                : reinterpret_cast<sockaddr_in&>(storage).sin_port;
  }

  /// Every address of the machine becomes the one that is always there.
  void UseLoopbackForAny() {
    if (v6()) {
      in6_addr& host = reinterpret_cast<sockaddr_in6&>(storage).sin6_addr;
      if (IN6_IS_ADDR_UNSPECIFIED(&host)) host = in6addr_loopback;
    } else {
      in_addr& host = reinterpret_cast<sockaddr_in&>(storage).sin_addr;
      if (host.s_addr == htonl(INADDR_ANY)) host.s_addr = htonl(INADDR_LOOPBACK);
    }
  }
};

// The few bytes of HTTP/2 (RFC 9113) that one call takes, by hand: a channel of gRPC's would wait
// for the very threads whose health is in question.

std::string BigEndian(std::size_t number, int size) {
  std::string bytes;
  for (int i = size - 1; i >= 0; --i) bytes += static_cast<char>(number >> (8 * i));
  return bytes;
}

std::string Frame(int type, int flags, int stream, const std::string& payload) {
  return BigEndian(payload.size(), 3) + static_cast<char>(type) + static_cast<char>(flags) +
         BigEndian(static_cast<std::size_t>(stream), 4) + payload;
}

constexpr char kHeaders = 1;

/// A connection's beginning, and a call of gRPC's health service on stream 1, for the process as a
/// whole: an empty message.
std::string HealthCheck() {
  std::string headers = "\x83\x86";  // POST, http
  using Header = std::pair<std::string_view, std::string_view>;
  for (const auto& [name, value] :
       {Header{":path", "/grpc.health.v1.Health/Check"}, Header{":authority", "self"},
        Header{"te", "trailers"}, Header{"content-type", "application/grpc"}}) {
    headers += '\0';
    headers.append(1, static_cast<char>(name.size())).append(name);
    headers.append(1, static_cast<char>(value.size())).append(value);
  }
  constexpr int kSettings = 4;
  constexpr int kEndHeaders = 4;
  constexpr int kData = 0;
  constexpr int kEndStream = 1;
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(kSettings, 0, 0, "") +
         Frame(kHeaders, kEndHeaders, 1, headers) +
         Frame(kData, kEndStream, 1, std::string(5, '\0'));
}

/// Whether the beginning of an answer to the call is among the frames.
bool HasAnswer(std::string_view bytes) {
  constexpr std::size_t kFrameHeader = 9;
  while (bytes.size() >= kFrameHeader) {
    if (bytes[3] == kHeaders) return true;
    std::size_t size = kFrameHeader;
    for (int i = 0; i < 3; ++i) {
      size += static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])) << (8 * (2 - i));
    }
    if (bytes.size() < size) return false;
    bytes.remove_prefix(size);
  }
  return false;
}

}  // namespace

SelfConnection::~SelfConnection() {
  if (descriptor >= 0) close(descriptor);
}

SelfConnection::SelfConnection(SelfConnection&& other) noexcept
    : descriptor(std::exchange(other.descriptor, -1)), address(std::move(other.address)) {}

std::string AddressOf(const sockaddr_storage& address) {
  std::string text;
  const auto append = [&text](const auto& part) {
    text.append(reinterpret_cast<const char*>(&part), sizeof(part));
  };
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    append(v6.sin6_addr);
    append(v6.sin6_port);
  } else {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    append(v4.sin_addr);
    append(v4.sin_port);
  }
  return text;
}

std::optional<SelfConnection> ConnectToSelf(
    int listener, const std::function<void(const std::string& address)>& announce) {
  Address there(listener);
  there.UseLoopbackForAny();
  const int descriptor =
      socket(there.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return {};
  Address here = there;
  here.port() = 0;
  if (bind(descriptor, here.raw(), here.size) == 0) {
    const std::string address = AddressOf(Address(descriptor).storage);
    announce(address);
    if (connect(descriptor, there.raw(), there.size) == 0 || errno == EINPROGRESS) {
      return SelfConnection(descriptor, address);
    }
  }
  close(descriptor);
  return {};
}

bool AnswersHealthCheck(const SelfConnection& connection, milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  const auto wait_for = [&](short what) {
    const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
    pollfd socket{.fd = connection.descriptor, .events = what, .revents = 0};
    return left.count() > 0 && poll(&socket, 1, static_cast<int>(left.count())) == 1;
  };
  const std::string call = HealthCheck();
  if (!wait_for(POLLOUT) || send(connection.descriptor, call.data(), call.size(), MSG_NOSIGNAL) !=
                                static_cast<ssize_t>(call.size())) {
    return false;
  }
  std::string bytes;
  std::array<char, 4096> chunk{};
  while (!HasAnswer(bytes)) {
    if (!wait_for(POLLIN)) return false;
    const ssize_t count = recv(connection.descriptor, chunk.data(), chunk.size(), 0);
    if (count <= 0) return false;
    bytes.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace lethe::api
