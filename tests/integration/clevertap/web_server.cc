#include "web_server.h"

#include <civetweb.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace lethe {

std::string HttpAnswer(const std::string& status, const std::string& headers,
                       const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

WebServer::WebServer() {
  AnswerWith(HttpAnswer("200 OK", "", R"({"status":"success"})"));
  std::array<const char*, 9> options{"listening_ports",
                                     "127.0.0.1:0",
                                     "enable_keep_alive",
                                     "yes",
                                     "keep_alive_timeout_ms",
                                     "10000",
                                     "num_threads",
                                     "8",
                                     nullptr};
  const mg_callbacks callbacks{};
  context_ = mg_start(&callbacks, nullptr, options.data());
  if (context_ == nullptr) std::abort();
  mg_set_request_handler(context_, "/", &WebServer::OnRequest, this);
}

WebServer::~WebServer() { mg_stop(context_); }

std::string WebServer::base_url() const {
  std::array<mg_server_port, 1> ports{};
  mg_get_server_ports(context_, 1, ports.data());
  return "http://127.0.0.1:" + std::to_string(ports[0].port);
}

void WebServer::AnswerWith(std::string bytes) {
  AnswerBy([bytes = std::move(bytes)](const SeenRequest&) { return bytes; });
}

void WebServer::AnswerBy(std::function<std::string(const SeenRequest&)> answer) {
  const std::lock_guard lock(mutex_);
  answer_ = std::move(answer);
}

std::vector<SeenRequest> WebServer::TakeRequests() {
  const std::lock_guard lock(mutex_);
  return std::exchange(requests_, {});
}

int WebServer::OnRequest(mg_connection* connection, void* self) {
  auto& server = *static_cast<WebServer*>(self);
  const mg_request_info& info = *mg_get_request_info(connection);
  SeenRequest request{
      .remote_port = info.remote_port, .method = info.request_method, .path = info.local_uri};
  for (int i = 0; i < info.num_headers; ++i) {
    request.headers[info.http_headers[i].name] = info.http_headers[i].value;
  }
  std::array<char, 16 * 1024> chunk{};
  for (int count = 0; (count = mg_read(connection, chunk.data(), chunk.size())) > 0;) {
    request.body.append(chunk.data(), static_cast<std::size_t>(count));
  }
  const std::lock_guard lock(server.mutex_);
  const std::string answer = server.answer_(request);
  server.requests_.push_back(std::move(request));
  mg_write(connection, answer.data(), answer.size());
  return 200;
}

}  // namespace lethe
