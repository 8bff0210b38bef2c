#include "access/tls_files.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "access/openssl_handles.h"
#include "lethe/reasons.h"

namespace lethe::access {
namespace {

Error UnusableTlsFile(const std::string& path, const std::string& why) {
  return {.code = ErrorCode::kFailedPrecondition,
          .reason = Text(ErrorReason::kSecretFile),
          .message = path + ": " + why};
}

Result<std::string> ReadText(const std::string& path) {
  std::ifstream file(path);
  if (!file) return UnusableTlsFile(path, std::generic_category().message(errno));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Chain {
  Owned<X509> first;
  TimePoint until;  ///< The earliest end.
};

Result<Chain> ReadChain(const std::string& path) {
  const auto text = ReadText(path);
  if (!text) return text.error();
  const auto reader = Reader(*text);
  Chain chain{.first = nullptr, .until = TimePoint::max()};
  while (auto certificate = NextCertificate(*reader)) {
    const auto end = EndOf(*certificate);
    if (!end) return UnusableTlsFile(path, "has a certificate whose end cannot be read");
    chain.until = std::min(chain.until, *end);
    if (!chain.first) chain.first = std::move(certificate);
  }
  if (!chain.first) return UnusableTlsFile(path, "has no certificate in PEM");
  return chain;
}

Status CheckKey(const std::string& path, X509& certificate) {
  using std::filesystem::perms;
  std::error_code failed;
  const auto mode = std::filesystem::status(path, failed).permissions();
  if (!failed && (mode & perms::others_all) != perms::none) {
    return UnusableTlsFile(path, "everybody on this machine may use it: chmod o= " + path);
  }
  const auto text = ReadText(path);
  if (!text) return text.error();
  const auto reader = Reader(*text);
  const auto no_passphrase = [](char*, int, int, void*) { return 0; };
  const Owned<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(reader.get(), nullptr, no_passphrase, nullptr));
  if (!key) return UnusableTlsFile(path, "has no private key in PEM, or one with a passphrase");
  if (X509_check_private_key(&certificate, key.get()) != 1) {
    return UnusableTlsFile(path, "is not the key of the certificate");
  }
  return Ok();
}

}  // namespace

Result<TlsEnds> CheckTlsFiles(const TlsFiles& files) {
  auto chain = ReadChain(files.certificate_file);
  if (!chain) return chain.error();
  if (const Status key = CheckKey(files.key_file, *chain->first); !key) return key.error();
  TlsEnds ends{.server = chain->until, .client_ca = {}};
  if (files.client_certificates == ClientCertificates::kOff) return ends;
  const auto ca = ReadChain(files.client_ca_file);
  if (!ca) return ca.error();
  ends.client_ca = ca->until;
  return ends;
}

}  // namespace lethe::access
