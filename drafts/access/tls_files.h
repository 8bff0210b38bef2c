#pragma once

#include <optional>
#include <string>
#include <string_view>

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

/// Where TLS has what it needs, in PEM. The files are read again when they change.
struct TlsFiles {
  std::string certificate_file;  ///< The server's, and those between it and its root.
  std::string key_file;
  std::string client_ca_file = {};  ///< Empty with kOff.
  ClientCertificates client_certificates = ClientCertificates::kOff;
};

/// When the first of the certificates ends.
struct TlsEnds {
  TimePoint server;
  std::optional<TimePoint> client_ca;
};

/// What the files say.
///   kFailedPrecondition (SECRET_FILE): one of them cannot be read or holds nothing of its kind, the
///   key does not fit the certificate, or everybody on this machine may use the key; says the path
///   and why.
Result<TlsEnds> CheckTlsFiles(const TlsFiles& files);

}  // namespace lethe::access

namespace lethe {

template <>
inline constexpr auto kAll<access::ClientCertificates> = AllNamed<access::ClientCertificates>();

}  // namespace lethe
