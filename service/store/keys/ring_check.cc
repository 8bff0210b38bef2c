#include "store/keys/ring_check.h"

#include <algorithm>

#include "lethe/reasons.h"

namespace lethe::store {
namespace {

using crypto::KeyId;
using crypto::KeyKind;

std::string NameOf(KeyKind kind, std::uint32_t number) {
  return std::string(Name(kind)) + " key " + std::to_string(number);
}

Error Refused(const std::string& message) {
  return {ErrorCode::kFailedPrecondition, Text(ErrorReason::kKeysRefused), "key file: " + message};
}

/// The ring's key of this kind and number; null if it has none.
const KeyId* FindKey(std::span<const KeyId> ring, const KnownKey& known) {
  const auto found = std::ranges::find_if(
      ring, [&](const KeyId& id) { return id.kind == known.kind && id.number == known.number; });
  return found == ring.end() ? nullptr : &*found;
}

}  // namespace

Result<RingCheck> CheckRing(std::span<const KnownKey> known, std::span<const KeyId> ring) {
  RingCheck check;
  bool knows_macs = false;
  bool shares_a_mac = false;
  for (const KnownKey& one : known) {
    const KeyId* own = FindKey(ring, one);
    if (own && one.fingerprint && one.fingerprint != own->fingerprint) {
      return Refused(NameOf(one.kind, one.number) +
                     " is another key than the one that the database was written with: put the "
                     "right key file back");
    }
    if (one.kind == KeyKind::kMac) {
      knows_macs = true;
      shares_a_mac = shares_a_mac || own;
    }
    if (!own && !one.retired) check.missing.push_back(one);
  }
  if (knows_macs && !shares_a_mac) {
    return Refused(
        "it has none of the mac keys that the database was written with: add the new key beside "
        "the old ones, and leave those in the file");
  }
  for (const KeyId& own : ring) {
    std::uint32_t newest = 0;
    bool is_known = false;
    for (const KnownKey& one : known) {
      if (one.kind != own.kind) continue;
      newest = std::max(newest, one.number);
      is_known = is_known || one.number == own.number;
    }
    if (!is_known && own.number < newest) {
      return Refused(NameOf(own.kind, own.number) + " is new, and its number is below " +
                     std::to_string(newest) +
                     ": a new key needs a higher number than all before it (lethed rotate-keys)");
    }
  }
  return check;
}

Error LacksNeededKeys(std::span<const KnownKey> needed) {
  std::string names;
  for (const KnownKey& one : needed) {
    names += (names.empty() ? "" : ", ") + NameOf(one.kind, one.number);
  }
  return Refused("it lacks " + names +
                 ", which rows of the database still need: put it back into the file");
}

}  // namespace lethe::store
