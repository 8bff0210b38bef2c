#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "loopback.h"

struct ssl_ctx_st;

namespace lethe {

/// A self-signed certificate, which is its own authority, made by the `openssl` command.
class Certificate {
 public:
  /// For a name as in `IP:127.0.0.1` or `DNS:host`.
  explicit Certificate(const std::string& subject_alternative_name);
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  std::string cert_file() const { return directory_ / "cert.pem"; }
  std::string key_file() const { return directory_ / "key.pem"; }

 private:
  std::filesystem::path directory_;
};

/// Answers one request per connection with success, over TLS only, one connection at a time.
class TlsServer {
 public:
  enum class Newest { kTls11, kTls13 };
  explicit TlsServer(const Certificate& certificate, Newest newest = Newest::kTls13);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::string base_url() const { return port_.Url("https"); }

  /// Requests that came through the handshake.
  int request_count() const { return request_count_; }

 private:
  void Serve(int connection);

  struct FreeContext {
    void operator()(ssl_ctx_st* context) const;
  };
  LoopbackPort port_{LoopbackPort::Manner::kSilent};
  std::unique_ptr<ssl_ctx_st, FreeContext> context_;
  std::atomic<int> request_count_ = 0;
  std::jthread thread_;
};

}  // namespace lethe
