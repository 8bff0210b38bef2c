#include "sandbox/vendor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace lethe::sandbox {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr const char* kAccount = "ACCOUNT";

HttpCall Post(Endpoint endpoint, std::string body) {
  return {.method = "POST",
          .path = std::string(Path(endpoint)),
          .headers = {kAccount, "PASS", "application/json; charset=utf-8"},
          .body = std::move(body)};
}

HttpCall Phones(const std::vector<std::string>& phones) {
  json records = json::array();
  for (const std::string& phone : phones) records.push_back({{"type", "phone"}, {"value", phone}});
  return Post(Endpoint::kDisassociate, json{{"d", records}}.dump());
}

HttpCall Lookup(const std::string& name, const std::string& value) {
  HttpCall call = Post(Endpoint::kProfile, "");
  call.method = "GET";
  call.parameters = {{name, value}};
  return call;
}

class VendorTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_GE(sodium_init(), 0); }

  Tally TallyOf(Endpoint endpoint) const {
    return vendor_.GetReport().accounts[kAccount].apis[endpoint];
  }
  json Body(const HttpCall& call) { return json::parse(vendor_.Handle(call).body); }

  std::vector<milliseconds> waits_;
  Vendor vendor_{{}, [this](milliseconds time) { waits_.push_back(time); }};
};

const std::string kAnnAndBob = R"({"identity":["ann","bob"]})";

TEST_F(VendorTest, TakesUnknownIdentifiersAsSuccess) {
  const Answer answer = vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(json::parse(answer.body), json({{"status", "success"}}));
  EXPECT_EQ(Body(Post(Endpoint::kDemerge, R"({"identities":["ann"]})")),
            json({{"status", "success"}}));
  EXPECT_EQ(Body(Phones({"+919213231415"})),
            json({{"status", "success"}, {"processed", 1}, {"unprocessed", json::array()}}));
}

TEST_F(VendorTest, CallsChangeTheProfilesOfTheirAccountOnly) {
  for (const char* account : {kAccount, "OTHER"}) {
    ASSERT_TRUE(vendor_.AddProfile(account, {.identities = {"ann"}, .devices = {{"guid-1"}}}));
  }
  vendor_.Handle(Post(Endpoint::kDelete, R"({"guid":["guid-1"]})"));
  EXPECT_EQ(vendor_.GetReport().profiles.marked_for_deletion, 1);
  vendor_.RunNight();
  EXPECT_FALSE(vendor_.FindProfile(kAccount, ProfileKey::kIdentity, "ann"));
  EXPECT_TRUE(vendor_.FindProfile("OTHER", ProfileKey::kIdentity, "ann"));
  EXPECT_EQ(vendor_.GetReport().nights, 1);
}

TEST_F(VendorTest, DemergesAndDisassociates) {
  const char* phone = "+919213231415";
  ASSERT_TRUE(vendor_.AddProfile(
      kAccount, {.identities = {"ann", phone}, .devices = {{"guid-1"}, {"guid-2"}}}));
  vendor_.Handle(Phones({phone}));
  EXPECT_FALSE(vendor_.FindProfile(kAccount, ProfileKey::kIdentity, phone));
  vendor_.Handle(Post(Endpoint::kDemerge, R"({"identities":["ann"]})"));
  EXPECT_TRUE(vendor_.FindProfile(kAccount, ProfileKey::kIdentity, "ann"));
  vendor_.RunNight();
  EXPECT_FALSE(vendor_.FindProfile(kAccount, ProfileKey::kIdentity, "ann"));
  EXPECT_TRUE(vendor_.FindProfile(kAccount, ProfileKey::kGuid, "guid-2"));
}

TEST_F(VendorTest, ShowsProfiles) {
  ASSERT_TRUE(vendor_.AddProfile(
      kAccount, {.identities = {"ann"},
                 .devices = {{"guid-1", "iOS"}},
                 .events = {{"App Launched", {.count = 2, .first_seen = 5, .last_seen = 9}}}}));
  const json shown = Body(Lookup("objectId", "guid-1"));
  EXPECT_EQ(shown["status"], "success");
  EXPECT_EQ(shown["record"]["platformInfo"], json({{{"platform", "iOS"}, {"objectId", "guid-1"}}}));
  EXPECT_EQ(shown["record"]["events"]["App Launched"],
            json({{"count", 2}, {"first_seen", 5}, {"last_seen", 9}}));
  EXPECT_EQ(Body(Lookup("identity", "bob")), json({{"status", "success"}, {"record", nullptr}}));
  EXPECT_EQ(vendor_.Handle(Lookup("name", "ann")).status, 400);
}

TEST_F(VendorTest, ListsInvalidPhonesWithTheirRecords) {
  const json answer = Body(Phones({"919213231415", "+919213231415"}));
  EXPECT_EQ(answer["status"], "partial");
  EXPECT_EQ(answer["processed"], 1);
  ASSERT_EQ(answer["unprocessed"].size(), 1U);
  const json record = answer["unprocessed"][0];
  EXPECT_EQ(record["status"], "fail");
  EXPECT_EQ(record["code"], 516);
  EXPECT_TRUE(record["error"].is_string());
  EXPECT_EQ(record["record"], json({{"type", "phone"}, {"value", "919213231415"}}));
  EXPECT_EQ(Body(Phones({"x"}))["status"], "fail");
  EXPECT_EQ(TallyOf(Endpoint::kDisassociate).unprocessed, 2);
  EXPECT_EQ(TallyOf(Endpoint::kDisassociate).identifiers_taken, 1);
  EXPECT_EQ(TallyOf(Endpoint::kDisassociate).violation_count(), 0);
}

TEST_F(VendorTest, ADryRunValidatesOnly) {
  ASSERT_TRUE(
      vendor_.AddProfile(kAccount, {.identities = {"+919213231415"}, .devices = {{"guid-1"}}}));
  HttpCall call = Phones({"+919213231415", "x"});
  call.parameters = {{"dryRun", "1"}};
  EXPECT_EQ(Body(call)["status"], "partial");
  EXPECT_TRUE(vendor_.FindProfile(kAccount, ProfileKey::kIdentity, "+919213231415"));
  EXPECT_EQ(TallyOf(Endpoint::kDisassociate).identifiers_taken, 0);
}

TEST_F(VendorTest, DeleteKnowsNoDryRun) {
  HttpCall call = Post(Endpoint::kDelete, kAnnAndBob);
  call.parameters = {{"dryRun", "1"}};
  vendor_.Handle(call);
  EXPECT_EQ(TallyOf(Endpoint::kDelete).identifiers_taken, 2);
}

TEST_F(VendorTest, ARefusedCallIsCountedAndChangesNothing) {
  ASSERT_TRUE(vendor_.AddProfile(kAccount, {.identities = {"ann"}, .devices = {{"guid-1"}}}));
  const Answer answer =
      vendor_.Handle(Post(Endpoint::kDelete, R"({"identity":["ann"],"guid":["guid-1"]})"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(json::parse(answer.body)["status"], "fail");
  const Tally tally = TallyOf(Endpoint::kDelete);
  EXPECT_THAT(tally.violations, ElementsAre(Pair(Violation::kBothKinds, 1)));
  EXPECT_THAT(tally.by_status, ElementsAre(Pair(400, 1)));
  EXPECT_EQ(vendor_.GetReport().profiles.marked_for_deletion, 0);
}

TEST_F(VendorTest, WrongCredentialsHaveTheirOwnCounter) {
  Vendor vendor({kAccount, "SECRET"}, [](milliseconds) {});
  const Answer answer = vendor.Handle(Post(Endpoint::kDelete, kAnnAndBob));
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(json::parse(answer.body),
            json({{"status", "fail"}, {"error", "Account ID is not valid"}, {"code", 401}}));
  EXPECT_TRUE(answer.close);
  const Report report = vendor.GetReport();
  EXPECT_EQ(report.total.wrong_credentials, 1);
  EXPECT_THAT(report.total.violations, IsEmpty());
  EXPECT_THAT(report.accounts, IsEmpty());
}

TEST_F(VendorTest, WrongPathsMethodsAndSlashesAreViolations) {
  HttpCall call = Phones({"+919213231415"});
  call.path += '/';
  const Answer moved = vendor_.Handle(call);
  EXPECT_EQ(moved.status, 301);
  EXPECT_THAT(moved.headers, ElementsAre(Pair("Location", "/1/disassociate")));
  call.path = "/1/undelete";
  EXPECT_EQ(vendor_.Handle(call).status, 404);
  call.path = Path(Endpoint::kDelete);
  call.method = "GET";
  EXPECT_EQ(vendor_.Handle(call).status, 405);
  HttpCall lookup = Lookup("identity", "ann");
  lookup.method = "POST";
  EXPECT_EQ(vendor_.Handle(lookup).status, 405);
  EXPECT_THAT(vendor_.GetReport().total.violations,
              ElementsAre(Pair(Violation::kWrongMethod, 2), Pair(Violation::kWrongPath, 1),
                          Pair(Violation::kTrailingSlash, 1)));
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

TEST_F(VendorTest, CountsRepeats) {
  vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob));
  vendor_.Handle(Post(Endpoint::kDelete, R"({"identity":["ann"]})"));
  EXPECT_EQ(TallyOf(Endpoint::kDelete).repeated_calls, 0);
  vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob));
  vendor_.Handle(Post(Endpoint::kDelete, R"({"guid":["ann"]})"));

  const Tally tally = TallyOf(Endpoint::kDelete);
  EXPECT_EQ(tally.calls, 4);
  EXPECT_EQ(tally.identifiers_taken, 6);
  EXPECT_EQ(tally.distinct_identifiers, 3);
  EXPECT_EQ(tally.repeated_identifiers, 3);
  EXPECT_EQ(tally.repeated_calls, 1);
  EXPECT_EQ(tally.largest_call, 2);
}

TEST_F(VendorTest, CountsDuplicatesInACallAsViolationsAndTakesThem) {
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDelete, R"({"identity":["a","a","a"]})")).status, 200);
  EXPECT_THAT(TallyOf(Endpoint::kDelete).violations,
              ElementsAre(Pair(Violation::kDuplicateIdentifier, 2)));
}

TEST_F(VendorTest, TheTotalSumsAccountsAndEndpoints) {
  HttpCall other = Post(Endpoint::kDemerge, R"({"identities":["ann","bob","carl"]})");
  other.headers.account_id = "OTHER";
  vendor_.Handle(other);
  vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob));
  const Report report = vendor_.GetReport();
  EXPECT_EQ(report.total.calls, 2);
  EXPECT_EQ(report.total.identifiers_taken, 5);
  EXPECT_EQ(report.total.largest_call, 3);
  EXPECT_EQ(report.accounts.at("OTHER").total.identifiers_taken, 3);
}

TEST_F(VendorTest, ResetForgetsEverything) {
  ASSERT_TRUE(vendor_.AddProfile(kAccount, {.identities = {"ann"}, .devices = {{"guid-1"}}}));
  vendor_.AddFault({});
  vendor_.RunNight();
  vendor_.Handle(Lookup("identity", "bob"));
  vendor_.AddFault({});
  vendor_.Reset();
  const Report report = vendor_.GetReport();
  EXPECT_EQ(report.total.calls, 0);
  EXPECT_EQ(report.nights, 0);
  EXPECT_THAT(report.accounts, IsEmpty());
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob)).status, 200);
}

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

TEST_F(VendorTest, ACallIsInFlightUntilItsAnswerIsLetGo) {
  std::vector<Answer> held;
  for (int i = 0; i < kMaxCallsInFlight; ++i) {
    held.push_back(vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob)));
    EXPECT_EQ(held.back().status, 200);
  }
  const Answer fourth = vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob));
  EXPECT_EQ(fourth.status, 429);
  EXPECT_THAT(fourth.body, HasSubstr("Too many concurrent requests"));

  HttpCall other = Post(Endpoint::kDelete, kAnnAndBob);
  other.headers.account_id = "OTHER";
  EXPECT_EQ(vendor_.Handle(other).status, 200);
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDemerge, R"({"identities":["ann"]})")).status, 200);

  const Tally tally = TallyOf(Endpoint::kDelete);
  EXPECT_EQ(tally.peak_concurrency, 4);
  EXPECT_THAT(tally.violations, ElementsAre(Pair(Violation::kTooManyConcurrent, 1)));
}

TEST_F(VendorTest, AFreedPlaceCanBeTaken) {
  std::vector<Answer> held;
  for (int i = 0; i < kMaxCallsInFlight; ++i) {
    held.push_back(vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob)));
  }
  held.pop_back();
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob)).status, 200);
}

}  // namespace
}  // namespace lethe::sandbox
