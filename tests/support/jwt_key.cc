#include "support/jwt_key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <cstddef>
#include <stdexcept>
#include <utility>

namespace lethe::test {
namespace {

void Must(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL cannot: ") + what);
}

const unsigned char* Bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

bool IsRsa(const std::string& algorithm) { return algorithm[0] == 'R' || algorithm[0] == 'P'; }

const char* CurveOf(const std::string& algorithm) {
  if (algorithm == "ES256") return "P-256";
  return algorithm == "ES384" ? "P-384" : "P-521";
}

evp_pkey_st* MakeKey(const std::string& algorithm, int bits) {
  if (IsRsa(algorithm)) return EVP_RSA_gen(static_cast<unsigned>(bits));
  if (algorithm == "EdDSA") return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  return EVP_EC_gen(CurveOf(algorithm));
}

/// A number of the key, in base64url; as many bytes as the number has, or `width` if not 0.
std::string NumberOf(const evp_pkey_st* key, const char* name, int width = 0) {
  BIGNUM* number = nullptr;
  Must(EVP_PKEY_get_bn_param(key, name, &number) == 1, name);
  std::string bytes(static_cast<std::size_t>(width == 0 ? BN_num_bytes(number) : width), '\0');
  BN_bn2binpad(number, Bytes(bytes), static_cast<int>(bytes.size()));
  BN_free(number);
  return Base64Url(bytes);
}

std::string MembersOf(const evp_pkey_st* key, const std::string& algorithm) {
  if (IsRsa(algorithm)) {
    return R"("kty":"RSA","n":")" + NumberOf(key, OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
           NumberOf(key, OSSL_PKEY_PARAM_RSA_E) + '"';
  }
  if (algorithm == "EdDSA") {
    std::string point(32, '\0');
    std::size_t size = point.size();
    Must(EVP_PKEY_get_raw_public_key(key, Bytes(point), &size) == 1, "tell a public key");
    return R"("kty":"OKP","crv":"Ed25519","x":")" + Base64Url(point) + '"';
  }
  const int width = (EVP_PKEY_get_bits(key) + 7) / 8;
  return std::string(R"("kty":"EC","crv":")") + CurveOf(algorithm) + R"(","x":")" +
         NumberOf(key, OSSL_PKEY_PARAM_EC_PUB_X, width) + R"(","y":")" +
         NumberOf(key, OSSL_PKEY_PARAM_EC_PUB_Y, width) + '"';
}

/// ECDSA's two numbers side by side, as JOSE has them.
std::string SideBySide(const std::string& der, int width) {
  const unsigned char* at = Bytes(der);
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  Must(pair != nullptr, "read a signature");
  std::string both(2 * static_cast<std::size_t>(width), '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), Bytes(both), width);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), Bytes(both) + width, width);
  ECDSA_SIG_free(pair);
  return both;
}

std::string SignatureOf(evp_pkey_st* key, const std::string& algorithm, const std::string& text) {
  const EVP_MD* digest = nullptr;
  if (algorithm.ends_with("256")) digest = EVP_sha256();
  if (algorithm.ends_with("384")) digest = EVP_sha384();
  if (algorithm.ends_with("512")) digest = EVP_sha512();
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  EVP_PKEY_CTX* options = nullptr;
  Must(EVP_DigestSignInit(context.get(), &options, digest, nullptr, key) == 1, "sign");
  if (algorithm[0] == 'P') {
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
  }
  std::size_t size = 0;
  EVP_DigestSign(context.get(), nullptr, &size, Bytes(text), text.size());
  std::string signature(size, '\0');
  Must(EVP_DigestSign(context.get(), Bytes(signature), &size, Bytes(text), text.size()) == 1,
       "sign");
  signature.resize(size);
  if (algorithm.starts_with("ES")) {
    return SideBySide(signature, (EVP_PKEY_get_bits(key) + 7) / 8);
  }
  return signature;
}

}  // namespace

std::string Base64Url(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(Bytes(text), Bytes(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return text;
}

void TestJwtKey::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

TestJwtKey::TestJwtKey(std::string id, std::string algorithm, int bits)
    : id_(std::move(id)), algorithm_(std::move(algorithm)), key_(MakeKey(algorithm_, bits)) {
  Must(key_ != nullptr, "make a key");
}
TestJwtKey::~TestJwtKey() = default;
TestJwtKey::TestJwtKey(TestJwtKey&&) noexcept = default;
TestJwtKey& TestJwtKey::operator=(TestJwtKey&&) noexcept = default;

std::string TestJwtKey::Jwk(const std::string& more) const {
  return "{" + MembersOf(key_.get(), algorithm_) + more + "}";
}

std::string TestJwtKey::Jwk() const {
  return Jwk(R"(,"kid":")" + id_ + R"(","alg":")" + algorithm_ + R"(","use":"sig")");
}

std::string TestJwtKey::Sign(const std::string& claims) const {
  return Sign(R"({"alg":")" + algorithm_ + R"(","kid":")" + id_ + R"(","typ":"JWT"})", claims);
}

std::string TestJwtKey::Sign(const std::string& header, const std::string& claims) const {
  const std::string text = Base64Url(header) + "." + Base64Url(claims);
  return text + "." + Base64Url(SignatureOf(key_.get(), algorithm_, text));
}

}  // namespace lethe::test
