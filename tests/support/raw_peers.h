#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lethe::test {

/// A TCP connection to this machine that says what it is told, and nothing else.
class RawPeer {
 public:
  explicit RawPeer(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) Close();
  }
  ~RawPeer() { Close(); }
  RawPeer(RawPeer&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  RawPeer& operator=(RawPeer&&) = delete;

  bool connected() const { return fd_ >= 0; }
  int descriptor() const { return fd_; }

  /// False if the other side has closed the connection.
  bool Send(std::string_view bytes) const {
    return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }

  /// All that comes until the other side closes the connection.
  std::string ReadToTheEnd() const {
    return ReadUntil([](const std::string&) { return false; });
  }

  /// All that comes until `enough` of it did, or the other side closes the connection.
  template <typename Enough>
  std::string ReadUntil(Enough enough) const {
    std::string all;
    std::array<char, 4096> bytes{};
    while (!enough(all)) {
      const ssize_t count = recv(fd_, bytes.data(), bytes.size(), 0);
      if (count <= 0) break;
      all.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return all;
  }

 private:
  void Close() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

  int fd_;
};

inline std::vector<RawPeer> ConnectPeers(int port, int count) {
  std::vector<RawPeer> peers;
  for (int i = 0; i < count; ++i) peers.emplace_back(port);
  return peers;
}

/// Lets this process have so many descriptors, as far as the hard limit allows.
inline void AllowDescriptors(rlim_t count) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(count, limit.rlim_max));
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace lethe::test
