#include "crypto/key_ring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace lethe::crypto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Bytes 0, 1, .. 31; 32 times 255.
constexpr char kCounting[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
constexpr char kOnes[] = "//////////////////////////////////////////8=";

constexpr std::size_t kHeadBytes = 4 + 24;
constexpr std::size_t kTagBytes = 16;

KeyRing Ring(const std::string& file) { return KeyRing::Parse(file).value(); }

KeyRing CountingRing() {
  return Ring(std::string("seal 1 ") + kCounting + "\nmac 1 " + kCounting + "\n");
}

std::string FromHex(const std::string& hex) {
  std::string bytes(hex.size() / 2, '\0');
  if (sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), hex.data(),
                     hex.size(), nullptr, nullptr, nullptr) != 0) {
    throw std::invalid_argument("not hex: " + hex);
  }
  return bytes;
}

TEST(Seal, IsOpenedInItsContext) {
  const KeyRing ring = CountingRing();
  for (const std::string& text :
       {std::string(), std::string("a"), std::string("+919876543210"), std::string("\0\xff\0", 3),
        std::string(4096, 'x'), std::string(1 << 20, '\xc3')}) {
    const Bytes sealed = ring.Seal(Identifier(text), "envelope 7, position 3");
    EXPECT_EQ(sealed.size(), kHeadBytes + text.size() + kTagBytes);
    const Result<Identifier> opened = ring.Open(sealed, "envelope 7, position 3");
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened.value(), Identifier(text));
  }
}

TEST(Seal, OfAnEarlierVersionStillOpens) {
  const Bytes stored = FromHex(
      "00000001ebe15caa63273dc8dc448142f94d775b63dcc2be83a4169a"
      "60c31d3f81ec8800cbb94b2e49a09201dd7afde339d7");
  EXPECT_EQ(CountingRing().Open(stored, "place").value(), Identifier("person"));
}

TEST(Seal, OfOneTextIsNeverTheSameTwice) {
  const KeyRing ring = CountingRing();
  std::set<Bytes> seen;
  for (int i = 0; i < 100; ++i) seen.insert(ring.Seal(Identifier("person"), "place"));
  EXPECT_EQ(seen.size(), 100u);
}

TEST(Seal, DoesNotShowTheText) {
  EXPECT_THAT(CountingRing().Seal(Identifier("person-4711"), "place"),
              Not(HasSubstr("person-4711")));
}

TEST(Seal, IsBrokenElsewhere) {
  const KeyRing ring = CountingRing();
  const Bytes sealed = ring.Seal(Identifier("person"), "place");
  for (const char* context : {"", "plac", "place ", "Place"}) {
    const Result<Identifier> opened = ring.Open(sealed, context);
    ASSERT_FALSE(opened.ok()) << context;
    EXPECT_EQ(opened.error().code, ErrorCode::kInternal);
    EXPECT_EQ(opened.error().reason, "SEAL_BROKEN");
  }
}

TEST(Seal, IsBrokenByAnyFlippedBit) {
  const KeyRing ring = CountingRing();
  const Bytes sealed = ring.Seal(Identifier("person"), "place");
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes flipped = sealed;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const Result<Identifier> opened = ring.Open(flipped, "place");
    ASSERT_FALSE(opened.ok()) << bit;
    EXPECT_EQ(opened.error().reason, bit / 8 < 4 ? "UNKNOWN_KEY" : "SEAL_BROKEN") << bit;
  }
}

TEST(Seal, IsBrokenByAnyOtherLength) {
  const KeyRing ring = CountingRing();
  const Bytes sealed = ring.Seal(Identifier("person"), "place");
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    const Result<Identifier> opened = ring.Open(sealed.substr(0, size), "place");
    ASSERT_FALSE(opened.ok()) << size;
    EXPECT_EQ(opened.error().reason, "SEAL_BROKEN") << size;
  }
  EXPECT_FALSE(ring.Open(sealed + '\0', "place").ok());
}

TEST(Seal, NamesTheKeyThatIsMissing) {
  const Bytes sealed =
      Ring(std::string("seal 16909060 ") + kOnes + "\nmac 1 " + kOnes).Seal(Identifier("p"), "");
  EXPECT_EQ(sealed.substr(0, 4), "\x01\x02\x03\x04");
  const Result<Identifier> opened = CountingRing().Open(sealed, "");
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, ErrorCode::kInternal);
  EXPECT_EQ(opened.error().reason, "UNKNOWN_KEY");
  EXPECT_THAT(opened.error().message, HasSubstr("16909060"));
}

TEST(Seal, UnderAnotherKeyOfTheSameNumberIsBroken) {
  const KeyRing other = Ring(std::string("seal 1 ") + kOnes + "\nmac 1 " + kOnes);
  const Result<Identifier> opened = other.Open(CountingRing().Seal(Identifier("p"), ""), "");
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().reason, "SEAL_BROKEN");
}

TEST(Seal, IsMadeWithTheFirstKeyAndOpenedWithAny) {
  const KeyRing old = CountingRing();
  const KeyRing rotated = Ring(std::string("seal 2 ") + kOnes + "\nseal 1 " + kCounting +
                               "\nmac 2 " + kOnes + "\nmac 1 " + kCounting);
  const Bytes before = old.Seal(Identifier("before"), "place");
  const Bytes after = rotated.Seal(Identifier("after"), "place");

  EXPECT_EQ(rotated.Open(before, "place").value(), Identifier("before"));
  EXPECT_EQ(rotated.Open(after, "place").value(), Identifier("after"));
  EXPECT_EQ(after.substr(0, 4), std::string("\0\0\0\2", 4));
  EXPECT_EQ(old.Open(after, "place").error().reason, "UNKNOWN_KEY");
  EXPECT_EQ(rotated.NewestMac(MacPurpose::kPayload, "x").substr(0, 4), std::string("\0\0\0\2", 4));
}

TEST(Mac, IsHmacSha256OfThePurposeAndTheText) {
  const KeyRing ring = CountingRing();
  const std::string number("\0\0\0\1", 4);
  // printf '\x01Hi There' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102..1f, cut to 128
  // bits; the others likewise.
  EXPECT_EQ(ring.OldestMac(MacPurpose::kIdentifier, "Hi There"),
            number + FromHex("84241c990f33fa9403cf1bd9c4e7e329"));
  EXPECT_EQ(ring.OldestMac(MacPurpose::kIdempotencyKey, "Hi There"),
            number + FromHex("da8cea82607bf2a62d4473051994746c"));
  EXPECT_EQ(ring.OldestMac(MacPurpose::kPayload, "Hi There"),
            number + FromHex("7f483c39855bb95c4efff139d1b7d844"));
  EXPECT_EQ(ring.OldestMac(MacPurpose::kMembers, "Hi There"),
            number + FromHex("140abcfaba1a7b1871ae65b58671c69b"));
  EXPECT_EQ(ring.OldestMac(MacPurpose::kIdentifier, ""),
            number + FromHex("9b4c8120a4823a95f47cde17a244f450"));
}

TEST(Mac, DependsOnPurposeTextAndKey) {
  const KeyRing ring = CountingRing();
  const KeyRing other = Ring(std::string("seal 1 ") + kOnes + "\nmac 1 " + kOnes);
  std::set<Bytes> seen;
  for (MacPurpose purpose : {MacPurpose::kIdentifier, MacPurpose::kIdempotencyKey,
                             MacPurpose::kPayload, MacPurpose::kMembers}) {
    for (const std::string& text :
         {std::string("same"), std::string("samf"), std::string("same\0", 5)}) {
      seen.insert(ring.OldestMac(purpose, text));
      seen.insert(other.OldestMac(purpose, text));
    }
  }
  EXPECT_EQ(seen.size(), 4u * 3u * 2u);
  EXPECT_EQ(ring.OldestMac(MacPurpose::kPayload, "same"),
            ring.OldestMac(MacPurpose::kPayload, "same"));
}

TEST(Mac, IsMadeUnderEveryKeyTheOldestFirst) {
  const std::string one = std::string("mac 1 ") + kCounting + "\n";
  const std::string two = std::string("mac 2 ") + kOnes + "\n";
  const std::string seal = std::string("seal 1 ") + kOnes + "\n";
  const Bytes under_one = Ring(seal + one).OldestMac(MacPurpose::kIdentifier, "x");
  const Bytes under_two = Ring(seal + two).OldestMac(MacPurpose::kIdentifier, "x");
  for (const std::string& file : {seal + one + two, seal + two + one}) {
    const KeyRing ring = Ring(file);
    EXPECT_THAT(ring.Macs(MacPurpose::kIdentifier, "x"), ElementsAre(under_one, under_two));
    EXPECT_EQ(ring.OldestMac(MacPurpose::kIdentifier, "x"), under_one);
    EXPECT_EQ(ring.NewestMac(MacPurpose::kIdentifier, "x"), under_two);
    EXPECT_THAT(ring.LaterMacs(MacPurpose::kIdentifier, "x"), ElementsAre(under_two));
  }
}

TEST(KeyIds, TellKeysApartAndShowNothing) {
  const std::vector<KeyId> ids =
      Ring(std::string("mac 2 ") + kOnes + "\nseal 1 " + kCounting + "\nmac 1 " + kCounting).Ids();
  ASSERT_EQ(ids.size(), 3u);
  EXPECT_EQ(ids[0].kind, KeyKind::kSeal);
  EXPECT_EQ(ids[1].number, 2u);
  EXPECT_EQ(ids[2].number, 1u);
  std::set<Bytes> fingerprints;
  for (const KeyId& id : ids) {
    EXPECT_EQ(id.fingerprint.size(), 16u);
    fingerprints.insert(id.fingerprint);
  }
  EXPECT_EQ(fingerprints.size(), 3u);
  EXPECT_EQ(ids[2], CountingRing().Ids()[1]);
}

TEST(KeyFile, MayHaveCommentsBlankLinesAndCarriageReturns) {
  const std::string file = std::string("# made today\r\n\r\n  seal\t4294967295  ") + kCounting +
                           " # newest\r\n#seal 1 old\r\nmac 1 " + kOnes + "\r\n";
  const KeyRing ring = Ring(file);
  EXPECT_EQ(ring.Seal(Identifier("p"), "").substr(0, 4), "\xff\xff\xff\xff");
}

TEST(KeyFile, NeedsNoNewlineAtItsEnd) {
  EXPECT_TRUE(KeyRing::Parse(std::string("mac 1 ") + kOnes + "\nseal 1 " + kOnes).ok());
}

TEST(KeyFile, MayUseANumberOnceForEachKind) {
  EXPECT_TRUE(KeyRing::Parse(std::string("mac 7 ") + kOnes + "\nseal 7 " + kCounting).ok());
}

TEST(KeyFile, ThatIsGeneratedHasFreshKeysOfEachKind) {
  const std::string first = KeyRing::GenerateFile();
  const std::string second = KeyRing::GenerateFile();
  EXPECT_NE(first, second);
  const Bytes sealed = Ring(first).Seal(Identifier("person"), "place");
  EXPECT_EQ(Ring(first).Open(sealed, "place").value(), Identifier("person"));
  EXPECT_EQ(Ring(second).Open(sealed, "place").error().reason, "SEAL_BROKEN");
  EXPECT_NE(Ring(first).OldestMac(MacPurpose::kPayload, ""),
            Ring(second).OldestMac(MacPurpose::kPayload, ""));
}

struct BadFile {
  const char* name;
  std::string text;
  std::string message;

  friend void PrintTo(const BadFile& file, std::ostream* out) { *out << file.name; }
};

class BadKeyFile : public testing::TestWithParam<BadFile> {};

TEST_P(BadKeyFile, IsRefusedWithItsLineAndWithoutItsKeys) {
  const Result<KeyRing> ring = KeyRing::Parse(GetParam().text);
  ASSERT_FALSE(ring.ok());
  EXPECT_EQ(ring.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(ring.error().reason, "BAD_KEY_FILE");
  EXPECT_THAT(ring.error().message, StartsWith("key file: " + GetParam().message));
  EXPECT_THAT(ring.error().message, Not(HasSubstr("AAAAAAAA")));
  EXPECT_THAT(ring.error().message, Not(HasSubstr("AAECAwQF")));
}

const std::string kGood = std::string("seal 1 ") + kCounting + "\nmac 1 " + kCounting + "\n";
const std::string k31Bytes = std::string(41, 'A') + "A==";
const std::string k33Bytes = std::string(44, 'A');

const BadFile kBadFiles[] = {
    {"Empty", "", "it has no `seal` key"},
    {"OnlyComments", "# nothing\n\n", "it has no `seal` key"},
    {"NoMacKey", std::string("seal 1 ") + kCounting, "it has no `mac` key"},
    {"NoSealKey", std::string("mac 1 ") + kCounting, "it has no `seal` key"},
    {"UnknownKind", kGood + "sign 2 " + kCounting, "line 3: a key starts with"},
    {"KeyInThePlaceOfTheKind", std::string(kCounting) + " seal 1", "line 1: a key starts with"},
    {"ByteOrderMark", "\xef\xbb\xbf" + kGood, "it begins with a byte-order mark"},
    {"NotText", kGood + std::string("\0\xff", 2), "line 3: a key starts with"},
    {"KindAlone", kGood + "seal", "line 3: a key has three words"},
    {"NoKey", kGood + "seal 2", "line 3: a key has three words"},
    {"KeyCommentedOut", kGood + "seal 2 #" + kCounting, "line 3: a key has three words"},
    {"FourWords", kGood + "seal 2 " + kCounting + " x", "line 3: a key has three words"},
    {"NumberZero", kGood + "seal 0 " + kCounting, "line 3: the number"},
    {"NumberTooLarge", kGood + "seal 4294967296 " + kCounting, "line 3: the number"},
    {"NumberNegative", kGood + "seal -1 " + kCounting, "line 3: the number"},
    {"NumberWithATail", kGood + "seal 2x " + kCounting, "line 3: the number"},
    {"KeyInThePlaceOfTheNumber", kGood + "seal " + kCounting + " 2", "line 3: the number"},
    {"NumberTwice", kGood + "\nmac 1 " + kOnes, "line 4: an earlier key of this kind"},
    {"NumberTwiceWithZeros", kGood + "seal 01 " + kOnes, "line 3: an earlier key of this kind"},
    {"SealKeyTwice", kGood + "seal 2 " + kCounting,
     "line 3: an earlier key of this kind has the same"},
    {"MacKeyTwice", kGood + "mac 3 " + kOnes + "\nmac 2 " + kCounting,
     "line 4: an earlier key of this kind has the same"},
    {"OneByteShort", kGood + "seal 2 " + k31Bytes, "line 3: the key must be base64"},
    {"OneByteLong", kGood + "seal 2 " + k33Bytes, "line 3: the key must be base64"},
    {"NoPadding", kGood + "seal 2 " + std::string(43, 'A'), "line 3: the key must be base64"},
    {"UrlSafeBase64",
     kGood + "seal 2 " + std::string(42, '_') + "8=", "line 3: the key must be base64"},
    {"Hex", kGood + "seal 2 " + std::string(64, 'a'), "line 3: the key must be base64"},
    {"Huge", kGood + "seal 2 " + std::string(1 << 20, 'A'), "line 3: the key must be base64"},
    {"SecondLineWithCarriageReturns", std::string("seal 1 ") + kCounting + "\r\nmac 1 AAAAAAAA\r\n",
     "line 2: the key must be base64"},
};

INSTANTIATE_TEST_SUITE_P(, BadKeyFile, testing::ValuesIn(kBadFiles),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace lethe::crypto
