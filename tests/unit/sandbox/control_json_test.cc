#include "sandbox/control_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace lethe::sandbox {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ReadFaults, TakesOne) {
  const auto order = ReadFaults(R"({"kind":"status","api":"delete","account_id":"A",
      "identifier_kind":"guid","identifier":"x","skip":1,"times":2,"after_effect":true,"status":429,"body":"b",
      "retry_after_s":3,"delay_ms":4,"bytes":5,"every":6,"codes":[555,516],"text_codes":true,
      "listed_errors":true})");
  ASSERT_TRUE(order.ok());
  ASSERT_EQ(order->queued.size(), 1U);
  const Fault& fault = order->queued[0];
  EXPECT_EQ(fault.kind, FaultKind::kStatus);
  EXPECT_EQ(fault.api, Endpoint::kDelete);
  EXPECT_EQ(fault.account_id, "A");
  EXPECT_EQ(fault.identifier_kind, CallKind::kGuid);
  EXPECT_EQ(fault.identifier, "x");
  EXPECT_EQ(fault.skip, 1);
  EXPECT_EQ(fault.times, 2);
  EXPECT_TRUE(fault.after_effect);
  EXPECT_EQ(fault.status, 429);
  EXPECT_EQ(fault.body, "b");
  EXPECT_EQ(fault.retry_after, std::chrono::seconds(3));
  EXPECT_EQ(fault.delay, std::chrono::milliseconds(4));
  EXPECT_EQ(fault.bytes, 5U);
  EXPECT_EQ(fault.every, 6);
  EXPECT_THAT(fault.codes, ElementsAre(555, 516));
  EXPECT_TRUE(fault.text_codes);
  EXPECT_TRUE(fault.listed_errors);
}

TEST(ReadFaults, KnowsEachKindByItsName) {
  for (const FaultKind kind : kFaultKinds) {
    const auto order = ReadFaults(json(json::array({Name(kind)})).dump());
    ASSERT_TRUE(order.ok());
    EXPECT_EQ(order->queued.at(0).kind, kind);
  }
}

TEST(ReadFaults, TakesRandomOnes) {
  const auto order =
      ReadFaults(R"({"probability":0.1,"seed":7,"kinds":["drop",{"kind":"status","status":503}]})");
  ASSERT_TRUE(order.ok());
  ASSERT_TRUE(order->random);
  EXPECT_EQ(order->random->probability, 0.1);
  EXPECT_EQ(order->random->seed, 7U);
  ASSERT_EQ(order->random->kinds.size(), 2U);
  EXPECT_EQ(order->random->kinds[1].status, 503);
}

TEST(ReadFaults, NamesWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "no JSON"},
      {"\xFF", "no JSON"},
      {"1", "object"},
      {"{}", "`kind`"},
      {R"({"kind":"explode"})", "`kind`"},
      {R"({"kind":"drop","tmies":2})", "`tmies`"},
      {R"({"kind":"drop","times":-1})", "`times`"},
      {R"({"kind":"drop","times":"2"})", "`times`"},
      {R"({"kind":"drop","api":"upload"})", "`api`"},
      {R"({"kind":"drop","identifier_kind":"email"})", "`identifier_kind`"},
      {R"({"kind":"partial","every":0})", "`every`"},
      {R"({"kind":"partial","codes":[]})", "`codes`"},
      {R"({"kind":"status","status":99})", "`status`"},
      {R"({"kind":"status","status":600})", "`status`"},
      {R"({"kind":"partial","every":4294967296})", "`every`"},
      {R"({"kind":"drop","times":4294967296})", "`times`"},
      {R"({"kind":"drop","times":1.5})", "`times`"},
      {R"({"kind":"drop","times":1e300})", "`times`"},
      {R"({"kind":"drop","skip":18446744073709551615})", "`skip`"},
      {R"({"kind":"status","status":4294967496})", "`status`"},
      {R"({"kind":"huge","bytes":9223372036854775807})", "`bytes`"},
      {R"({"kind":"latency","delay_ms":9223372036854775807})", "`delay_ms`"},
      {R"({"kind":"status","retry_after_s":9223372036854775807})", "`retry_after_s`"},
      {R"({"kind":"partial","codes":[1e300]})", "`codes`"},
      {R"({"kind":"partial","codes":[4294967812]})", "`codes`"},
      {R"({"probability":0.5,"seed":1e300})", "`seed`"},
      {R"({"probability":1.1})", "`probability`"},
      {R"({"probability":0.5,"kinds":["x"]})", "`kind`"},
  };
  for (const auto& [body, member] : cases) {
    const auto order = ReadFaults(body);
    if (order.ok()) {
      ADD_FAILURE() << body;
      continue;
    }
    EXPECT_EQ(order.error().reason, "CONTROL_INVALID");
    EXPECT_THAT(order.error().message, HasSubstr(member));
  }
}

TEST(ReadProfiles, TakesThemWhole) {
  const auto order = ReadProfiles(R"({"account_id":"A","profiles":[{"identities":["ann"],
      "devices":[{"guid":"g","platform":"iOS"},{"guid":"h"}],"email":"e","phone":"p",
      "events":{"App Launched":{"count":2,"first_seen":5,"last_seen":9}}}]})");
  ASSERT_TRUE(order.ok());
  EXPECT_EQ(order->account_id, "A");
  EXPECT_THAT(order->profiles,
              ElementsAre(Profile{
                  .identities = {"ann"},
                  .devices = {{"g", "iOS"}, {"h", "Android"}},
                  .email = "e",
                  .phone = "p",
                  .events = {{"App Launched", {.count = 2, .first_seen = 5, .last_seen = 9}}}}));
}

TEST(ReadProfiles, NamesWhatIsWrong) {
  EXPECT_THAT(ReadProfiles(R"({"profiles":[]})").error().message, HasSubstr("`account_id`"));
  EXPECT_THAT(ReadProfiles(R"({"account_id":"A","profiles":[{"name":1}]})").error().message,
              HasSubstr("`name`"));
  EXPECT_THAT(ReadProfiles(R"({"account_id":"A","profiles":[{"devices":[{}]}]})").error().message,
              HasSubstr("`guid`"));
}

TEST(ReadPasscodes, TakesNoneOneOrSeveral) {
  const auto order = ReadPasscodes(R"({"account_id":"A","passcodes":["x","y"]})");
  ASSERT_TRUE(order.ok());
  EXPECT_EQ(order->account_id, "A");
  EXPECT_THAT(order->passcodes, ElementsAre("x", "y"));
  EXPECT_THAT(ReadPasscodes(R"({"account_id":"A","passcodes":[]})")->passcodes, IsEmpty());
}

TEST(ReadPoison, TakesIdentifiers) {
  const auto order = ReadPoison(R"({"account_id":"A","identifiers":["ann"]})");
  ASSERT_TRUE(order.ok());
  EXPECT_EQ(order->account_id, "A");
  EXPECT_THAT(order->identifiers, ElementsAre("ann"));
}

TEST(ReadEffectsQuery, NamesTheApi) {
  const auto query = ReadEffectsQuery(R"({"account_id":"A","api":"demerge","identifiers":["x"]})");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->account_id, "A");
  EXPECT_EQ(query->api, Endpoint::kDemerge);
  EXPECT_THAT(query->identifiers, ElementsAre("x"));
}

TEST(ReadOrders, NameWhatIsWrong) {
  EXPECT_THAT(ReadPasscodes(R"({"passcodes":[]})").error().message, HasSubstr("`account_id`"));
  EXPECT_THAT(ReadPasscodes(R"({"account_id":"A"})").error().message, HasSubstr("`passcodes`"));
  EXPECT_THAT(ReadPasscodes(R"({"account_id":"A","passcodes":"x"})").error().message,
              HasSubstr("`passcodes`"));
  EXPECT_THAT(ReadPoison(R"({"account_id":"A","identifiers":[1]})").error().message,
              HasSubstr("`identifiers`"));
  EXPECT_THAT(ReadPoison(R"({"account_id":"A","identifiers":[],"api":"delete"})").error().message,
              HasSubstr("`api`"));
  EXPECT_THAT(ReadEffectsQuery(R"({"account_id":"A","identifiers":[]})").error().message,
              HasSubstr("`api`"));
  EXPECT_THAT(
      ReadEffectsQuery(R"({"account_id":"A","api":"upload","identifiers":[]})").error().message,
      HasSubstr("`api`"));
}

TEST(WriteEffects, HasNoTimesWithoutAnEffect) {
  const TimePoint first{std::chrono::microseconds(1'500'999)};
  EXPECT_EQ(json::parse(WriteEffects(
                {{.count = 2, .first = first, .last = first + std::chrono::seconds(1)}, {}})),
            json({{"effects",
                   {{{"count", 2}, {"first_ms", 1500}, {"last_ms", 2500}},
                    {{"count", 0}, {"first_ms", nullptr}, {"last_ms", nullptr}}}}}));
  EXPECT_EQ(WriteEffects({}), R"({"effects":[]})");
}

TEST(WriteReport, NamesStatusesAndViolations) {
  Report report;
  report.nights = 2;
  Tally& tally = report.accounts["A"].apis[Endpoint::kDelete];
  tally.calls = 3;
  tally.dry_runs = 2;
  tally.by_status[429] = 1;
  tally.violations[Violation::kBothKinds] = 1;
  const json written = json::parse(WriteReport(report));
  EXPECT_EQ(written["nights"], 2);
  const json& api = written["accounts"]["A"]["apis"]["delete"];
  EXPECT_EQ(api["calls"], 3);
  EXPECT_EQ(api["dry_runs"], 2);
  EXPECT_EQ(api["by_status"], json({{"429", 1}}));
  EXPECT_EQ(api["violations"], json({{"both_kinds", 1}}));
  EXPECT_EQ(api["violation_count"], 1);
}

TEST(ControlJson, RefusesABodyThatIsNestedBeyondReason) {
  const std::string deep = std::string(500'000, '[') + std::string(500'000, ']');
  EXPECT_FALSE(ReadFaults(deep).ok());
  EXPECT_FALSE(ReadFaults(R"({"kind":)" + deep + "}").ok());
  EXPECT_FALSE(ReadProfiles(R"({"account_id":"A","profiles":[{"devices":)" + deep + "}]}").ok());
  EXPECT_FALSE(ReadPoison(R"({"account_id":"A","identifiers":)" + deep + "}").ok());
  EXPECT_FALSE(ReadEffectsQuery(R"({"account_id":)" + deep + "}").ok());
}

}  // namespace
}  // namespace lethe::sandbox
