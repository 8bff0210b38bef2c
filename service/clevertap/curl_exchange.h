#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clevertap/answer.h"
#include "lethe/time.h"

namespace lethe::clevertap {

/// CleverTap's answers take a few hundred bytes; one that complains about each of 1,000 phones
/// about 200 KiB.
inline constexpr std::size_t kMaxAnswerBytes = 1024 * 1024;

/// How calls are made, whichever the account.
struct HttpOptions {
  /// Name look-up, connection and TLS handshake together.
  milliseconds connect_timeout{5'000};

  /// The whole call, from look-up to the last byte. A slot's lease must be longer.
  milliseconds call_timeout{30'000};

  /// PEM file of the certificate authorities to trust instead of the system's: for a CleverTap
  /// behind a private endpoint. Empty: the system's.
  std::string ca_file = {};
};

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers;      ///< `Name: value`, without line ends.
  std::optional<std::string> body = {};  ///< POST; without one GET.
};

/// One libcurl handle, which keeps its connection open between calls. Used by one thread at a time.
///
/// TLS 1.2 or later with verified certificates, HTTP/1.1, no redirects, no proxy (those of the
/// environment are not looked at: identifiers must not take a detour that is not configured), and
/// no repeat of a POST: a body is offered to the network once, even where a kept connection turns
/// out to be dead.
class CurlHandle {
 public:
  explicit CurlHandle(const HttpOptions& options);
  ~CurlHandle();
  CurlHandle(CurlHandle&&) noexcept;
  CurlHandle& operator=(CurlHandle&&) noexcept;

  /// Takes at most `limit`, which is positive.
  Transport Perform(const HttpRequest& request, milliseconds limit);

 private:
  struct Cleanup {
    void operator()(void* handle) const;
  };
  std::unique_ptr<void, Cleanup> handle_;
};

}  // namespace lethe::clevertap
