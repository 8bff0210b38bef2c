#include "access/tls.h"

#include <openssl/err.h>

#include <algorithm>
#include <utility>

#include "access/openssl_handles.h"
#include "lethe/reasons.h"

namespace lethe::access {
namespace {

Error UnusableForTls(const std::string& why) {
  return {.code = ErrorCode::kFailedPrecondition,
          .reason = Text(ErrorReason::kSecretFile),
          .message = why};
}

/// OpenSSL's own word for what went wrong first; it repeats nothing of what it read.
std::string OpenSslReason() {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  ERR_clear_error();
  return reason == nullptr ? "no reason" : reason;
}

}  // namespace

Result<TimePoint> FirstEnd(std::string_view pem) {
  const auto text = Reader(pem);
  TimePoint first = TimePoint::max();
  while (const auto certificate = NextCertificate(*text)) {
    const auto end = EndOf(*certificate);
    if (!end) return UnusableForTls("has a certificate whose end cannot be read");
    first = std::min(first, *end);
  }
  // The end of the text is an error too, by this one name.
  const bool whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (first == TimePoint::max()) return UnusableForTls("has no certificate in PEM");
  if (!whole) return UnusableForTls("has a certificate that cannot be read");
  return first;
}

Status CheckPair(std::string_view certificates, const PrivateKey& key) {
  const auto certificate = NextCertificate(*Reader(certificates));
  if (!certificate) return UnusableForTls("has no certificate in PEM");
  const auto no_passphrase = [](char*, int, int, void*) { return 0; };
  const Owned<EVP_PKEY> own(
      PEM_read_bio_PrivateKey(Reader(key.Reveal()).get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (!own) return UnusableForTls("has no private key in PEM, or one with a passphrase");
  // As a server does: OpenSSL has rules of its own, for the length of keys for one.
  const Owned<SSL_CTX> context(SSL_CTX_new(TLS_server_method()));
  if (SSL_CTX_use_certificate(context.get(), certificate.get()) != 1) {
    return UnusableForTls("has a certificate that OpenSSL does not take: " + OpenSslReason());
  }
  if (SSL_CTX_use_PrivateKey(context.get(), own.get()) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    ERR_clear_error();
    return UnusableForTls("is not the key of the certificate");
  }
  return Ok();
}

}  // namespace lethe::access
