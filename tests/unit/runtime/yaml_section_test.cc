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

}  // namespace
}  // namespace lethe::runtime
