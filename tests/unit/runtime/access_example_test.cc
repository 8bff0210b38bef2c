#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "runtime/access_file.h"
#include "runtime/config.h"
#include "temporary_directory.h"

namespace lethe::runtime {
namespace {

constexpr char kDirectory[] = LETHE_SOURCE_DIR "/deploy/local/";

TEST(AccessExample, LoadsAndGrantsForTheAccountOfTheOtherExample) {
  const auto config = LoadConfig(std::string(kDirectory) + "lethe.yaml",
                                 [](const std::string&) { return std::nullopt; });
  ASSERT_TRUE(config.ok()) << config.error().message;
  const std::string path = std::string(kDirectory) + "access.yaml";
  const auto text = ReadAccessText(path);
  ASSERT_TRUE(text.ok()) << text.error().message;
  const auto file = ParseAccessFile(path, *text, config->accounts);
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_THAT(file->notes, testing::IsEmpty());
  EXPECT_THAT(file->members, testing::SizeIs(2));
}

TEST(AccessExample, OfKubernetesLoadsWithItsConfiguration) {
  const YAML::Node files =
      YAML::LoadFile(LETHE_SOURCE_DIR "/deploy/kubernetes/configmap.yaml.example")["data"];
  const TemporaryDirectory directory;
  const auto config =
      LoadConfig(directory.Write("lethe.yaml", files["lethe.yaml"].as<std::string>()),
                 [](const std::string&) { return std::nullopt; });
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->access_file, directory.path() / "access.yaml");
  const auto file =
      ParseAccessFile("access.yaml", files["access.yaml"].as<std::string>(), config->accounts);
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_THAT(file->notes, testing::IsEmpty());
}

/// What the program knows in a place, as it lists it when it meets a key that it does not know.
void ExpectDocumented(const std::string& yaml) {
  const auto file = ParseAccessFile("a", yaml, {});
  ASSERT_FALSE(file.ok());
  const std::string& message = file.error().message;
  const std::string list = "unknown key zzzzzzzzzz; known here: ";
  const std::size_t begin = message.find(list);
  ASSERT_NE(begin, std::string::npos) << message;
  std::string known = message.substr(begin + list.size());
  known = known.substr(0, known.find('\n')) + ", ";
  const std::string documented = ReadAccessText(std::string(kDirectory) + "access.yaml").value();
  while (!known.empty()) {
    const std::string key = known.substr(0, known.find(", "));
    EXPECT_THAT(documented,
                testing::ContainsRegex("\n *(- )?(- \\{)?(sha256: .*, )?" + key + ":[ \n]"))
        << yaml;
    known.erase(0, key.size() + 2);
  }
}

TEST(AccessExample, HasEveryKeyThatTheProgramKnows) {
  ExpectDocumented("zzzzzzzzzz: 1");
  ExpectDocumented("issuers: [{zzzzzzzzzz: 1}]");
  ExpectDocumented("principals: [{zzzzzzzzzz: 1}]");
  ExpectDocumented("principals: [{jwts: [{zzzzzzzzzz: 1}]}]");
  ExpectDocumented("principals: [{tokens: [{zzzzzzzzzz: 1}]}]");
  ExpectDocumented("principals: [{grants: [{zzzzzzzzzz: 1}]}]");
}

}  // namespace
}  // namespace lethe::runtime
