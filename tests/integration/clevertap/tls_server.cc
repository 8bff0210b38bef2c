#include "tls_server.h"

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string_view>

namespace lethe {
namespace {

struct FreeConnection {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

/// All of it that ends in JSON's last brace, or what came before the connection ended.
std::string ReadRequest(SSL* ssl) {
  std::string request;
  std::array<char, 4096> chunk{};
  while (!request.ends_with('}')) {
    const int count = SSL_read(ssl, chunk.data(), static_cast<int>(chunk.size()));
    if (count <= 0) break;
    request.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return request;
}

}  // namespace

Certificate::Certificate(const std::string& subject_alternative_name) {
  std::string pattern = std::filesystem::temp_directory_path() / "lethe-tls-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  directory_ = pattern;
  const std::string command =
      "openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2 "
      "-subj /CN=lethe-test -addext subjectAltName=" +
      subject_alternative_name + " -keyout " + key_file() + " -out " + cert_file() + " 2>/dev/null";
  if (std::system(command.c_str()) != 0) std::abort();
}

Certificate::~Certificate() { std::filesystem::remove_all(directory_); }

void TlsServer::FreeContext::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsServer::TlsServer(const Certificate& certificate, Newest newest)
    : context_(SSL_CTX_new(TLS_server_method())) {
  // A client that leaves during the handshake must not end the test program.
  std::signal(SIGPIPE, SIG_IGN);
  SSL_CTX_use_certificate_file(context_.get(), certificate.cert_file().c_str(), SSL_FILETYPE_PEM);
  SSL_CTX_use_PrivateKey_file(context_.get(), certificate.key_file().c_str(), SSL_FILETYPE_PEM);
  if (SSL_CTX_check_private_key(context_.get()) != 1) std::abort();
  if (newest == Newest::kTls11) {
    // OpenSSL offers so old a version only below its default security level.
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), TLS1_1_VERSION);
  }
  thread_ = std::jthread([this] {
    for (int connection; (connection = ::accept(port_.socket(), nullptr, nullptr)) >= 0;) {
      Serve(connection);
      ::close(connection);
    }
  });
}

TlsServer::~TlsServer() { ::shutdown(port_.socket(), SHUT_RDWR); }

void TlsServer::Serve(int connection) {
  const std::unique_ptr<SSL, FreeConnection> ssl(SSL_new(context_.get()));
  SSL_set_fd(ssl.get(), connection);
  if (SSL_accept(ssl.get()) != 1 || ReadRequest(ssl.get()).empty()) return;
  ++request_count_;
  constexpr std::string_view kAnswer =
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 20\r\n\r\n{\"status\":\"success\"}";
  SSL_write(ssl.get(), kAnswer.data(), static_cast<int>(kAnswer.size()));
  SSL_shutdown(ssl.get());
}

}  // namespace lethe
