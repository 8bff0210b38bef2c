#include "support/relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace lethe::test {
namespace {

std::string Parameter(const std::string& url, const std::string& name) {
  const std::size_t begin = url.find(name + "=") + name.size() + 1;
  return url.substr(begin, url.find('&', begin) - begin);
}

/// Passes on what there is; false at the end.
bool Forward(int from, int to) {
  std::array<char, 65536> buffer;
  const ssize_t size = read(from, buffer.data(), buffer.size());
  if (size <= 0) return false;
  std::string_view rest(buffer.data(), static_cast<std::size_t>(size));
  while (!rest.empty()) {
    const ssize_t sent = send(to, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

Relay::Relay(const std::string& url) {
  server_path_ = Parameter(url, "host") + "/.s.PGSQL." + Parameter(url, "port");
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, any, length) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, any, &length) != 0) {
    throw std::runtime_error("the relay cannot listen");
  }
  const std::size_t path = url.find("///") + 3;
  const std::string database = url.substr(path, url.find('?') - path);
  url_ = "postgresql://" + Parameter(url, "user") +
         "@127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/" + database;
  wake_ = eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { Run(); });
}

Relay::~Relay() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  eventfd_write(wake_, 1);
  thread_.join();
  for (const auto& [client, server] : pairs_) {
    close(client);
    close(server);
  }
  close(listener_);
  close(wake_);
}

void Relay::SetSilent(bool silent) {
  {
    const std::lock_guard lock(mutex_);
    silent_ = silent;
  }
  eventfd_write(wake_, 1);
}

bool Relay::is_asked() const {
  const std::lock_guard lock(mutex_);
  return resting_ && std::any_of(pairs_.begin(), pairs_.end(), [](const Pair& pair) {
           int waiting = 0;
           return ioctl(pair.client, FIONREAD, &waiting) == 0 && waiting > 0;
         });
}

void Relay::Take() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, server_path_.c_str(), sizeof address.sun_path - 1);
  if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(client);
    close(server);
    return;
  }
  pairs_.push_back({client, server});
}

void Relay::Run() {
  while (true) {
    bool silent = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      silent = resting_ = silent_;
    }
    std::vector<pollfd> ends{{.fd = wake_, .events = POLLIN, .revents = 0}};
    if (!silent) {
      ends.push_back({.fd = listener_, .events = POLLIN, .revents = 0});
      for (const auto& [client, server] : pairs_) {
        ends.push_back({.fd = client, .events = POLLIN, .revents = 0});
        ends.push_back({.fd = server, .events = POLLIN, .revents = 0});
      }
    }
    poll(ends.data(), ends.size(), -1);
    if (ends[0].revents != 0) {
      std::uint64_t ignored = 0;
      eventfd_read(wake_, &ignored);
      continue;
    }
    std::size_t next = 2;
    for (auto pair = pairs_.begin(); pair != pairs_.end();) {
      const bool said = ends[next].revents == 0 || Forward(pair->client, pair->server);
      const bool answered = ends[next + 1].revents == 0 || Forward(pair->server, pair->client);
      next += 2;
      if (said && answered) {
        ++pair;
        continue;
      }
      close(pair->client);
      close(pair->server);
      pair = pairs_.erase(pair);
    }
    if (ends[1].revents != 0) Take();
  }
}

}  // namespace lethe::test
