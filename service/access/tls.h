#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "access/live.h"
#include "lethe/redacted.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "lethe/words.h"

namespace lethe::access {

/// What a client must show to get as far as HTTP/2.
enum class ClientCertificates {
  kOff,       ///< Nothing: it is not asked.
  kOptional,  ///< A certificate of the client CA's, or none.
  kRequired,  ///< A certificate of the client CA's.
};

constexpr std::string_view Name(ClientCertificates certificates) {
  switch (certificates) {
    case ClientCertificates::kOff: return "off";
    case ClientCertificates::kOptional: return "optional";
    case ClientCertificates::kRequired: return "required";
  }
  return "";
}

/// A private key, in PEM.
using PrivateKey = Redacted<struct PrivateKeyTag>;

/// By what a server shows who it is, and knows whom to believe; in PEM.
struct TlsIdentity {
  std::string certificates;  ///< The server's, then those between it and its root.
  PrivateKey key = {};
  std::string client_ca = {};  ///< Those that issue client certificates; empty: none are asked for.
  TimePoint until = {};        ///< When the first of `certificates` ends.
  std::optional<TimePoint> client_ca_until = {};  ///< When the first of `client_ca` ends.

  friend bool operator==(const TlsIdentity&, const TlsIdentity&) = default;
};

/// When the first of the certificates in a text ends.
///   kFailedPrecondition (SECRET_FILE): there is none, or one cannot be read; says why.
Result<TimePoint> FirstEnd(std::string_view pem);

/// Whether a server can use the key and the certificates, of which the first must be the key's.
/// Errors: as those of FirstEnd().
Status CheckPair(std::string_view certificates, const PrivateKey& key);

/// The identity that a process works with.
class LiveTls : public Live<TlsIdentity> {
 public:
  LiveTls() : Live(TlsIdentity()) {}
  using Live::Live;
};

}  // namespace lethe::access

namespace lethe {

template <>
inline constexpr auto kAll<access::ClientCertificates> = AllNamed<access::ClientCertificates>();

}  // namespace lethe
