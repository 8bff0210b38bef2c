#include "crypto/key_file.h"

#include <algorithm>
#include <string>

#include "crypto/key_ring.h"
#include "fuzz/fuzz.h"

// The text of a key file, and the canary somewhere in it.

namespace lethe::crypto {
namespace {

using fuzz::Require;

/// The keys by what may be shown of them, in whichever order.
std::vector<KeyId> SortedIds(const KeyRing& ring) {
  std::vector<KeyId> ids = ring.Ids();
  std::ranges::sort(ids, {}, [](const KeyId& id) { return std::pair(id.kind, id.number); });
  return ids;
}

void CheckError(const Error& error) {
  Require(error.code == ErrorCode::kInvalidArgument && error.reason == "BAD_KEY_FILE",
          "what is no key file is refused as such");
  fuzz::RequireNoEcho(error.message);
}

void CheckRing(const KeyRing& ring) {
  const std::vector<KeyId> ids = SortedIds(ring);
  Require(ids.size() >= 2 && ids.front().kind == KeyKind::kSeal && ids.back().kind == KeyKind::kMac,
          "a ring has keys of both kinds");
  Require(std::ranges::adjacent_find(
              ids, {}, [](const KeyId& id) { return std::pair(id.kind, id.number); }) == ids.end(),
          "no two keys of a kind have one number");
  Require(ids.front().number > 0, "numbers are from 1 on");

  const std::string sealed = ring.Seal(Identifier("person"), "place");
  const auto opened = ring.Open(sealed, "place");
  Require(opened.ok() && opened->Reveal() == "person", "a ring opens what it has sealed");
  Require(!ring.Open(sealed, "other place").ok(), "and not in another place");
}

/// A file that a rotation has made of a good one.
void CheckRotated(const Result<std::string>& rotated, const KeyRing& before, std::size_t more) {
  if (!rotated.ok()) {
    Require(rotated.error().code == ErrorCode::kFailedPrecondition,
            "a rotation refuses a good file only for its turn");
    return;
  }
  const auto after = KeyRing::Parse(*rotated);
  Require(after.ok(), "a rotation makes a good file of a good one");
  const std::vector<KeyId> ids = SortedIds(*after);
  const std::vector<KeyId> earlier = SortedIds(before);
  Require(ids.size() == earlier.size() + more, "a rotation adds a key of each kind, or none");
  for (const KeyId& id : earlier) {
    Require(std::ranges::find(ids, id) != ids.end(), "a rotation keeps every key");
  }
  Require(after->Open(before.Seal(Identifier("person"), "place"), "place").ok() &&
              before.Open(after->Seal(Identifier("person"), "place"), "place").ok(),
          "replicas with either file read each other");
}

void Check(const std::string& text) {
  const auto ring = KeyRing::Parse(text);
  const auto added = AddNextKeys(text);
  const auto used = UseNewestKeys(text);
  if (!ring.ok()) {
    Require(!added.ok() && !used.ok(), "what is no key file is not rotated");
    CheckError(ring.error());
    CheckError(added.error());
    CheckError(used.error());
    return;
  }
  CheckRing(*ring);
  CheckRotated(added, *ring, 2);
  CheckRotated(used, *ring, 0);
  const auto again = KeyRing::Parse(text);
  Require(again.ok() && again->Ids() == ring->Ids(), "a file is read again as before");
  Require(KeyRing::Parse("# comment\r\n" + text + "\n").ok(), "a comment changes nothing");
}

}  // namespace
}  // namespace lethe::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  lethe::crypto::Check(text);
  lethe::crypto::Check(lethe::fuzz::Planted(text));
  return 0;
}
