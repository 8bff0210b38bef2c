#include "runtime/tls_files.h"

#include <utility>

#include "lethe/reasons.h"
#include "runtime/public_file.h"
#include "runtime/secret_file.h"

namespace lethe::runtime {
namespace {

/// A bundle of many CAs' certificates fits.
constexpr std::size_t kMaxCertificateBytes = 1024UL * 1024;

Error Of(const std::string& path, Error error) {
  error.message = path + ": " + error.message;
  return error;
}

Result<TimePoint> ReadCertificates(const std::string& path, std::string& text) {
  auto read = ReadPublicFile(path, kMaxCertificateBytes);
  if (!read.ok()) return read.error();
  auto end = access::FirstEnd(*read);
  if (!end.ok()) return Of(path, end.error());
  text = *std::move(read);
  return end;
}

}  // namespace

Result<access::TlsIdentity> LoadTls(const TlsFiles& files) {
  access::TlsIdentity identity;
  const auto until = ReadCertificates(files.certificate_file, identity.certificates);
  if (!until.ok()) return until.error();
  identity.until = *until;
  auto key = SecretFile(files.key_file).Read();
  if (!key.ok()) return key.error();
  identity.key = access::PrivateKey(*std::move(key));
  if (Status pair = access::CheckPair(identity.certificates, identity.key); !pair.ok()) {
    return Of(files.key_file, pair.error());
  }
  if (files.client_certificates == access::ClientCertificates::kOff) return identity;
  const auto ca_until = ReadCertificates(files.client_ca_file, identity.client_ca);
  if (!ca_until.ok()) return ca_until.error();
  identity.client_ca_until = *ca_until;
  return identity;
}

}  // namespace lethe::runtime
