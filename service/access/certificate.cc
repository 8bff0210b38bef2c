#include "access/certificate.h"

#include "access/openssl_handles.h"

namespace lethe::access {
namespace {

std::string_view TextOf(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::vector<std::string> NamesOf(const X509& certificate) {
  std::vector<std::string> names;
  const Owned<GENERAL_NAMES> all(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (!all) return names;
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type != GEN_URI && name->type != GEN_DNS) continue;
    const std::string_view text = TextOf(name->d.ia5);
    // A zero byte would end the name for some and not for others.
    if (text.find('\0') == std::string_view::npos) names.emplace_back(text);
  }
  return names;
}

}  // namespace

std::optional<Certificate> ReadCertificate(std::string_view pem) {
  const auto text = Reader(pem);
  const auto certificate = text ? NextCertificate(*text) : nullptr;
  if (!certificate) return std::nullopt;
  const auto until = EndOf(*certificate);
  if (!until) return std::nullopt;
  return Certificate{.names = NamesOf(*certificate), .until = *until};
}

std::shared_ptr<const Certificate> CertificateCache::Read(std::string_view pem) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = known_.find(pem); known != known_.end()) return known->second;
  }
  auto certificate = ReadCertificate(pem);
  if (!certificate) return nullptr;
  auto shared = std::make_shared<const Certificate>(*std::move(certificate));
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMost) known_.clear();
  known_.emplace(pem, shared);
  return shared;
}

}  // namespace lethe::access
