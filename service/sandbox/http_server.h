#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "lethe/result.h"
#include "sandbox/exchange.h"

struct MHD_Daemon;

namespace lethe::sandbox {

/// An HTTP server with keep-alive that can also answer badly. Destroying it waits for the calls
/// that are being handled; their answers may be lost.
class HttpServer {
 public:
  /// Called from many threads.
  using Handler = std::function<Answer(const HttpCall&)>;
  /// Waits that long; false if the server is to stop.
  using Wait = std::function<bool(std::chrono::milliseconds)>;

  /// `listen` is as of net::Listener. Serves so many connections at once: one that is kept alive
  /// holds its thread. kUnavailable (LISTEN_FAILED).
  static Result<std::unique_ptr<HttpServer>> Start(const std::string& listen, int connections,
                                                   Handler handler, Wait wait);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const { return port_; }

 private:
  HttpServer(Handler handler, Wait wait, int port);

  const Handler handler_;
  const Wait wait_;
  const int port_;
  MHD_Daemon* daemon_ = nullptr;

  friend struct HttpServerCallbacks;
};

}  // namespace lethe::sandbox
