#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace lethe::access {

/// The SHA-256 of a token: all of it that Lethe keeps. Tokens are random and long (NewToken()), so
/// that nothing is found by trying.
class TokenDigest {
 public:
  static constexpr std::size_t kBytes = 32;

  static TokenDigest Of(std::string_view token);

  /// 64 hexadecimal digits; nothing for any other text.
  static std::optional<TokenDigest> Parse(std::string_view hex);

  /// As Parse() reads it.
  std::string Text() const;

  /// Takes the same time whatever the answer.
  friend bool operator==(const TokenDigest& a, const TokenDigest& b);

 private:
  std::array<unsigned char, kBytes> bytes_{};
};

/// A fresh token: `lethe_` and 43 characters, 256 bits of randomness. The prefix lets scanners for
/// leaked secrets find it.
std::string NewToken();

}  // namespace lethe::access
