#include "bench/neutral_vendor.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/eventually.h"
#include "support/http.h"

namespace lethe::bench {
namespace {

/// nginx cannot say which port it took, so one is looked for that is free now.
int FreePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(socket);
  if (!bound) throw std::runtime_error("no port is free on the loopback interface");
  return ntohs(address.sin_port);
}

std::string Configuration(const std::string& port) {
  std::ostringstream text;
  text << std::ifstream(LETHE_SOURCE_DIR "/tests/bench/vendor.conf").rdbuf();
  std::string conf = text.str();
  const std::string listen = "127.0.0.1:PORT";
  return conf.replace(conf.find(listen), listen.size(), "127.0.0.1:" + port);
}

}  // namespace

NeutralVendor::NeutralVendor() {
  std::string pattern = (std::filesystem::temp_directory_path() / "lethe-vendor-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
  directory_ = pattern;
  const std::string port = std::to_string(FreePort());
  url_ = "http://127.0.0.1:" + port;
  std::ofstream(directory_ / "nginx.conf") << Configuration(port);
  Start();
}

NeutralVendor::~NeutralVendor() {
  Stop();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void NeutralVendor::Stop() {
  if (!nginx_) return;
  nginx_->Signal(SIGTERM);
  nginx_->Wait(std::chrono::seconds(10));
  nginx_.reset();
}

void NeutralVendor::Start() {
  nginx_ = std::make_unique<test::Process>(
      std::vector<std::string>{"/usr/sbin/nginx", "-p", directory_.string(), "-c", "nginx.conf",
                               "-e", "stderr"},
      directory_, "nginx");
  test::HttpClient client;
  if (!test::Eventually([&] { return client.Send({.url = url_}).status == 200; })) {
    throw std::runtime_error("nginx does not answer: " + nginx_->err());
  }
}

}  // namespace lethe::bench
