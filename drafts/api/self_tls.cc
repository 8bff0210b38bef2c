#include "api/self_tls.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "lethe/time.h"

namespace lethe::api {

bool SelfSocket::WaitFor(short what) const {
  const auto left = std::chrono::ceil<milliseconds>(end_ - std::chrono::steady_clock::now());
  pollfd socket{.fd = descriptor_, .events = what, .revents = 0};
  return left.count() > 0 && poll(&socket, 1, static_cast<int>(left.count())) == 1;
}

bool SelfSocket::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!WaitFor(POLLOUT)) return false;
    const ssize_t count = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool SelfSocket::Receive(std::string& bytes) {
  std::array<char, 4096> chunk{};
  if (!WaitFor(POLLIN)) return false;
  const ssize_t count = recv(descriptor_, chunk.data(), chunk.size(), 0);
  if (count <= 0) return false;
  bytes.append(chunk.data(), static_cast<std::size_t>(count));
  return true;
}

void SelfTls::Free::operator()(ssl_st* tls) const { SSL_free(tls); }
void SelfTls::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

SelfTls::SelfTls(SelfSocket& socket)
    : socket_(socket), context_(SSL_CTX_new(TLS_client_method())), tls_(SSL_new(context_.get())) {
  // Both ends in memory: the socket is written to without signals, and waited for up to a moment.
  SSL_set_bio(tls_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  constexpr std::array<unsigned char, 3> kHttp2{2, 'h', '2'};
  SSL_set_alpn_protos(tls_.get(), kHttp2.data(), kHttp2.size());
  SSL_set_connect_state(tls_.get());
}

SelfTls::~SelfTls() = default;

bool SelfTls::Flush() {
  std::array<char, 4096> chunk{};
  for (int count = 0; (count = BIO_read(SSL_get_wbio(tls_.get()), chunk.data(), chunk.size())) > 0;) {
    if (!socket_.Send({chunk.data(), static_cast<std::size_t>(count)})) return false;
  }
  return true;
}

bool SelfTls::Feed() {
  std::string bytes;
  if (!socket_.Receive(bytes)) return false;
  return BIO_write(SSL_get_rbio(tls_.get()), bytes.data(), static_cast<int>(bytes.size())) > 0;
}

bool SelfTls::Handshake() {
  while (true) {
    const int done = SSL_do_handshake(tls_.get());
    if (!Flush()) return false;
    if (done == 1) return true;
    if (SSL_get_error(tls_.get(), done) != SSL_ERROR_WANT_READ || !Feed()) return false;
  }
}

bool SelfTls::Send(std::string_view bytes) {
  return SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0 && Flush();
}

bool SelfTls::Receive(std::string& bytes) {
  std::array<char, 4096> chunk{};
  while (true) {
    const int count = SSL_read(tls_.get(), chunk.data(), chunk.size());
    if (count > 0) {
      bytes.append(chunk.data(), static_cast<std::size_t>(count));
      return true;
    }
    if (SSL_get_error(tls_.get(), count) != SSL_ERROR_WANT_READ || !Feed()) return false;
  }
}

}  // namespace lethe::api
