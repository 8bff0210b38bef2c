#pragma once

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <ctime>
#include <memory>
#include <optional>
#include <string_view>

#include "lethe/time.h"

namespace lethe::access {

// Owners of OpenSSL's objects, for this room.

struct FreeOpenSsl {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
template <typename T>
using Owned = std::unique_ptr<T, FreeOpenSsl>;

/// To read the text from. The text outlives it, and is below 2 GiB.
inline Owned<BIO> Reader(std::string_view text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// The next certificate in PEM; null if there is none, or what comes is none.
inline Owned<X509> NextCertificate(BIO& text) {
  return Owned<X509>(PEM_read_bio_X509(&text, nullptr, nullptr, nullptr));
}

/// When the certificate ends; nothing if its time cannot be read.
inline std::optional<TimePoint> EndOf(const X509& certificate) {
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &end) != 1) return std::nullopt;
  return TimePoint(std::chrono::seconds(timegm(&end)));
}

}  // namespace lethe::access
