#include "support/certificates.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace lethe::test {
namespace {

template <typename Write>
std::string Pem(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new(BIO_s_mem()), &BIO_free_all);
  write(out.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string PemOf(X509* certificate) {
  return Pem([&](BIO* out) { PEM_write_bio_X509(out, certificate); });
}

void AddExtension(X509* certificate, int which, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, which, value.c_str());
  if (extension == nullptr) throw std::runtime_error("no such extension: " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* Make(const std::string& name, EVP_PKEY* key, const TestCertificateParams& params) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  std::int64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial) - 1);
  ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), params.from.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate), params.until.count());
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

}  // namespace

void TestCa::FreeKey::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }
void TestCa::FreeCertificate::operator()(x509_st* certificate) const { X509_free(certificate); }

TestCa::TestCa(const std::string& name)
    : key_(EVP_EC_gen("P-256")), certificate_(Make(name, key_.get(), {})) {
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  AddExtension(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate_.get(), key_.get(), EVP_sha256());
}

TestCa::~TestCa() = default;

std::string TestCa::certificate() const { return PemOf(certificate_.get()); }

TestCertificate TestCa::Issue(const TestCertificateParams& params) const {
  const std::unique_ptr<evp_pkey_st, FreeKey> key(EVP_EC_gen("P-256"));
  const std::unique_ptr<x509_st, FreeCertificate> issued(Make("leaf", key.get(), params));
  X509_set_issuer_name(issued.get(), X509_get_subject_name(certificate_.get()));
  std::string names;
  for (const std::string& name : params.names) names += (names.empty() ? "" : ",") + name;
  if (!names.empty()) AddExtension(issued.get(), NID_subject_alt_name, names);
  X509_sign(issued.get(), key_.get(), EVP_sha256());
  return {.certificate = PemOf(issued.get()),
          .key = Pem([&](BIO* out) {
            PEM_write_bio_PKCS8PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace lethe::test
