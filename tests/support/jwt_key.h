#pragma once

#include <memory>
#include <string>

struct evp_pkey_st;

namespace lethe::test {

/// A key that signs JWTs, made by OpenSSL: what Lethe verifies with is another library.
class TestJwtKey {
 public:
  /// A fresh key for one of RS, PS, ES with 256, 384 or 512, or EdDSA. `bits` is of RSA's alone.
  explicit TestJwtKey(std::string id, std::string algorithm = "ES256", int bits = 2'048);
  ~TestJwtKey();
  TestJwtKey(TestJwtKey&&) noexcept;
  TestJwtKey& operator=(TestJwtKey&&) noexcept;

  const std::string& algorithm() const { return algorithm_; }

  /// Its public half, a JWK in JSON, which ends with `more`.
  std::string Jwk(const std::string& more) const;

  /// With `kid` and `alg`.
  std::string Jwk() const;

  /// A token with its `kid` and `alg` in the header; `claims` is JSON.
  std::string Sign(const std::string& claims) const;

  /// A token with a header of one's own, in JSON.
  std::string Sign(const std::string& header, const std::string& claims) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };

  std::string id_;
  std::string algorithm_;
  std::unique_ptr<evp_pkey_st, Free> key_;
};

/// A JWK set of them.
template <typename... Jwks>
std::string JwkSetOf(const Jwks&... jwks) {
  std::string keys;
  ((keys += (keys.empty() ? "" : ",") + std::string(jwks)), ...);
  return R"({"keys":[)" + keys + "]}";
}

/// In base64url, without padding.
std::string Base64Url(const std::string& bytes);

}  // namespace lethe::test
