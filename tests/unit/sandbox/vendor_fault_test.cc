#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "unit/sandbox/vendor_fixture.h"

namespace lethe::sandbox {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::Pair;

constexpr const char* kPhone = "+919213231415";

struct FaultCase {
  const char* name;
  Fault fault;
  int status;
  std::string body;
  bool effect;

  friend void PrintTo(const FaultCase& fault_case, std::ostream* out) { *out << fault_case.name; }
};

class FaultTest : public VendorTest, public ::testing::WithParamInterface<FaultCase> {};

TEST_P(FaultTest, AnswersAsToldAndTakesEffectAsTold) {
  const auto& [name, fault, status, body, effect] = GetParam();
  vendor_.AddFault(fault);
  const HttpCall call = Post(Endpoint::kDelete, kAnnAndBob);
  const Answer answer = vendor_.Handle(call);
  EXPECT_EQ(answer.status, status);
  EXPECT_EQ(answer.body, body);
  EXPECT_EQ(TallyOf(Endpoint::kDelete).identifiers_taken, effect ? 2 : 0);
  EXPECT_EQ(TallyOf(Endpoint::kDelete).faults, 1);

  EXPECT_EQ(vendor_.Handle(call).body, R"({"status":"success"})");
}

INSTANTIATE_TEST_SUITE_P(
    Faults, FaultTest,
    ::testing::Values(
        FaultCase{"Status",
                  {},
                  500,
                  R"({"status":"fail","error":"An unknown error occurred","code":500})",
                  false},
        FaultCase{"StatusAfterEffect",
                  {.after_effect = true, .status = 503},
                  503,
                  R"({"status":"fail","error":"Service unavailable, try later","code":503})",
                  true},
        FaultCase{"Throttled",
                  {.status = 429},
                  429,
                  R"({"status":"fail","error":"Too many concurrent requests","code":429})",
                  false},
        FaultCase{"OwnBody", {.status = 400, .body = "no"}, 400, "no", false},
        FaultCase{"NoContent", {.after_effect = true, .status = 204}, 204, "", true},
        FaultCase{"Fail",
                  {.kind = FaultKind::kFail},
                  200,
                  R"({"status":"fail","error":"An unknown error occurred","code":500})",
                  false},
        FaultCase{"Empty", {.kind = FaultKind::kEmpty}, 200, "", false},
        FaultCase{
            "EmptyAfterEffect", {.kind = FaultKind::kEmpty, .after_effect = true}, 200, "", true},
        FaultCase{"NotJson", {.kind = FaultKind::kNotJson, .body = "<html>"}, 200, "<html>", false},
        FaultCase{"Ignored", {.kind = FaultKind::kIgnored}, 200, R"({"status":"success"})", false},
        FaultCase{"IgnoredForAll",
                  {.kind = FaultKind::kIgnored, .after_effect = true},
                  200,
                  R"({"status":"success"})",
                  false},
        FaultCase{"AbsentFailsElsewhere",
                  {.kind = FaultKind::kAbsentFails},
                  200,
                  R"({"status":"success"})",
                  true},
        FaultCase{"Latency", {.kind = FaultKind::kLatency}, 200, R"({"status":"success"})", true},
        FaultCase{"Drip", {.kind = FaultKind::kDrip}, 200, R"({"status":"success"})", true},
        FaultCase{
            "Truncated", {.kind = FaultKind::kTruncated}, 200, R"({"status":"success"})", true}),
    [](const auto& test) { return test.param.name; });

TEST_F(VendorTest, ADroppedCallHasNoStatus) {
  vendor_.AddFault({.kind = FaultKind::kDrop});
  vendor_.AddFault({.kind = FaultKind::kDrop, .after_effect = true});
  for (const std::int64_t taken : {0, 2}) {
    EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob)).delivery, Delivery::kNone);
    EXPECT_EQ(TallyOf(Endpoint::kDelete).identifiers_taken, taken);
  }
  EXPECT_THAT(TallyOf(Endpoint::kDelete).by_status, ElementsAre(Pair(0, 2)));
}

TEST_F(VendorTest, ThrottlesWithRetryAfter) {
  vendor_.AddFault({.status = 429, .retry_after = std::chrono::seconds(7)});
  EXPECT_THAT(vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob)).headers,
              ElementsAre(Pair("Retry-After", "7")));
}

TEST_F(VendorTest, DisassociateFailsWithEmptyUnprocessed) {
  vendor_.AddFault({.kind = FaultKind::kFail});
  EXPECT_EQ(Body(Phones({"+919213231415"})),
            json({{"status", "fail"}, {"processed", 0}, {"unprocessed", json::array()}}));
}

TEST_F(VendorTest, RefusesEveryNthRecordWithTheCodesInTurn) {
  vendor_.AddFault({.kind = FaultKind::kPartial,
                    .every = 2,
                    .codes = {555, 516},
                    .text_codes = true,
                    .listed_errors = true});
  const json answer = Body(Phones({"+9190000001", "+9190000002", "+9190000003", "+9190000004"}));
  EXPECT_EQ(answer["status"], "partial");
  EXPECT_EQ(answer["processed"], 2);
  ASSERT_EQ(answer["unprocessed"].size(), 2U);
  EXPECT_EQ(answer["unprocessed"][0]["code"], "555");
  EXPECT_EQ(answer["unprocessed"][0]["record"]["value"], "+9190000002");
  EXPECT_EQ(answer["unprocessed"][1]["code"], "516");
  EXPECT_TRUE(json::parse(answer["unprocessed"][1]["error"].get<std::string>()).is_array());
  EXPECT_EQ(TallyOf(Endpoint::kDisassociate).distinct_identifiers, 2);
}

TEST_F(VendorTest, HugeAnswersHaveTheirSize) {
  vendor_.AddFault({.kind = FaultKind::kHuge, .bytes = 100'000});
  const Answer answer = vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob));
  EXPECT_EQ(answer.body.size(), 100'000U);
  EXPECT_EQ(json::parse(answer.body)["status"], "success");
}

TEST_F(VendorTest, WaitsAsLongAsTheFaultSays) {
  vendor_.AddFault({.kind = FaultKind::kLatency, .delay = milliseconds(70)});
  vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob));
  EXPECT_THAT(waits_, ElementsAre(milliseconds(70)));
}

TEST_F(VendorTest, RefusedCallsMeetNoFault) {
  vendor_.AddFault({.status = 503});
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDelete, "{}")).status, 400);
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob)).status, 503);
}

TEST_F(VendorTest, AnIdentifierCanPoisonItsCalls) {
  vendor_.AddFault({.identifier = "bob", .times = 0, .status = 400});
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob)).status, 400);
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDelete, R"({"identity":["ann"]})")).status, 200);
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDelete, R"({"identity":["bob"]})")).status, 400);
}

TEST_F(VendorTest, FollowingARedirectIsAViolation) {
  vendor_.AddFault({.kind = FaultKind::kRedirect, .status = 307});
  HttpCall call = Post(Endpoint::kDelete, kAnnAndBob);
  const Answer answer = vendor_.Handle(call);
  EXPECT_EQ(answer.status, 307);
  ASSERT_EQ(answer.headers.size(), 1U);
  call.path = answer.headers[0].second;
  EXPECT_EQ(vendor_.Handle(call).status, 404);
  EXPECT_THAT(vendor_.GetReport().total.violations,
              ElementsAre(Pair(Violation::kFollowedRedirect, 1)));
}

TEST_F(VendorTest, ARuleChangesUntilTheFaultsAreCleared) {
  vendor_.AddFault({.api = Endpoint::kDelete, .times = 0, .status = 400});
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob)).status, 400);
  }
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDemerge, R"({"identities":["ann"]})")).status, 200);
  EXPECT_EQ(TallyOf(Endpoint::kDelete).identifiers_taken, 0);
  EXPECT_EQ(TallyOf(Endpoint::kDelete).violation_count(), 0);
  vendor_.ClearFaults();
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob)).status, 200);
}

TEST_F(VendorTest, ARuleMayChangeForOneKindOfIdentifierOnly) {
  vendor_.AddFault({.identifier_kind = CallKind::kGuid, .times = 0, .status = 400});
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDelete, R"({"guid":["g"]})")).status, 400);
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob)).status, 200);
  EXPECT_EQ(vendor_.Handle(Lookup("objectId", "g")).status, 200);
}

TEST_F(VendorTest, AnIgnoredDisassociationCountsItsRecordsAsProcessed) {
  ASSERT_TRUE(vendor_.AddProfile(kAccount, {.identities = {kPhone}, .devices = {{"guid-1"}}}));
  vendor_.AddFault({.kind = FaultKind::kIgnored});
  EXPECT_EQ(Body(Phones({kPhone}))["processed"], 1);
  EXPECT_TRUE(vendor_.FindProfile(kAccount, ProfileKey::kIdentity, kPhone));
  EXPECT_EQ(TallyOf(Endpoint::kDisassociate).identifiers_taken, 0);
}

TEST_F(VendorTest, AnIgnoredDeletionSurvivesTheNight) {
  ASSERT_TRUE(vendor_.AddProfile(kAccount, {.identities = {"ann"}, .devices = {{"guid-1"}}}));
  vendor_.AddFault({.kind = FaultKind::kIgnored});
  vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob));
  vendor_.RunNight();
  EXPECT_TRUE(vendor_.FindProfile(kAccount, ProfileKey::kIdentity, "ann"));
}

TEST_F(VendorTest, AbsentProfilesHaveTheirOtherShape) {
  ASSERT_TRUE(vendor_.AddProfile(kAccount, {.identities = {"ann"}, .devices = {{"guid-1"}}}));
  vendor_.AddFault({.kind = FaultKind::kAbsentFails, .api = Endpoint::kProfile, .times = 0});
  EXPECT_EQ(Body(Lookup("identity", "ann"))["status"], "success");
  const Answer absent = vendor_.Handle(Lookup("identity", "bob"));
  EXPECT_EQ(absent.status, 200);
  EXPECT_EQ(json::parse(absent.body)["status"], "fail");
  EXPECT_FALSE(json::parse(absent.body).contains("record"));
}

TEST_F(VendorTest, AConnectMeetsFaults) {
  vendor_.AddFault({.api = Endpoint::kConnect, .status = 503});
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob)).status, 200);
  EXPECT_EQ(vendor_.Handle(Get(Endpoint::kConnect)).status, 503);
  EXPECT_EQ(vendor_.Handle(Get(Endpoint::kConnect)).status, 200);
}

}  // namespace
}  // namespace lethe::sandbox
