#include "access/token.h"

#include <sodium.h>

#include <cstdlib>

namespace lethe::access {
namespace {

static_assert(TokenDigest::kBytes == crypto_hash_sha256_BYTES);

constexpr std::size_t kTokenBytes = 32;

}  // namespace

TokenDigest TokenDigest::Of(std::string_view token) {
  TokenDigest digest;
  crypto_hash_sha256(digest.bytes_.data(), reinterpret_cast<const unsigned char*>(token.data()),
                     token.size());
  return digest;
}

std::optional<TokenDigest> TokenDigest::Parse(std::string_view hex) {
  TokenDigest digest;
  std::size_t size = 0;
  if (hex.size() != 2 * kBytes ||
      sodium_hex2bin(digest.bytes_.data(), kBytes, hex.data(), hex.size(), nullptr, &size,
                     nullptr) != 0 ||
      size != kBytes) {
    return std::nullopt;
  }
  return digest;
}

std::string TokenDigest::Text() const {
  std::string hex(2 * kBytes + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), bytes_.data(), kBytes);
  hex.pop_back();
  return hex;
}

bool operator==(const TokenDigest& a, const TokenDigest& b) {
  return sodium_memcmp(a.bytes_.data(), b.bytes_.data(), TokenDigest::kBytes) == 0;
}

std::string NewToken() {
  if (sodium_init() < 0) std::abort();
  std::array<unsigned char, kTokenBytes> random{};
  randombytes_buf(random.data(), random.size());
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_ENCODED_LEN(kTokenBytes, kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), random.data(), random.size(), kVariant);
  sodium_memzero(random.data(), random.size());
  text.pop_back();
  return "lethe_" + text;
}

}  // namespace lethe::access
