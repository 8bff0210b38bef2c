#include "runtime/yaml_section.h"

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <string>

namespace lethe::runtime {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(YamlSection, AnUnknownKeyTooLongForOneIsNotRepeatedSinceItMayBeASecret) {
  const std::string secret(41, 's');
  Problems problems("lethe.yaml");
  const YAML::Node node = YAML::Load(secret + ": 1");
  Section(problems, node, node.Mark(), "").Close();
  EXPECT_THAT(problems.ToError().message, HasSubstr("unknown key"));
  EXPECT_THAT(problems.ToError().message, Not(HasSubstr(secret)));
}

TEST(YamlSection, OfVeryManyMistakesTheNumberIsTold) {
  Problems problems("lethe.yaml");
  for (std::size_t i = 0; i < Problems::kMaxTold + 7; ++i) problems.Add("lethe.yaml:1:1", "k", "w");
  const Error error = problems.ToError();
  EXPECT_EQ(error.violations.size(), Problems::kMaxTold);
  EXPECT_THAT(error.message, testing::EndsWith("\nand 7 more"));
}

TEST(YamlSection, ReadsAListOfValuesOrOneValueAsAList) {
  Problems problems("f");
  const YAML::Node node = YAML::Load("{many: [a, b], one: c, none: [], deep: [[d]], map: {e: f}}");
  Section section(problems, node, node.Mark(), "");
  const auto texts = [&](const std::string& key) {
    std::vector<std::string> all;
    for (const Setting& setting : section.TakeAll(key, "words")) all.push_back(setting.text);
    return all;
  };
  EXPECT_THAT(texts("many"), testing::ElementsAre("a", "b"));
  EXPECT_THAT(texts("one"), testing::ElementsAre("c"));
  EXPECT_THAT(texts("absent"), testing::IsEmpty());
  EXPECT_TRUE(problems.empty());
  for (const char* key : {"none", "deep", "map"}) {
    EXPECT_THAT(texts(key), testing::IsEmpty());
    EXPECT_THAT(problems.ToError().violations.back().description,
                testing::StartsWith(std::string(key) + ": must be words"));
  }
}

}  // namespace
}  // namespace lethe::runtime
