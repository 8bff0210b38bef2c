#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/jwt.h"
#include "lethe/result.h"

namespace lethe::access {

/// The public keys of an issuer. Each is bound to one algorithm. Never changes; copies share the
/// keys. Thread-safe.
class JwkSet {
 public:
  /// Issuers have two or three, while one replaces the other.
  static constexpr std::size_t kMostKeys = 100;

  /// Without keys: nothing is verified.
  JwkSet() = default;

  /// Reads a JWK set (RFC 7517). The algorithm of a key is the one that it names; of one that names
  /// none the only one of `algorithms` that its type allows. Keys that cannot be used to verify
  /// with one of `algorithms` are left out, which is noted.
  ///   kInvalidArgument (BAD_VALUE): it is no JWK set, has a private or a symmetric key, two keys
  ///   of one id and algorithm, or too many keys; says what is wrong and repeats nothing.
  static Result<JwkSet> Read(std::string_view json, std::span<const JwtAlgorithm> algorithms);

  std::size_t size() const { return keys_.size(); }

  /// What was left out, and why; or that there is no key.
  const std::vector<std::string>& notes() const { return notes_; }

  enum class Verdict {
    kGenuine,         ///< It was signed with a key of the set.
    kUnknownKey,      ///< Its key is not in the set, or is of another algorithm.
    kWrongSignature,  ///< It was not signed with the key that it names.
  };

  /// Whether the token, of which `jwt` is what it says, was signed with the key that it names. One
  /// that names no key must have been signed with the only key of its algorithm.
  Verdict Verify(const Jwt& jwt, std::string_view token) const;

 private:
  struct Key;
  class Reader;

  const Key* Find(const Jwt& jwt) const;

  std::vector<std::shared_ptr<const Key>> keys_;
  std::vector<std::string> notes_;
};

}  // namespace lethe::access
