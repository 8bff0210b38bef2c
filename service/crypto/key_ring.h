#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/redacted.h"
#include "lethe/result.h"

namespace lethe::crypto {

/// Raw bytes, as PostgreSQL's bytea.
using Bytes = std::string;

/// What a MAC is for. Part of what is authenticated, so that equal texts of different purpose have
/// unrelated MACs. The values are in stored MACs: never renumber.
enum class MacPurpose : unsigned char {
  kIdentifier = 1,      ///< request_item.digest: of the canonical value without its kind, so that a
                        ///< phone used as an identity meets itself.
  kIdempotencyKey = 2,  ///< idempotency_key.key_hmac
  kPayload = 3,         ///< idempotency_key.payload_hmac
  kMembers = 4,         ///< attempt.members_hmac
  kAccountKey = 5,      ///< idempotency_key.key_hmac where another account has the key already.
  kFingerprint = 6,     ///< key_generation.fingerprint
};

enum class KeyKind { kSeal, kMac };

constexpr std::string_view Name(KeyKind kind) { return kind == KeyKind::kSeal ? "seal" : "mac"; }

/// A key, by what may be shown of it.
struct KeyId {
  KeyKind kind;
  std::uint32_t number;
  Bytes fingerprint;  ///< MAC of a constant under the key: equal for equal keys, and tells nothing.

  friend bool operator==(const KeyId&, const KeyId&) = default;
};

/// The keys of one key file. Immutable and thread-safe; key material is wiped when the last copy
/// goes.
///
/// File format, a line a key, comments after `#`:
///     seal 1 <base64 of 32 bytes>
///     mac 1 <base64 of 32 bytes>
/// Numbers are 1..2^32-1 and unique among their kind; a newer key has a higher number. At least one
/// of each kind. The first `seal` key seals, the others only open. MACs are made and looked up
/// under every `mac` key, each a generation, so that replicas with {1} and {2, 1} find what the
/// other wrote.
class KeyRing {
 public:
  /// kInvalidArgument (BAD_KEY_FILE) names the line and what is wrong with it, never the key.
  static Result<KeyRing> Parse(std::string_view text);

  /// The text of a new file with one fresh key of each kind.
  static std::string GenerateFile();

  /// Every key, those that seal first, each kind in the order of the file.
  std::vector<KeyId> Ids() const;

  /// AEAD (XChaCha20-Poly1305, random nonce) under the first seal key. Layout: key number (4 bytes,
  /// big endian), nonce (24), ciphertext and tag. `context` is authenticated, not stored: bytes
  /// moved to another context do not open.
  Bytes Seal(const Identifier& identifier, std::string_view context) const;

  /// kInternal: UNKNOWN_KEY if the ring lacks the key that the bytes name, SEAL_BROKEN if they were
  /// changed or moved.
  Result<Identifier> Open(std::string_view sealed, std::string_view context) const;

  /// The MAC under each generation, the oldest first: HMAC-SHA-256 of the purpose's byte and the
  /// text, cut to 128 bits. Layout: key number (4 bytes, big endian), then 16 bytes.
  std::vector<Bytes> Macs(MacPurpose purpose, std::string_view text) const;

  /// The first of Macs(), and the others.
  Bytes OldestMac(MacPurpose purpose, std::string_view text) const;
  std::vector<Bytes> LaterMacs(MacPurpose purpose, std::string_view text) const;

  /// The last of Macs().
  Bytes NewestMac(MacPurpose purpose, std::string_view text) const;

 private:
  struct Keys;
  explicit KeyRing(std::shared_ptr<const Keys> keys);
  std::shared_ptr<const Keys> keys_;
};

}  // namespace lethe::crypto
