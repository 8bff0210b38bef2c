#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

struct mg_context;
struct mg_connection;

namespace lethe {

struct SeenRequest {
  int remote_port = 0;  ///< Tells one connection from another.
  std::string method = {};
  std::string path = {};
  std::map<std::string, std::string> headers = {};
  std::string body = {};
};

/// An HTTP server on loopback that remembers every request and answers as it is told.
class WebServer {
 public:
  /// Aborts the test program if it cannot listen.
  WebServer();
  ~WebServer();
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  std::string base_url() const;

  /// From status line to body.
  void AnswerWith(std::string bytes);
  void AnswerBy(std::function<std::string(const SeenRequest&)> answer);

  /// What was seen since the last time.
  std::vector<SeenRequest> TakeRequests();

 private:
  static int OnRequest(mg_connection* connection, void* self);

  mg_context* context_;
  std::mutex mutex_;
  std::function<std::string(const SeenRequest&)> answer_;
  std::vector<SeenRequest> requests_;
};

/// A whole answer, with its Content-Length; `headers` are whole lines with their ends.
std::string HttpAnswer(const std::string& status, const std::string& headers,
                       const std::string& body);

}  // namespace lethe
