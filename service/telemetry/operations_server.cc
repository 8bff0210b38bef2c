#include "telemetry/operations_server.h"

#include <civetweb.h>

#include <string_view>
#include <utility>

namespace lethe::telemetry {
namespace {

struct Answer {
  int status = 200;
  const char* phrase = "OK";
  std::string body = "ok\n";
  const char* content_type = "text/plain; charset=utf-8";
};

Answer Unready(std::string_view reason) {
  return {.status = 503, .phrase = "Service Unavailable", .body = std::string(reason) + "\n"};
}

Answer AnswerTo(std::string_view method, std::string_view path, const OperationsHooks& hooks) {
  if (method != "GET" && method != "HEAD") {
    return {.status = 405, .phrase = "Method Not Allowed", .body = "only GET and HEAD\n"};
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
  return {.status = 404, .phrase = "Not Found", .body = "not here: /metrics /healthz /readyz\n"};
}

}  // namespace

class OperationsServer::Impl {
 public:
  explicit Impl(OperationsHooks hooks) : hooks_(std::move(hooks)) {}
  ~Impl() {
    if (context_ != nullptr) mg_stop(context_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// The reason why it does not listen, if it does not.
  std::optional<Error> Listen(const std::string& listen) {
    // Two pollers and a person at once. A peer that stalls gives its thread back after the timeout.
    const char* options[] = {"listening_ports",    listen.c_str(), "num_threads", "4",
                             "request_timeout_ms", "5000",         nullptr};
    mg_callbacks callbacks{};
    callbacks.begin_request = [](mg_connection* connection) {
      static_cast<Impl*>(mg_get_user_data(mg_get_context(connection)))->Serve(connection);
      return 1;  // Any other value than 0: answered.
    };
    // Silences civetweb, which would write to standard error.
    callbacks.log_message = [](const mg_connection*, const char*) { return 1; };

    char text[256] = "";
    mg_error_data error{};
    error.text = text;
    error.text_buffer_size = sizeof(text);
    mg_init_data init{};
    init.callbacks = &callbacks;
    init.user_data = this;
    init.configuration_options = options;
    context_ = mg_start2(&init, &error);
    mg_server_port port{};
    if (context_ == nullptr || mg_get_server_ports(context_, 1, &port) != 1) {
      return Error{ErrorCode::kUnavailable, "LISTEN_FAILED",
                   "cannot listen on " + listen +
                       " for operations: the address is in use or not this machine's; see "
                       "operations.listen (" +
                       text + ")"};
    }
    port_ = port.port;
    return std::nullopt;
  }

  int port() const { return port_; }

 private:
  void Serve(mg_connection* connection) const {
    const mg_request_info& request = *mg_get_request_info(connection);
    const std::string_view method = request.request_method;
    const Answer answer = AnswerTo(method, request.local_uri, hooks_);
    mg_printf(connection,
              "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s"
              "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
              answer.status, answer.phrase, answer.content_type, answer.body.size(),
              answer.status == 405 ? "Allow: GET, HEAD\r\n" : "");
    if (method != "HEAD") mg_write(connection, answer.body.data(), answer.body.size());
  }

  const OperationsHooks hooks_;
  mg_context* context_ = nullptr;
  int port_ = 0;
};

Result<std::unique_ptr<OperationsServer>> OperationsServer::Start(const std::string& listen,
                                                                  OperationsHooks hooks) {
  auto impl = std::make_unique<Impl>(std::move(hooks));
  if (std::optional<Error> error = impl->Listen(listen)) return *std::move(error);
  return std::unique_ptr<OperationsServer>(new OperationsServer(std::move(impl)));
}

OperationsServer::OperationsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OperationsServer::~OperationsServer() = default;

int OperationsServer::port() const { return impl_->port(); }

}  // namespace lethe::telemetry
