#pragma once

#include <string>

#include "access/tls.h"
#include "lethe/result.h"

namespace lethe::runtime {

/// Where a port has what it needs for TLS, in PEM. The files are read again when they change.
struct TlsFiles {
  std::string certificate_file;  ///< The server's, then those between it and its root.
  std::string key_file;
  std::string client_ca_file = {};  ///< Empty with kOff.
  access::ClientCertificates client_certificates = access::ClientCertificates::kOff;
};

/// What the files say.
///   kFailedPrecondition (SECRET_FILE): one of them cannot be read or holds nothing of its kind,
///   the key is not the certificate's, everybody on this machine may use the key, or change another
///   one; says the path and why.
Result<access::TlsIdentity> LoadTls(const TlsFiles& files);

}  // namespace lethe::runtime
