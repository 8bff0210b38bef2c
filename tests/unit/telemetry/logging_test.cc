#include "telemetry/logging.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "lethe/redacted.h"
#include "lethe/vendor.h"

namespace lethe::telemetry {
namespace {

static_assert(!std::is_constructible_v<LogValue, Identifier>);
static_assert(!std::is_constructible_v<LogValue, Passcode>);
static_assert(!std::is_constructible_v<LogValue, std::string>);
static_assert(!std::is_constructible_v<LogValue, std::string_view>);
static_assert(std::is_convertible_v<OutcomeClass, LogValue>);

constexpr std::string_view kTime = "2026-01-02T03:04:05.000006Z";

nlohmann::json JsonLine(std::initializer_list<LogField> fields) {
  return nlohmann::json::parse(
      FormatLogLine(LogFormat::kJson, kTime, LogLevel::kInfo, "batch.sent", fields));
}

TEST(Logging, AJsonLineHasTimeLevelMessageAndFields) {
  EXPECT_EQ(FormatLogLine(LogFormat::kJson, kTime, LogLevel::kWarning, "batch.sent",
                          {{"operation", Operation::kErasure},
                           {"count", 100},
                           {"ratio", 0.5},
                           {"first", true},
                           {"why", "because"},
                           {"account", LogValue::Public("demo")}}),
            R"({"time":"2026-01-02T03:04:05.000006Z","level":"warning","message":"batch.sent",)"
            R"("operation":"erasure","count":100,"ratio":0.5,"first":true,"why":"because",)"
            R"("account":"demo"})");
}

TEST(Logging, IdsAreStringsSoThatNoReaderRoundsThem) {
  EXPECT_EQ(JsonLine({{"envelope", EnvelopeId{9007199254740993}}})["envelope"], "9007199254740993");
  EXPECT_EQ(JsonLine({{"request", RequestId{1}}})["request"], "1");
}

class HostileText : public testing::TestWithParam<std::string> {};

TEST_P(HostileText, StaysInsideOneJsonString) {
  const std::string line = FormatLogLine(LogFormat::kJson, kTime, LogLevel::kInfo, "e",
                                         {{"text", LogValue::Public(GetParam())}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json.size(), 4u);
  EXPECT_TRUE(json["text"].is_string());
}

TEST_P(HostileText, StaysOnOneLineOfText) {
  const std::string line = FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, "e",
                                         {{"text", LogValue::Public(GetParam())}});
  EXPECT_EQ(line.find_first_of(std::string("\n\r\0\x1b", 4)), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, HostileText,
                         testing::Values("", "\"", "\\", "a\nb", "\r\n", "\",\"level\":\"error",
                                         std::string("a\0b", 3), "\x1b[31m", "\xff\xfe",
                                         "cut off \xe2\x82", "\xed\xa0\x80", "\xf0\x9f\x98\x80",
                                         std::string(100'000, 'x')));

TEST(Logging, BytesThatAreNoUtf8AreReplaced) {
  EXPECT_EQ(JsonLine({{"text", LogValue::Public("a\xff")}})["text"], "a\xef\xbf\xbd");
}

TEST(Logging, NumbersKeepTheirRange) {
  EXPECT_EQ(JsonLine({{"n", INT64_MIN}})["n"], INT64_MIN);
  EXPECT_EQ(JsonLine({{"n", INT64_MAX}})["n"], INT64_MAX);
}

TEST(Logging, TextHasTheFieldsBehindTheEvent) {
  EXPECT_EQ(FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, "batch.sent",
                          {{"count", 100}, {"operation", Operation::kDemerge}}),
            "2026-01-02T03:04:05.000006Z info    batch.sent count=100 operation=\"demerge\"");
}

TEST(Logging, WritesFromTheConfiguredLevelOnInTheConfiguredFormat) {
  testing::internal::CaptureStdout();
  SetUpLogging({.format = LogFormat::kJson, .level = LogLevel::kWarning});
  Log(LogLevel::kInfo, "too.low");
  Log(LogLevel::kWarning, "just.right", {{"n", 1}});
  SetUpLogging({.format = LogFormat::kText, .level = LogLevel::kDebug});
  Log(LogLevel::kDebug, "as.text");
  const std::string output = testing::internal::GetCapturedStdout();

  EXPECT_EQ(output.find("too.low"), std::string::npos);
  const auto first = nlohmann::json::parse(output.substr(0, output.find('\n')));
  EXPECT_EQ(first["message"], "just.right");
  EXPECT_EQ(first["n"], 1);
  EXPECT_TRUE(output.ends_with("debug   as.text\n")) << output;
}

}  // namespace
}  // namespace lethe::telemetry
