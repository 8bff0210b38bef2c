#include "telemetry/operations_server.h"

#include <fcntl.h>
#include <microhttpd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "net/listener.h"
#include "telemetry/open_connections.h"

namespace lethe::telemetry {
namespace {

/// One renders the metrics while the other answers a probe. A connection that waits for its peer
/// holds no thread.
constexpr unsigned kThreads = 2;

/// For one connection, in bytes: a request's line and headers, and its answer's. A probe needs a
/// few hundred; past it the answer is 431.
constexpr std::size_t kConnectionMemory = 8 * 1024;

/// In GnuTLS' words.
constexpr char kVersions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

struct Answer {
  unsigned status = MHD_HTTP_OK;
  std::string body = "ok\n";
  const char* content_type = "text/plain; charset=utf-8";
};

Answer Unready(std::string_view reason) {
  return {.status = MHD_HTTP_SERVICE_UNAVAILABLE, .body = std::string(reason) + "\n"};
}

Answer AnswerTo(std::string_view method, std::string_view path, const OperationsHooks& hooks) {
  if (method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD) {
    return {.status = MHD_HTTP_METHOD_NOT_ALLOWED, .body = "only GET and HEAD\n"};
  }
  if (path == "/metrics") {
    return {.body = hooks.metrics_text(),
            .content_type = "text/plain; version=0.0.4; charset=utf-8"};
  }
  if (path == "/healthz") return hooks.alive() ? Answer{} : Unready("stuck");
  if (path == "/readyz") {
    const auto reason = hooks.not_ready_reason();
    return reason ? Unready(*reason) : Answer{};
  }
  return {.status = MHD_HTTP_NOT_FOUND, .body = "not here: /metrics /healthz /readyz\n"};
}

MHD_Result Send(MHD_Connection* connection, const Answer& answer) {
  // The library takes no constant, but leaves the bytes as they are.
  MHD_Response* response = MHD_create_response_from_buffer(
      answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.content_type);
  MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
  if (answer.status == MHD_HTTP_METHOD_NOT_ALLOWED) {
    MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
  }
  const MHD_Result queued = MHD_queue_response(connection, answer.status, response);
  MHD_destroy_response(response);
  return queued;
}

}  // namespace

class OperationsServer::Impl {
 public:
  Impl(OperationsHooks hooks, const OperationsLimits& limits)
      : hooks_(std::move(hooks)), limits_(limits), open_(limits.connections, limits.lifetime) {}
  ~Impl() {
    if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status Listen(const std::string& listen, const std::optional<OperationsTls>& tls) {
    auto listener = net::Listener::Open(listen);
    if (!listener) {
      return Error{listener.error().code, listener.error().reason,
                   listener.error().message + "; see operations.listen"};
    }
    listener_.emplace(*std::move(listener));
    return Serve(tls);
  }

  Status Use(const OperationsTls& tls) {
    const std::optional<OperationsTls> before = std::move(tls_);
    if (daemon_ != nullptr) {
      // A daemon that stops with its socket shuts that down, for those after it too.
      close(MHD_quiesce_daemon(daemon_));
      MHD_stop_daemon(daemon_);
    }
    Status serving = Serve(tls);
    if (!serving.ok()) std::ignore = Serve(before);
    return serving;
  }

  int port() const { return listener_->port(); }

 private:
  /// Starts a daemon of its own on the port. Who connects between two daemons waits.
  Status Serve(const std::optional<OperationsTls>& tls) {
    tls_ = tls;
    // The library closes it with the daemon.
    const int descriptor = fcntl(listener_->fd(), F_DUPFD_CLOEXEC, 0);
    std::vector options{
        MHD_OptionItem{MHD_OPTION_LISTEN_SOCKET, descriptor, nullptr},
        MHD_OptionItem{MHD_OPTION_THREAD_POOL_SIZE, kThreads, nullptr},
        MHD_OptionItem{MHD_OPTION_CONNECTION_LIMIT, limits_.most_connections(), nullptr},
        MHD_OptionItem{MHD_OPTION_CONNECTION_TIMEOUT, limits_.idle.count(), nullptr},
        MHD_OptionItem{MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemory, nullptr},
        MHD_OptionItem{MHD_OPTION_NOTIFY_CONNECTION,
                       reinterpret_cast<intptr_t>(&Impl::OnConnection), this}};
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC;
    if (tls_) {
      flags |= MHD_USE_TLS;
      options.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, const_cast<char*>(kVersions)});
      options.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, tls_->certificates.data()});
      options.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, tls_->key.data()});
    }
    options.push_back({MHD_OPTION_END, 0, nullptr});
    daemon_ = MHD_start_daemon(flags, 0, nullptr, nullptr, &Impl::OnRequest, this, MHD_OPTION_ARRAY,
                               options.data(), MHD_OPTION_END);
    if (daemon_ == nullptr) {
      return Error{
          ErrorCode::kUnavailable, "LISTEN_FAILED",
          tls_ ? "the operations port does not start: GnuTLS does not take its "
                 "certificate or its key"
               : "the operations port does not start: " + std::string(std::strerror(errno))};
    }
    return Ok();
  }

  static MHD_Result OnRequest(void* self, MHD_Connection* connection, const char* path,
                              const char* method, const char*, const char*, size_t*, void**) {
    // On the first call for a request: whatever body would follow is not read.
    return Send(connection, AnswerTo(method, path, static_cast<const Impl*>(self)->hooks_));
  }

  static void OnConnection(void* self, MHD_Connection* connection, void** own,
                           MHD_ConnectionNotificationCode what) {
    OpenConnections& open = static_cast<Impl*>(self)->open_;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
      const int descriptor =
          MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
      const std::uint64_t number = open.Open(descriptor, std::chrono::steady_clock::now());
      *own = std::make_unique<std::uint64_t>(number).release();
    } else {
      const std::unique_ptr<std::uint64_t> number(static_cast<std::uint64_t*>(*own));
      open.Close(*number);
    }
  }

  const OperationsHooks hooks_;
  const OperationsLimits limits_;
  OpenConnections open_;
  std::optional<net::Listener> listener_;
  std::optional<OperationsTls> tls_;
  MHD_Daemon* daemon_ = nullptr;
};

Result<std::unique_ptr<OperationsServer>> OperationsServer::Start(
    const std::string& listen, OperationsHooks hooks, OperationsLimits limits,
    const std::optional<OperationsTls>& tls) {
  auto impl = std::make_unique<Impl>(std::move(hooks), limits);
  if (Status listening = impl->Listen(listen, tls); !listening) return std::move(listening).error();
  return std::unique_ptr<OperationsServer>(new OperationsServer(std::move(impl)));
}

OperationsServer::OperationsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OperationsServer::~OperationsServer() = default;

int OperationsServer::port() const { return impl_->port(); }

Status OperationsServer::Use(const OperationsTls& tls) { return impl_->Use(tls); }

}  // namespace lethe::telemetry
