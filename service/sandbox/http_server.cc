#include "sandbox/http_server.h"

#include <microhttpd.h>

#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "net/listener.h"

namespace lethe::sandbox {
namespace {

/// An idle connection is closed after that.
constexpr unsigned kKeepAliveSeconds = 10;

/// For one connection, in bytes: as much of a body as is read at a time.
constexpr std::size_t kConnectionMemory = 64 * 1024;

std::optional<std::string> Header(MHD_Connection* connection, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  if (value == nullptr) return {};
  return value;
}

MHD_Result KeepParameter(void* parameters, MHD_ValueKind, const char* name, const char* value) {
  (*static_cast<std::map<std::string, std::string>*>(parameters))[name] =
      value == nullptr ? "" : value;
  return MHD_YES;
}

void SetTimeout(MHD_Connection* connection, unsigned seconds) {
  MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, seconds);
}

/// The body of an answer that is brought in pieces.
struct Body {
  Answer answer;
  const HttpServer::Wait& wait;

  /// Writes what comes at `position` into `to`, which is not empty. The count, or the library's
  /// word for the end of the connection.
  ssize_t Read(std::uint64_t position, char* to, std::size_t size) {
    const auto left = std::string_view{answer.body}.substr(position);
    if (answer.delivery == Delivery::kTruncated) {
      if (position >= answer.body.size() / 2) return MHD_CONTENT_READER_END_WITH_ERROR;
      return static_cast<ssize_t>(left.copy(to, std::min(size, answer.body.size() / 2 - position)));
    }
    if (!wait(answer.drip_delay)) return MHD_CONTENT_READER_END_WITH_ERROR;
    if (left.size() == 1) answer.in_flight.reset();
    return static_cast<ssize_t>(left.copy(to, 1));
  }
};

MHD_Response* MakeResponse(Answer answer, const HttpServer::Wait& wait) {
  if (answer.delivery != Delivery::kDrip) answer.in_flight.reset();
  if (answer.delivery == Delivery::kWhole) {
    return MHD_create_response_from_buffer(answer.body.size(), answer.body.data(),
                                           MHD_RESPMEM_MUST_COPY);
  }
  const std::size_t size = answer.body.size();
  return MHD_create_response_from_callback(
      size, kConnectionMemory,
      [](void* body, std::uint64_t position, char* to, std::size_t room) {
        return static_cast<Body*>(body)->Read(position, to, room);
      },
      new Body{std::move(answer), wait}, [](void* body) { delete static_cast<Body*>(body); });
}

MHD_Result Send(MHD_Connection* connection, Answer answer, const HttpServer::Wait& wait) {
  if (answer.delivery == Delivery::kNone) return MHD_NO;
  const auto headers = std::move(answer.headers);
  const auto status = static_cast<unsigned>(answer.status);
  const bool last = answer.close;
  MHD_Response* response = MakeResponse(std::move(answer), wait);
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                          "application/json; charset=utf-8");
  for (const auto& [name, value] : headers) {
    MHD_add_response_header(response, name.c_str(), value.c_str());
  }
  if (last) MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
  const MHD_Result queued = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return queued;
}

}  // namespace

/// What libmicrohttpd calls back, on the connection's own thread. A call that breaks off before its
/// body is whole is never handled.
struct HttpServerCallbacks {
  static MHD_Result OnRequest(void* server, MHD_Connection* connection, const char* path,
                              const char* method, const char*, const char* bytes, std::size_t* size,
                              void** state) {
    if (*state == nullptr) {
      *state = new HttpCall{.method = method, .path = path};
      return MHD_YES;
    }
    HttpCall& call = *static_cast<HttpCall*>(*state);
    if (*size > 0) {
      call.body.append(bytes, *size);
      *size = 0;
      return MHD_YES;
    }
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &KeepParameter, &call.parameters);
    call.headers = {.account_id = Header(connection, "X-CleverTap-Account-Id"),
                    .passcode = Header(connection, "X-CleverTap-Passcode"),
                    .content_type = Header(connection, "Content-Type")};
    // The handler may take longer than an idle connection may.
    SetTimeout(connection, 0);
    const auto& self = *static_cast<const HttpServer*>(server);
    return Send(connection, self.handler_(call), self.wait_);
  }

  static void OnEnd(void*, MHD_Connection* connection, void** state, MHD_RequestTerminationCode) {
    delete static_cast<HttpCall*>(*state);
    *state = nullptr;
    SetTimeout(connection, kKeepAliveSeconds);
  }
};

HttpServer::HttpServer(Handler handler, Wait wait, int port)
    : handler_(std::move(handler)), wait_(std::move(wait)), port_(port) {}

HttpServer::~HttpServer() {
  if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
}

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& listen, int connections,
                                                      Handler handler, Wait wait) {
  auto listener = net::Listener::Open(listen);
  if (!listener) return std::move(listener).error();
  std::unique_ptr<HttpServer> server(
      new HttpServer(std::move(handler), std::move(wait), listener->port()));
  // A thread for each connection: a handler may sleep, and an answer may come drop by drop.
  constexpr unsigned kMode =
      MHD_USE_POLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION;
  server->daemon_ = MHD_start_daemon(
      kMode, 0, nullptr, nullptr, &HttpServerCallbacks::OnRequest, server.get(),
      MHD_OPTION_LISTEN_SOCKET, listener->Release(), MHD_OPTION_CONNECTION_LIMIT,
      static_cast<unsigned>(connections), MHD_OPTION_CONNECTION_TIMEOUT, kKeepAliveSeconds,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemory, MHD_OPTION_NOTIFY_COMPLETED,
      &HttpServerCallbacks::OnEnd, nullptr, MHD_OPTION_END);
  if (server->daemon_ == nullptr) {
    return Error{ErrorCode::kUnavailable, "LISTEN_FAILED",
                 "the sandbox does not start: " + std::string(std::strerror(errno))};
  }
  return server;
}

}  // namespace lethe::sandbox
