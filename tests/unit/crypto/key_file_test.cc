#include "crypto/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lethe::crypto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// The keys of a file, as `seal 1`.
std::vector<std::string> KeysOf(const std::string& file) {
  std::vector<std::string> keys;
  for (const KeyId& id : KeyRing::Parse(file).value().Ids()) {
    keys.push_back(std::string(Name(id.kind)) + " " + std::to_string(id.number));
  }
  return keys;
}

TEST(Rotation, AddsTheNextKeysAndThenLetsTheNewestSeal) {
  const std::string first = KeyRing::GenerateFile();
  EXPECT_THAT(KeysOf(first), ElementsAre("seal 1", "mac 1"));
  const std::string added = AddNextKeys(first).value();
  EXPECT_THAT(KeysOf(added), ElementsAre("seal 1", "seal 2", "mac 2", "mac 1"));
  const std::string used = UseNewestKeys(added).value();
  EXPECT_THAT(KeysOf(used), ElementsAre("seal 2", "seal 1", "mac 2", "mac 1"));
  EXPECT_THAT(KeysOf(AddNextKeys(used).value()),
              ElementsAre("seal 2", "seal 3", "seal 1", "mac 3", "mac 2", "mac 1"));
}

TEST(Rotation, LetsEveryReplicaOpenWhatAnotherSeals) {
  const std::string first = KeyRing::GenerateFile();
  const std::string added = AddNextKeys(first).value();
  const std::string used = UseNewestKeys(added).value();
  std::vector<KeyRing> rings;
  for (const std::string& file : {first, added, used}) {
    rings.push_back(KeyRing::Parse(file).value());
  }
  const auto opens = [](const KeyRing& writer, const KeyRing& reader) {
    return reader.Open(writer.Seal(Identifier("person"), "place"), "place").ok();
  };
  for (std::size_t step = 0; step + 1 < rings.size(); ++step) {
    EXPECT_TRUE(opens(rings[step], rings[step + 1])) << step;
    EXPECT_TRUE(opens(rings[step + 1], rings[step])) << step;
  }
}

TEST(Rotation, KeepsCommentsAndTheOtherLines) {
  const std::string file = KeyRing::GenerateFile();
  const std::string with_comment = "# ours\r\n\n" + file + "# end";
  const std::string added = AddNextKeys(with_comment).value();
  EXPECT_THAT(added, StartsWith("# ours\r\n\n# Keys of Lethe"));
  EXPECT_THAT(added, HasSubstr("\n# end\n"));
  EXPECT_THAT(UseNewestKeys(added).value(), HasSubstr("\n# end\n"));
}

TEST(Rotation, TakesTheLastLineWithoutItsEnd) {
  std::string file = KeyRing::GenerateFile();
  file.pop_back();
  EXPECT_THAT(KeysOf(AddNextKeys(file).value()), ElementsAre("seal 1", "seal 2", "mac 2", "mac 1"));
}

TEST(Rotation, EachStepWaitsForItsTurn) {
  const std::string first = KeyRing::GenerateFile();
  const auto early = UseNewestKeys(first);
  ASSERT_FALSE(early.ok());
  EXPECT_EQ(early.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(early.error().reason, "KEYS_REFUSED");
  EXPECT_THAT(early.error().message, HasSubstr("seal key, 1, is in use already"));
  const auto twice = AddNextKeys(AddNextKeys(first).value());
  ASSERT_FALSE(twice.ok());
  EXPECT_THAT(twice.error().message, HasSubstr("seal key 2 is not in use yet"));
}

TEST(Rotation, EndsAtTheLastNumber) {
  constexpr std::uint32_t kLast = 4'294'967'295;
  for (const auto& [seal, mac] : {std::pair(kLast, 1U), std::pair(1U, kLast)}) {
    const auto added =
        AddNextKeys(FreshKeyLine(KeyKind::kSeal, seal) + FreshKeyLine(KeyKind::kMac, mac));
    ASSERT_FALSE(added.ok());
    EXPECT_EQ(added.error().reason, "KEYS_REFUSED");
    EXPECT_THAT(added.error().message, HasSubstr("4294967295"));
  }
}

TEST(Rotation, OfAFileThatIsNoneSaysSo) {
  EXPECT_EQ(AddNextKeys("seal 1 x\n").error().reason, "BAD_KEY_FILE");
  EXPECT_EQ(UseNewestKeys("").error().reason, "BAD_KEY_FILE");
}

}  // namespace
}  // namespace lethe::crypto
