#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "lethe/result.h"
#include "sandbox/exchange.h"

struct mg_context;

namespace lethe::sandbox {

/// An HTTP server with keep-alive that can also answer badly. Destroying it waits for the calls
/// that are being handled; their answers may be lost.
class HttpServer {
 public:
  /// Called from many threads.
  using Handler = std::function<Answer(const HttpCall&)>;
  /// Waits that long; false if the server is to stop.
  using Wait = std::function<bool(std::chrono::milliseconds)>;

  /// `listen` is `HOST:PORT`; port 0 takes a free one. Serves so many connections at once: one that
  /// is kept alive holds its thread. kUnavailable (LISTEN_FAILED).
  static Result<std::unique_ptr<HttpServer>> Start(const std::string& listen, int connections,
                                                   Handler handler, Wait wait);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;

 private:
  HttpServer(Handler handler, Wait wait);

  const Handler handler_;
  const Wait wait_;
  mg_context* context_ = nullptr;

  friend struct HttpServerCallbacks;
};

}  // namespace lethe::sandbox
