#include "api/port/connection_acceptor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "api/port/self_call.h"

namespace lethe::api {
namespace {

/// How long the acceptor waits where the process has no descriptor, or no memory, for one more.
constexpr std::chrono::milliseconds kExhausted{100};

/// How often it looks which of its connections are closed by now, at most: one look takes a
/// millisecond where thousands are open, and a flood of refused ones must not pay it each.
constexpr std::chrono::milliseconds kBetweenLooks{10};

/// Nothing that is sent may be left unacknowledged for longer: what gRPC sets for its own listeners
/// where keepalive is on.
constexpr int kUnacknowledgedMs = 20'000;

constexpr int kAtATime = 64;

bool IsExhausted(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/// The number that tells this socket from every other; 0 if the descriptor is closed.
ino_t SocketNumber(int descriptor) {
  struct stat about {};
  return fstat(descriptor, &about) == 0 ? about.st_ino : 0;
}

void Set(int descriptor, int option, int value) {
  setsockopt(descriptor, IPPROTO_TCP, option, &value, sizeof(value));
}

}  // namespace

ConnectionAcceptor::ConnectionAcceptor(net::Listener listener, std::size_t most, Serve serve,
                                       const Serve& serve_self)
    : port_(listener.port()),
      listener_(std::move(listener)),
      most_(most),
      serve_(std::move(serve)),
      serve_self_(serve_self ? serve_self : serve_),
      stop_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { Run(); }) {}

ConnectionAcceptor::~ConnectionAcceptor() {
  Stop();
  close(stop_);
}

void ConnectionAcceptor::Stop() {
  eventfd_write(stop_, 1);
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  listener_.reset();
}

void ConnectionAcceptor::Run() {
  std::array<pollfd, 2> waiting{pollfd{.fd = stop_, .events = POLLIN, .revents = 0},
                                pollfd{.fd = listener_->fd(), .events = POLLIN, .revents = 0}};
  while (true) {
    poll(waiting.data(), waiting.size(), -1);
    if (waiting[0].revents != 0) return;
    const bool exhausted = IsExhausted(AcceptWaiting());
    if (exhausted && poll(waiting.data(), 1, static_cast<int>(kExhausted.count())) > 0) return;
  }
}

/// Accepts the peers that wait, at most kAtATime, so that a stop need not wait for this loop.
/// Returns 0, or the errno that ended it.
int ConnectionAcceptor::AcceptWaiting() {
  for (int i = 0; i < kAtATime; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof(peer);
    const int descriptor = accept4(listener_->fd(), reinterpret_cast<sockaddr*>(&peer), &size,
                                   SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor < 0) return errno;
    const bool of_self = TakeExpected(AddressOf(peer));
    if (Admit(descriptor, of_self)) {
      (of_self ? serve_self_ : serve_)(descriptor);
    } else {
      ++refused_;  // Before the peer can see it.
      close(descriptor);
    }
  }
  return 0;
}

bool ConnectionAcceptor::Admit(int descriptor, bool of_self) {
  open_.erase(descriptor);  // An earlier connection had this descriptor: it is closed.
  if (open_.size() >= most_) ForgetClosed();
  if (open_.size() >= most_ && !of_self) return false;
  open_.emplace(descriptor, SocketNumber(descriptor));
  Set(descriptor, TCP_NODELAY, 1);
  Set(descriptor, TCP_USER_TIMEOUT, kUnacknowledgedMs);
  return true;
}

bool ConnectionAcceptor::Answers(milliseconds deadline) {
  std::optional<SelfConnection> connection;
  {
    const std::lock_guard lock(mutex_);
    if (!listener_) return false;
    auto made =
        ConnectToSelf(listener_->fd(), [this](const auto& from) { expected_.insert(from); });
    if (made) connection.emplace(*std::move(made));
  }
  if (!connection) return false;
  const bool answers = AnswersHealthCheck(*connection, deadline);
  TakeExpected(connection->address);
  return answers;
}

bool ConnectionAcceptor::TakeExpected(const std::string& address) {
  const std::lock_guard lock(mutex_);
  return expected_.erase(address) > 0;
}

void ConnectionAcceptor::ForgetClosed() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_look_ < kBetweenLooks) return;
  last_look_ = now;
  std::erase_if(open_, [](const auto& connection) {
    return SocketNumber(connection.first) != connection.second;
  });
}

}  // namespace lethe::api
