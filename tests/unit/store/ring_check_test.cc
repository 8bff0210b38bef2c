#include "store/keys/ring_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lethe::store {
namespace {

using crypto::KeyId;
using crypto::KeyKind;
using testing::AllOf;
using testing::HasSubstr;

KeyId Key(KeyKind kind, std::uint32_t number, const std::string& fingerprint = "right") {
  return {kind, number, fingerprint};
}
KeyId Seal(std::uint32_t number, const std::string& fingerprint = "right") {
  return Key(KeyKind::kSeal, number, fingerprint);
}
KeyId Mac(std::uint32_t number, const std::string& fingerprint = "right") {
  return Key(KeyKind::kMac, number, fingerprint);
}

KnownKey Known(const KeyId& id, bool retired = false) {
  return {.kind = id.kind, .number = id.number, .fingerprint = id.fingerprint, .retired = retired};
}

std::string Refusal(const std::vector<KnownKey>& known, const std::vector<KeyId>& ring) {
  const auto check = CheckRing(known, ring);
  if (check.ok()) return "";
  EXPECT_EQ(check.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(check.error().reason, "KEYS_REFUSED");
  return check.error().message;
}

std::vector<std::uint32_t> Missing(const std::vector<KnownKey>& known,
                                   const std::vector<KeyId>& ring) {
  std::vector<std::uint32_t> numbers;
  const RingCheck check = CheckRing(known, ring).value();
  for (const KnownKey& key : check.missing) numbers.push_back(key.number);
  return numbers;
}

TEST(RingCheck, TakesAnyRingOnANewDatabase) {
  EXPECT_EQ(Refusal({}, {Seal(7), Mac(3), Mac(1)}), "");
}

TEST(RingCheck, TakesTheSameRingAndNewerKeysBesideIt) {
  const std::vector<KnownKey> known{Known(Seal(1)), Known(Mac(1))};
  EXPECT_EQ(Refusal(known, {Seal(1), Mac(1)}), "");
  EXPECT_EQ(Refusal(known, {Seal(1), Seal(2), Mac(2), Mac(1)}), "");
}

TEST(RingCheck, RefusesAnotherKeyOfAKnownNumber) {
  const std::vector<KnownKey> known{Known(Seal(1)), Known(Mac(1))};
  EXPECT_THAT(Refusal(known, {Seal(1), Mac(1, "wrong")}),
              HasSubstr("mac key 1 is another key than the one"));
  EXPECT_THAT(Refusal(known, {Seal(1, "wrong"), Mac(1)}),
              HasSubstr("seal key 1 is another key than the one"));
  EXPECT_THAT(
      Refusal({Known(Mac(1), /*retired=*/true), Known(Mac(2))}, {Seal(1), Mac(2), Mac(1, "wrong")}),
      HasSubstr("mac key 1"));
}

TEST(RingCheck, BelievesTheFirstRingWithANumberThatHasNoFingerprint) {
  EXPECT_EQ(Refusal({{.kind = KeyKind::kMac, .number = 1, .fingerprint = {}, .retired = false}},
                    {Seal(1), Mac(1, "any")}),
            "");
}

TEST(RingCheck, RefusesARingThatSharesNoMacKey) {
  EXPECT_THAT(Refusal({Known(Seal(1)), Known(Mac(1))}, {Seal(1), Mac(2)}),
              HasSubstr("none of the mac keys"));
  EXPECT_EQ(Refusal({Known(Seal(1)), Known(Mac(1))}, {Seal(2), Mac(1)}), "");
}

TEST(RingCheck, RefusesANewKeyWithALowerNumber) {
  EXPECT_THAT(Refusal({Known(Mac(5))}, {Seal(1), Mac(5), Mac(3)}),
              AllOf(HasSubstr("mac key 3 is new"), HasSubstr("below 5")));
  EXPECT_EQ(Refusal({Known(Mac(5)), Known(Mac(3))}, {Seal(1), Mac(5), Mac(3)}), "");
}

TEST(RingCheck, TellsWhatIsMissingButForWhatIsRetired) {
  const std::vector<KnownKey> known{Known(Seal(1)), Known(Seal(2)), Known(Mac(1), true),
                                    Known(Mac(2)), Known(Mac(3))};
  EXPECT_THAT(Missing(known, {Seal(2), Mac(3)}), testing::ElementsAre(1, 2));
  EXPECT_THAT(LacksNeededKeys(CheckRing(known, std::vector{Seal(2), Mac(3)})->missing).message,
              HasSubstr("it lacks seal key 1, mac key 2, which rows"));
}

}  // namespace
}  // namespace lethe::store
