#include "crypto/key_ring.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "crypto/key_file.h"
#include "crypto/locked_memory.h"
#include "lethe/reasons.h"

namespace lethe::crypto {
namespace {

static_assert(kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kKeyBytes == crypto_auth_hmacsha256_KEYBYTES);

constexpr std::size_t kNumberBytes = 4;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kHeadBytes = kNumberBytes + kNonceBytes;
constexpr std::size_t kMacBytes = 16;

struct Key {
  std::uint32_t number = 0;
  std::array<unsigned char, kKeyBytes> material{};

  Key() = default;
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  // Also wipes what a growing vector leaves behind.
  ~Key() { sodium_memzero(material.data(), material.size()); }
};

// libsodium fails to start only where the system has no source of randomness; nothing may be sealed
// there.
void RequireSodium() {
  static const int status = sodium_init();
  if (status < 0) std::abort();
}

unsigned char* Data(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }
const unsigned char* Data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

void PutNumber(std::uint32_t number, unsigned char* out) {
  for (int shift = 24; shift >= 0; shift -= 8) *out++ = static_cast<unsigned char>(number >> shift);
}

std::uint32_t GetNumber(std::string_view bytes) {
  std::uint32_t number = 0;
  for (unsigned char byte : bytes.substr(0, kNumberBytes)) number = number << 8 | byte;
  return number;
}

/// HMAC under one key before the first byte of text. To copy it saves half of the work that a short
/// text takes.
struct Generation {
  std::uint32_t number;
  crypto_auth_hmacsha256_state start{};

  explicit Generation(const Key& key) : number(key.number) {
    crypto_auth_hmacsha256_init(&start, key.material.data(), key.material.size());
  }
  Generation(const Generation&) = default;
  Generation& operator=(const Generation&) = default;
  ~Generation() { sodium_memzero(&start, sizeof start); }
};

Bytes MacUnder(const Generation& generation, MacPurpose purpose, std::string_view text) {
  const auto purpose_byte = static_cast<unsigned char>(purpose);
  crypto_auth_hmacsha256_state state = generation.start;
  crypto_auth_hmacsha256_update(&state, &purpose_byte, 1);
  crypto_auth_hmacsha256_update(&state, Data(text), text.size());
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> full;
  crypto_auth_hmacsha256_final(&state, full.data());
  sodium_memzero(&state, sizeof state);

  Bytes mac(kNumberBytes, '\0');
  PutNumber(generation.number, Data(mac));
  return mac.append(reinterpret_cast<const char*>(full.data()), kMacBytes);
}

std::vector<Bytes> MacsUnder(std::span<const Generation> generations, MacPurpose purpose,
                             std::string_view text) {
  std::vector<Bytes> macs;
  macs.reserve(generations.size());
  for (const Generation& one : generations) macs.push_back(MacUnder(one, purpose, text));
  return macs;
}

const Key* Find(const LockedVector<Key>& keys, std::uint32_t number) {
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [number](const Key& key) { return key.number == number; });
  return found == keys.end() ? nullptr : &*found;
}

/// Whether the last key's bytes are those of an earlier one.
bool IsRepeated(const LockedVector<Key>& keys) {
  return std::any_of(keys.begin(), keys.end() - 1, [&](const Key& earlier) {
    return sodium_memcmp(earlier.material.data(), keys.back().material.data(), kKeyBytes) == 0;
  });
}

Error BadKeyFile(std::string message) {
  return {ErrorCode::kInvalidArgument, "BAD_KEY_FILE", "key file: " + std::move(message)};
}

std::vector<std::string_view> Words(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  line = line.substr(0, line.find('#'));
  std::vector<std::string_view> words;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.empty()) return words;
    words.push_back(line.substr(0, line.find_first_of(kBlanks)));
    line.remove_prefix(words.back().size());
  }
}

std::optional<std::uint32_t> ParseNumber(std::string_view word) {
  std::uint32_t number = 0;
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, number);
  if (error != std::errc{} || stop != end || number == 0) return std::nullopt;
  return number;
}

bool ParseMaterial(std::string_view word, Key& key) {
  std::size_t size = 0;
  return sodium_base642bin(key.material.data(), key.material.size(), word.data(), word.size(),
                           nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL) == 0 &&
         size == kKeyBytes;
}

}  // namespace

struct KeyRing::Keys {
  LockedVector<Key> seal;
  LockedVector<Key> mac;
  LockedVector<Generation> generations;  ///< By number.
};

KeyRing::KeyRing(std::shared_ptr<const Keys> keys) : keys_(std::move(keys)) {}

Result<KeyRing> KeyRing::Parse(std::string_view text) {
  RequireSodium();
  auto keys = std::make_shared<Keys>();
  if (text.starts_with("\xef\xbb\xbf")) {
    return BadKeyFile("it begins with a byte-order mark: save it as plain text without one");
  }
  for (int line_number = 1; !text.empty(); ++line_number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::vector<std::string_view> words = Words(line);
    if (words.empty()) continue;

    const std::string where = "line " + std::to_string(line_number) + ": ";
    if (words.front() != "seal" && words.front() != "mac") {
      return BadKeyFile(where + "a key starts with `seal` or `mac`");
    }
    if (words.size() != 3) {
      return BadKeyFile(where + "a key has three words: kind, number, base64 of 32 bytes");
    }
    LockedVector<Key>& kind = words.front() == "seal" ? keys->seal : keys->mac;
    const std::optional<std::uint32_t> number = ParseNumber(words[1]);
    if (!number) return BadKeyFile(where + "the number must be 1 to 4294967295");
    if (Find(kind, *number) != nullptr) {
      return BadKeyFile(where + "an earlier key of this kind has this number");
    }
    Key& key = kind.emplace_back();
    key.number = *number;
    if (!ParseMaterial(words[2], key)) {
      return BadKeyFile(where + "the key must be base64 of exactly 32 bytes");
    }
    if (IsRepeated(kind)) {
      return BadKeyFile(where + "an earlier key of this kind has the same 32 bytes under another " +
                        "number: a rotation to it would change nothing");
    }
  }
  if (keys->seal.empty()) return BadKeyFile("it has no `seal` key");
  if (keys->mac.empty()) return BadKeyFile("it has no `mac` key");
  for (const Key& key : keys->mac) keys->generations.emplace_back(key);
  std::ranges::sort(keys->generations, {}, &Generation::number);
  return KeyRing(std::move(keys));
}

std::string KeyRing::GenerateFile() {
  RequireSodium();
  return "# Keys of Lethe. The first `seal` key seals, the others only open. MACs are made with "
         "every "
         "`mac` key.\n" +
         FreshKeyLine(KeyKind::kSeal, 1) + FreshKeyLine(KeyKind::kMac, 1);
}

Bytes KeyRing::Seal(const Identifier& identifier, std::string_view context) const {
  const Key& key = keys_->seal.front();
  const std::string& text = identifier.Reveal();
  Bytes sealed(kHeadBytes + text.size() + kTagBytes, '\0');
  PutNumber(key.number, Data(sealed));
  unsigned char* nonce = Data(sealed) + kNumberBytes;
  randombytes_buf(nonce, kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(Data(sealed) + kHeadBytes, nullptr, Data(text),
                                             text.size(), Data(context), context.size(), nullptr,
                                             nonce, key.material.data());
  return sealed;
}

Result<Identifier> KeyRing::Open(std::string_view sealed, std::string_view context) const {
  const Error broken{ErrorCode::kInternal, Text(ErrorReason::kSealBroken),
                     "a sealed identifier was changed, cut short or moved to another place"};
  if (sealed.size() < kHeadBytes + kTagBytes) return broken;
  const std::uint32_t number = GetNumber(sealed);
  const Key* key = Find(keys_->seal, number);
  if (key == nullptr) {
    return Error{ErrorCode::kInternal, Text(ErrorReason::kUnknownKey),
                 "a sealed identifier needs seal key " + std::to_string(number) +
                     ", which the key file lacks: put it back"};
  }
  const unsigned char* nonce = Data(sealed) + kNumberBytes;
  const std::string_view cipher = sealed.substr(kHeadBytes);
  std::string text(cipher.size() - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(Data(text), nullptr, nullptr, Data(cipher),
                                                 cipher.size(), Data(context), context.size(),
                                                 nonce, key->material.data()) != 0) {
    return broken;
  }
  return Identifier(std::move(text));
}

std::vector<KeyId> KeyRing::Ids() const {
  std::vector<KeyId> ids;
  for (const KeyKind kind : {KeyKind::kSeal, KeyKind::kMac}) {
    for (const Key& key : kind == KeyKind::kSeal ? keys_->seal : keys_->mac) {
      const Bytes mac = MacUnder(Generation(key), MacPurpose::kFingerprint, Name(kind));
      ids.push_back({kind, key.number, mac.substr(kNumberBytes)});
    }
  }
  return ids;
}

std::vector<Bytes> KeyRing::Macs(MacPurpose purpose, std::string_view text) const {
  return MacsUnder(keys_->generations, purpose, text);
}

Bytes KeyRing::OldestMac(MacPurpose purpose, std::string_view text) const {
  return MacUnder(keys_->generations.front(), purpose, text);
}

std::vector<Bytes> KeyRing::LaterMacs(MacPurpose purpose, std::string_view text) const {
  return MacsUnder(std::span(keys_->generations).subspan(1), purpose, text);
}

Bytes KeyRing::NewestMac(MacPurpose purpose, std::string_view text) const {
  return MacUnder(keys_->generations.back(), purpose, text);
}

}  // namespace lethe::crypto
