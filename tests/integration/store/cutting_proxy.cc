#include "integration/store/cutting_proxy.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string_view>

namespace lethe::store {
namespace {

constexpr int kPollMs = 20;

sockaddr_un Address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("too long: " + path);
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

template <typename Call>
int OpenSocket(const std::string& path, Call call) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  const sockaddr_un address = Address(path);
  if (call(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot use the socket " + path);
  }
  return socket;
}

/// Nothing at the end.
std::string Read(int socket) {
  std::array<char, 16384> buffer;
  const ssize_t size = read(socket, buffer.data(), buffer.size());
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : "";
}

bool Write(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

}  // namespace

CuttingProxy::CuttingProxy(const std::string& url) : url_(url) {
  std::string pattern = (std::filesystem::temp_directory_path() / "lethe-proxy-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
  directory_ = pattern;
  const std::size_t host = url_.find("host=") + 5;
  const std::string server_directory = url_.substr(host, url_.find('&', host) - host);
  url_.replace(host, server_directory.size(), directory_);
  constexpr char kSocket[] = "/.s.PGSQL.5432";
  server_path_ = server_directory + kSocket;
  listener_ = OpenSocket(directory_ + kSocket, ::bind);
  if (listen(listener_, 8) != 0) throw std::runtime_error("cannot listen");
  acceptor_ = std::jthread([this] { Accept(); });
}

CuttingProxy::~CuttingProxy() {
  stopping_ = true;
  acceptor_.join();
  pumps_.clear();
  close(listener_);
  std::filesystem::remove_all(directory_);
}

void CuttingProxy::CutAfterNext(const std::string& text) {
  const std::lock_guard lock(mutex_);
  cut_after_ = text;
}

bool CuttingProxy::IsToBeCut(const std::string& message) {
  const std::lock_guard lock(mutex_);
  if (cut_after_.empty() || message.find(cut_after_) == std::string::npos) return false;
  cut_after_.clear();
  return true;
}

void CuttingProxy::Accept() {
  pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
  while (!stopping_) {
    if (poll(&waiting, 1, kPollMs) <= 0) continue;
    const int client = accept(listener_, nullptr, nullptr);
    if (client >= 0) pumps_.emplace_back([this, client] { Pump(client); });
  }
}

void CuttingProxy::Pump(int client) {
  const int server = OpenSocket(server_path_, ::connect);
  std::array<pollfd, 2> ends{pollfd{.fd = client, .events = POLLIN, .revents = 0},
                             pollfd{.fd = server, .events = POLLIN, .revents = 0}};
  bool cut = false;
  while (!stopping_) {
    if (poll(ends.data(), ends.size(), kPollMs) <= 0) continue;
    if (ends[1].revents != 0) {
      const std::string answer = Read(server);
      if (cut) has_cut_ = true;
      if (cut || answer.empty() || !Write(client, answer)) break;
    }
    if (ends[0].revents != 0) {
      const std::string message = Read(client);
      if (message.empty()) break;
      cut = IsToBeCut(message);
      if (!Write(server, message)) break;
    }
  }
  close(server);
  close(client);
}

}  // namespace lethe::store
