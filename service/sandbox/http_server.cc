#include "sandbox/http_server.h"

#include <civetweb.h>

#include <array>
#include <chrono>
#include <ctime>
#include <optional>
#include <stop_token>
#include <string_view>
#include <thread>
#include <utility>

namespace lethe::sandbox {
namespace {

std::optional<std::string> Header(const mg_connection* connection, const char* name) {
  const char* value = mg_get_header(connection, name);
  if (value == nullptr) return {};
  return value;
}

std::map<std::string, std::string> ReadQuery(const char* query) {
  std::map<std::string, std::string> parameters;
  if (query == nullptr) return parameters;
  std::string text = query;
  std::array<mg_header, 16> fields{};
  const int count = mg_split_form_urlencoded(text.data(), fields.data(), fields.size());
  for (int i = 0; i < count; ++i) {
    const mg_header& field = fields[static_cast<std::size_t>(i)];
    parameters[field.name] = field.value == nullptr ? "" : field.value;
  }
  return parameters;
}

std::string ReadBody(mg_connection* connection) {
  std::string body;
  std::array<char, 16 * 1024> chunk{};
  for (;;) {
    const int count = mg_read(connection, chunk.data(), chunk.size());
    if (count <= 0) return body;
    body.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

/// Nothing if the caller was gone before the whole body had come: such a call was never made.
std::optional<HttpCall> ReadCall(mg_connection* connection) {
  const mg_request_info& info = *mg_get_request_info(connection);
  std::string body = ReadBody(connection);
  if (static_cast<long long>(body.size()) < info.content_length) return {};
  return HttpCall{.method = info.request_method,
                  .path = info.local_uri,
                  .parameters = ReadQuery(info.query_string),
                  .headers = {.account_id = Header(connection, "X-CleverTap-Account-Id"),
                              .passcode = Header(connection, "X-CleverTap-Passcode"),
                              .content_type = Header(connection, "Content-Type")},
                  .body = std::move(body)};
}

bool WriteBytes(mg_connection* connection, std::string_view bytes) {
  return bytes.empty() || mg_write(connection, bytes.data(), bytes.size()) > 0;
}

std::string Date() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

/// By hand, since civetweb's own header functions use gmtime(), which threads race for.
void WriteHead(mg_connection* connection, const Answer& answer) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + ' ' +
                     mg_get_response_code_text(connection, answer.status) + "\r\nDate: " + Date() +
                     "\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: " +
                     std::to_string(answer.body.size()) + "\r\n";
  for (const auto& [name, value] : answer.headers) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (answer.close) head += "Connection: close\r\n";
  WriteBytes(connection, head + "\r\n");
}

void WriteAnswer(mg_connection* connection, Answer answer, const HttpServer::Wait& wait) {
  if (answer.close) mg_disable_connection_keep_alive(connection);
  const std::string_view body = answer.body;
  switch (answer.delivery) {
    case Delivery::kNone: answer.in_flight.reset(); return;
    case Delivery::kWhole:
      answer.in_flight.reset();
      WriteHead(connection, answer);
      WriteBytes(connection, body);
      return;
    case Delivery::kTruncated:
      answer.in_flight.reset();
      WriteHead(connection, answer);
      WriteBytes(connection, body.substr(0, body.size() / 2));
      return;
    case Delivery::kDrip:
      WriteHead(connection, answer);
      for (std::size_t i = 0; i < body.size(); ++i) {
        if (!wait(answer.drip_delay)) return;
        if (i + 1 == body.size()) answer.in_flight.reset();
        if (!WriteBytes(connection, body.substr(i, 1))) return;
      }
      return;
  }
}

}  // namespace

/// What civetweb calls back.
struct HttpServerCallbacks {
  static int OnRequest(mg_connection* connection, void* server) {
    const auto& self = *static_cast<const HttpServer*>(server);
    const std::optional<HttpCall> call = ReadCall(connection);
    if (!call) {
      mg_disable_connection_keep_alive(connection);
      return 400;
    }
    Answer answer = self.handler_(*call);
    const int status = answer.status;
    WriteAnswer(connection, std::move(answer), self.wait_);
    return status;
  }

  /// Civetweb's complaints have no place to go; what matters shows as an answer.
  static int OnLog(const mg_connection*, const char*) { return 1; }
};

HttpServer::HttpServer(Handler handler, Wait wait)
    : handler_(std::move(handler)), wait_(std::move(wait)) {}

HttpServer::~HttpServer() {
  if (context_ == nullptr) return;
  // Civetweb looks for its end every two seconds, or when a connection comes.
  const std::jthread knocking([port = port()](const std::stop_token& stopped) {
    std::array<char, 128> error{};
    while (!stopped.stop_requested()) {
      mg_connection* knock = mg_connect_client("127.0.0.1", port, 0, error.data(), error.size());
      if (knock != nullptr) mg_close_connection(knock);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  mg_stop(context_);
}

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& listen, int connections,
                                                      Handler handler, Wait wait) {
  std::unique_ptr<HttpServer> server(new HttpServer(std::move(handler), std::move(wait)));
  const std::string threads = std::to_string(connections);
  std::array<const char*, 11> options{"listening_ports",
                                      listen.c_str(),
                                      "num_threads",
                                      threads.c_str(),
                                      "enable_keep_alive",
                                      "yes",
                                      "keep_alive_timeout_ms",
                                      "10000",
                                      "tcp_nodelay",
                                      "1",
                                      nullptr};
  mg_callbacks callbacks{};
  callbacks.log_message = &HttpServerCallbacks::OnLog;
  server->context_ = mg_start(&callbacks, server.get(), options.data());
  if (server->context_ == nullptr) {
    return Error{ErrorCode::kUnavailable, "LISTEN_FAILED",
                 "cannot listen on " + listen + "; give HOST:PORT with a free port"};
  }
  mg_set_request_handler(server->context_, "/", &HttpServerCallbacks::OnRequest, server.get());
  return server;
}

int HttpServer::port() const {
  std::array<mg_server_port, 1> ports{};
  return mg_get_server_ports(context_, 1, ports.data()) == 1 ? ports[0].port : 0;
}

}  // namespace lethe::sandbox
