#include "json/parse.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

namespace lethe {
namespace {

using nlohmann::json;

std::string Nested(int levels, char open, char close) {
  const auto count = static_cast<std::size_t>(levels);
  return std::string(count, open) + std::string(count, close);
}

TEST(ParseJson, ReadsEveryKindOfValue) {
  for (const char* text :
       {"null", "true", "7", "-1.5e3", "\"a\"", "[]", "{}", R"({"a":[{"b":""}]})", " [1] \n"}) {
    EXPECT_EQ(ParseJson(text), json::parse(text)) << text;
  }
}

TEST(ParseJson, ReadsNothingThatIsNotOneDocument) {
  for (const char* text :
       {"", " ", "nul", "[", "]", "[1,]", "{1:2}", "[] []", "\"a", "\"\xff\"", "1e999", "<html>"}) {
    EXPECT_EQ(ParseJson(text), std::nullopt) << text;
  }
}

TEST(ParseJson, BoundsTheDepth) {
  EXPECT_TRUE(ParseJson(Nested(kMaxJsonDepth, '[', ']')));
  EXPECT_FALSE(ParseJson(Nested(kMaxJsonDepth + 1, '[', ']')));
  std::string objects;
  for (int level = 0; level < kMaxJsonDepth; ++level) objects += R"({"a":)";
  EXPECT_TRUE(ParseJson(objects + "1" + std::string(kMaxJsonDepth, '}')));
  EXPECT_FALSE(ParseJson(objects + "{}" + std::string(kMaxJsonDepth, '}')));
}

TEST(ParseJson, SurvivesHalfAMillionLevels) {
  EXPECT_FALSE(ParseJson(Nested(500'000, '[', ']')));
  EXPECT_FALSE(ParseJson(std::string(500'000, '[')));
  std::string objects;
  for (int level = 0; level < 100'000; ++level) objects += R"({"a":)";
  EXPECT_FALSE(ParseJson(objects));
  EXPECT_FALSE(ParseJson(objects + "1" + std::string(100'000, '}')));
}

TEST(ParseJson, ReadsNothingThatSaysOneThingTwice) {
  for (const char* text :
       {R"({"status":"fail","status":"success"})", R"({"status":"success","status":"success"})",
        R"({"a":1,"b":2,"a":null})", R"({"a":{"b":1,"b":[]}})", R"([{"a":1},{"b":1,"b":2}])",
        R"({"a":{"b":1},"a":1})", R"({"status":1,"st\u0061tus":2})", R"({"":1,"":1})"}) {
    EXPECT_EQ(ParseJson(text), std::nullopt) << text;
  }
}

TEST(ParseJson, OneNameMayStandInManyObjects) {
  for (const char* text :
       {R"([{"a":1},{"a":2}])", R"({"a":{"a":{"a":1}}})", R"({"a":{"b":1},"b":{"a":1}})",
        R"({"a":[{"b":1},{"b":1}],"b":1})", R"({"a":1,"A":2," a":3})", R"({"a":"b","b":"a"})"}) {
    EXPECT_EQ(ParseJson(text), json::parse(text)) << text;
  }
}

TEST(ParseJson, BracketsInTextAreNoLevels) {
  EXPECT_EQ(ParseJson("[\"" + std::string(1'000, '[') + "\\\"[\"]")->front(),
            std::string(1'000, '[') + "\"[");
}

TEST(ParseJson, AWholeDocumentIsReadWhereAPartOfItIsNot) {
  std::mt19937 random(11);
  const std::string whole =
      R"({"status":"partial","processed":2,"unprocessed":[{"record":{"value":"+911"},"code":516}]})";
  for (int round = 0; round < 3'000; ++round) {
    std::string damaged = whole.substr(0, random() % whole.size());
    for (unsigned changes = random() % 3; changes > 0 && !damaged.empty(); --changes) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    const auto parsed = ParseJson(damaged);
    EXPECT_TRUE(!parsed || !parsed->is_object() || parsed->size() < 3) << round;
  }
  EXPECT_TRUE(ParseJson(whole));
}

}  // namespace
}  // namespace lethe
