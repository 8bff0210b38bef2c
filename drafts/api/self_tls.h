#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace lethe::api {

/// A socket that does not block, up to a moment.
class SelfSocket {
 public:
  SelfSocket(int descriptor, std::chrono::steady_clock::time_point end)
      : descriptor_(descriptor), end_(end) {}

  /// All of it; false if the moment comes first, or the peer is gone.
  bool Send(std::string_view bytes);

  /// Appends what comes next; false likewise, and at the end.
  bool Receive(std::string& bytes);

 private:
  bool WaitFor(short what) const;

  const int descriptor_;
  const std::chrono::steady_clock::time_point end_;
};

/// The client's side of TLS 1.2 or later over such a socket, for HTTP/2. It believes every
/// certificate: it calls its own process.
class SelfTls {
 public:
  explicit SelfTls(SelfSocket& socket);
  ~SelfTls();
  SelfTls(const SelfTls&) = delete;
  SelfTls& operator=(const SelfTls&) = delete;

  /// Whether the server has shown its certificate and finished its part.
  bool Handshake();

  // As those of the socket.
  bool Send(std::string_view bytes);
  bool Receive(std::string& bytes);

 private:
  bool Flush();
  bool Feed();

  struct Free {
    void operator()(ssl_st* tls) const;
    void operator()(ssl_ctx_st* context) const;
  };

  SelfSocket& socket_;
  std::unique_ptr<ssl_ctx_st, Free> context_;
  std::unique_ptr<ssl_st, Free> tls_;
};

}  // namespace lethe::api
