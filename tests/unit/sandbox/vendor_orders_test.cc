#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "unit/sandbox/vendor_fixture.h"

namespace lethe::sandbox {
namespace {

using nlohmann::json;
using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr const char* kPhone = "+919213231415";

HttpCall WithPasscode(const std::string& passcode) {
  HttpCall call = Get(Endpoint::kConnect);
  call.headers.passcode = passcode;
  return call;
}

TEST_F(VendorTest, TakesEachOfSeveralPasscodesUntilOneExpires) {
  vendor_.SetPasscodes(kAccount, {"OLD", "NEW"});
  EXPECT_EQ(vendor_.Handle(WithPasscode("OLD")).status, 200);
  EXPECT_EQ(vendor_.Handle(WithPasscode("NEW")).status, 200);
  EXPECT_EQ(vendor_.Handle(WithPasscode("PASS")).status, 401);
  vendor_.SetPasscodes(kAccount, {"NEW"});
  EXPECT_EQ(vendor_.Handle(WithPasscode("OLD")).status, 401);
  EXPECT_EQ(vendor_.Handle(WithPasscode("NEW")).status, 200);
  EXPECT_EQ(vendor_.GetReport().total.wrong_credentials, 2);
}

TEST_F(VendorTest, AnAccountWithoutPasscodesIsRefusedAndOthersAreNot) {
  vendor_.SetPasscodes(kAccount, {});
  EXPECT_EQ(vendor_.Handle(WithPasscode("PASS")).status, 401);
  HttpCall other = WithPasscode("PASS");
  other.headers.account_id = "OTHER";
  EXPECT_EQ(vendor_.Handle(other).status, 200);
}

TEST_F(VendorTest, ResetBringsTheFirstPasscodesBack) {
  Vendor vendor(
      {kAccount, "FIRST"}, [](auto) {}, [] { return TimePoint(); });
  vendor.SetPasscodes(kAccount, {"NEXT"});
  vendor.SetPasscodes("OTHER", {"NEXT"});
  EXPECT_EQ(vendor.Handle(WithPasscode("FIRST")).status, 401);
  vendor.Reset();
  EXPECT_EQ(vendor.Handle(WithPasscode("FIRST")).status, 200);
  HttpCall other = WithPasscode("NEXT");
  other.headers.account_id = "OTHER";
  EXPECT_EQ(vendor.Handle(other).status, 401);
}

TEST_F(VendorTest, PoisonRefusesTheCallsThatCarryItWhole) {
  ASSERT_TRUE(vendor_.AddProfile(kAccount, {.identities = {"ann"}, .devices = {{"guid-1"}}}));
  vendor_.AddPoison(kAccount, {"bob", "guid-1"});
  for (const HttpCall& call :
       {Post(Endpoint::kDelete, kAnnAndBob), Post(Endpoint::kDelete, R"({"guid":["guid-1"]})"),
        Post(Endpoint::kDemerge, R"({"identities":["bob"]})")}) {
    const Answer answer = vendor_.Handle(call);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(json::parse(answer.body)["status"], "fail");
  }
  const Report report = vendor_.GetReport();
  EXPECT_EQ(report.profiles.marked_for_deletion, 0);
  EXPECT_EQ(report.total.identifiers_taken, 0);
  EXPECT_EQ(report.total.violation_count(), 0);
  EXPECT_EQ(vendor_.Handle(Post(Endpoint::kDelete, R"({"identity":["ann"]})")).status, 200);
}

TEST_F(VendorTest, PoisonIsOfItsAccountAndStaysUntilReset) {
  const HttpCall call = Post(Endpoint::kDelete, kAnnAndBob);
  vendor_.AddPoison("OTHER", {"ann"});
  EXPECT_EQ(vendor_.Handle(call).status, 200);
  vendor_.AddPoison(kAccount, {"ann"});
  vendor_.AddPoison(kAccount, {});
  vendor_.ClearFaults();
  EXPECT_EQ(vendor_.Handle(call).status, 400);
  vendor_.Reset();
  EXPECT_EQ(vendor_.Handle(call).status, 200);
}

TEST_F(VendorTest, PoisonIsRefusedAloneByDisassociateDryOrNot) {
  vendor_.AddPoison(kAccount, {"+9190000002"});
  HttpCall call = Phones({"+9190000001", "+9190000002", "+9190000003"});
  for (const char* dry_run : {"1", "0"}) {
    call.parameters = {{"dryRun", dry_run}};
    const json answer = Body(call);
    EXPECT_EQ(answer["status"], "partial");
    EXPECT_EQ(answer["processed"], 2);
    ASSERT_EQ(answer["unprocessed"].size(), 1U);
    EXPECT_EQ(answer["unprocessed"][0]["code"], 516);
    EXPECT_EQ(answer["unprocessed"][0]["record"]["value"], "+9190000002");
  }
  EXPECT_EQ(EffectCount(Endpoint::kDisassociate, "+9190000001"), 1);
  EXPECT_EQ(EffectCount(Endpoint::kDisassociate, "+9190000002"), 0);
  EXPECT_EQ(EffectCount(Endpoint::kDisassociate, "+9190000003"), 1);
}

TEST_F(VendorTest, AFaultAfterTheEffectOfAPoisonedCallHasNone) {
  vendor_.AddPoison(kAccount, {"bob"});
  vendor_.AddFault({.kind = FaultKind::kDrop, .after_effect = true});
  vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob));
  EXPECT_EQ(EffectCount(Endpoint::kDelete, "ann"), 0);
}

TEST_F(VendorTest, KnowsHowOftenAndWhenSomethingTookEffect) {
  EXPECT_EQ(vendor_.EffectsOn(kAccount, Endpoint::kDelete, "ann"), Effects());
  const TimePoint first = now_;
  for (int i = 0; i < 3; ++i) {
    vendor_.Handle(Post(Endpoint::kDelete, R"({"identity":["ann"]})"));
    now_ += hours(1);
  }
  EXPECT_EQ(vendor_.EffectsOn(kAccount, Endpoint::kDelete, "ann"),
            (Effects{.count = 3, .first = first, .last = first + hours(2)}));
  EXPECT_EQ(EffectCount(Endpoint::kDemerge, "ann"), 0);
  EXPECT_EQ(EffectCount(Endpoint::kDelete, "bob"), 0);
  EXPECT_EQ(vendor_.EffectsOn("OTHER", Endpoint::kDelete, "ann").count, 0);
  vendor_.Reset();
  EXPECT_EQ(EffectCount(Endpoint::kDelete, "ann"), 0);
}

TEST_F(VendorTest, AnIdentifierThatIsSentAsTwoKindsHasTheEffectsOfBoth) {
  const TimePoint first = now_;
  vendor_.Handle(Post(Endpoint::kDelete, R"({"guid":["ann"]})"));
  now_ += hours(1);
  vendor_.Handle(Post(Endpoint::kDelete, R"({"identity":["ann"]})"));
  EXPECT_EQ(vendor_.EffectsOn(kAccount, Endpoint::kDelete, "ann"),
            (Effects{.count = 2, .first = first, .last = now_}));
}

TEST_F(VendorTest, FaultsBeforeTheEffectLeaveNoneAndThoseAfterItLeaveOne) {
  for (const bool after : {false, true}) {
    vendor_.AddFault({.after_effect = after, .status = 503});
    vendor_.Handle(Post(Endpoint::kDelete, kAnnAndBob));
    EXPECT_EQ(EffectCount(Endpoint::kDelete, "ann"), after ? 1 : 0);
  }
}

}  // namespace
}  // namespace lethe::sandbox
