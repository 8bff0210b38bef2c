#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "unit/sandbox/vendor_fixture.h"

namespace lethe::sandbox {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

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

TEST_F(VendorTest, AProfileWithoutEventsWasSeenWhenItWasAdded) {
  ASSERT_TRUE(vendor_.AddProfile(kAccount, {.identities = {"ann"}, .devices = {{"guid-1"}}}));
  EXPECT_EQ(
      Body(Lookup("identity", "ann"))["record"]["events"],
      json({{"App Launched", {{"count", 1}, {"first_seen", kStart}, {"last_seen", kStart}}}}));
}

TEST_F(VendorTest, WhatIsLeftOutOfAnEventIsNow) {
  ASSERT_TRUE(vendor_.AddProfile(kAccount, {.identities = {"ann"},
                                            .devices = {{"guid-1"}},
                                            .events = {{"Charged", {.first_seen = 5}},
                                                       {"Later", {.first_seen = kStart + 9}}}}));
  const json events = Body(Lookup("identity", "ann"))["record"]["events"];
  EXPECT_EQ(events["Charged"], json({{"count", 1}, {"first_seen", 5}, {"last_seen", kStart}}));
  EXPECT_EQ(events["Later"]["last_seen"], kStart + 9);
}

TEST_F(VendorTest, WhoComesBackAfterTheNightIsAnotherProfileThatWasSeenLater) {
  ASSERT_TRUE(vendor_.AddProfile(kAccount, {.identities = {"ann"}, .devices = {{"guid-1"}}}));
  vendor_.Handle(Post(Endpoint::kDelete, R"({"identity":["ann"]})"));
  EXPECT_FALSE(vendor_.AddProfile(kAccount, {.identities = {"ann"}, .devices = {{"guid-2"}}}));
  vendor_.RunNight();
  EXPECT_EQ(Body(Lookup("identity", "ann"))["record"], nullptr);

  now_ += std::chrono::hours(1);
  ASSERT_TRUE(vendor_.AddProfile(kAccount, {.identities = {"ann"}, .devices = {{"guid-2"}}}));
  const json record = Body(Lookup("identity", "ann"))["record"];
  EXPECT_EQ(record["platformInfo"][0]["objectId"], "guid-2");
  EXPECT_EQ(record["events"]["App Launched"]["first_seen"], kStart + 3600);
}

TEST_F(VendorTest, AConnectChecksTheCredentialsOnly) {
  const Answer answer = vendor_.Handle(Get(Endpoint::kConnect));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(json::parse(answer.body), json({{"status", "success"}}));
  EXPECT_EQ(TallyOf(Endpoint::kConnect).calls, 1);

  vendor_.SetPasscodes(kAccount, {"OTHER"});
  EXPECT_EQ(vendor_.Handle(Get(Endpoint::kConnect)).status, 401);
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kConnect, "")).status, 405);
}

TEST_F(VendorTest, AnyNumberOfConnectsMayBeInFlight) {
  std::vector<Answer> held;
  for (int i = 0; i <= kMaxCallsInFlight; ++i) {
    held.push_back(vendor_.Handle(Get(Endpoint::kConnect)));
    EXPECT_EQ(held.back().status, 200);
  }
  EXPECT_EQ(TallyOf(Endpoint::kConnect).violation_count(), 0);
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
  EXPECT_EQ(TallyOf(Endpoint::kDisassociate).unprocessed, 0);
  EXPECT_EQ(TallyOf(Endpoint::kDisassociate).dry_runs, 1);
  EXPECT_EQ(EffectCount(Endpoint::kDisassociate, "+919213231415"), 0);

  call.parameters = {{"dryRun", "0"}};
  vendor_.Handle(call);
  EXPECT_EQ(TallyOf(Endpoint::kDisassociate).dry_runs, 1);
  EXPECT_EQ(EffectCount(Endpoint::kDisassociate, "+919213231415"), 1);
}

TEST_F(VendorTest, DeleteKnowsNoDryRun) {
  HttpCall call = Post(Endpoint::kDelete, kAnnAndBob);
  call.parameters = {{"dryRun", "1"}};
  vendor_.Handle(call);
  EXPECT_EQ(TallyOf(Endpoint::kDelete).identifiers_taken, 2);
  EXPECT_EQ(TallyOf(Endpoint::kDelete).dry_runs, 0);
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
  vendor_.SetPasscodes(kAccount, {"SECRET"});
  const Answer answer = vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob));
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(json::parse(answer.body),
            json({{"status", "fail"}, {"error", "Account ID is not valid"}, {"code", 401}}));
  EXPECT_TRUE(answer.close);
  const Report report = vendor_.GetReport();
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
