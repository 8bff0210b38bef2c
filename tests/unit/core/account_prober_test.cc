#include "core/account_prober.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include "fakes/fake_clock.h"
#include "fakes/fake_vendor.h"
#include "lethe/pause.h"

namespace lethe::core {
namespace {

using namespace std::chrono_literals;

const Error kAway{
    .code = ErrorCode::kUnavailable, .reason = "STORE_UNAVAILABLE", .message = "away"};

/// A gate with one account before it.
class OneAccount : public AccountGate {
 public:
  Result<std::optional<AccountProbe>> TakeProbe(milliseconds lease) override {
    taken_for = lease;
    on_take();
    if (away) return kAway;
    return std::exchange(due, std::nullopt);
  }
  Result<bool> Record(const AccountProbe&, ProbeFinding finding) override {
    recorded = finding;
    if (records_fail) return kAway;
    return still_the_same;
  }
  Status ProbeSoon(std::string_view) override { return Ok(); }

  std::optional<AccountProbe> due =
      AccountProbe{.account = "acme", .reason = "credentials_or_region_401", .lease_until = {}};
  std::function<void()> on_take = [] {};
  bool away = false;
  bool records_fail = false;
  bool still_the_same = true;
  milliseconds taken_for{0};
  std::optional<ProbeFinding> recorded;
};

class AccountProberTest : public testing::Test {
 protected:
  ProbeReport ProbeOne() { return AccountProber(gate_, vendor_, clock_, 60s).ProbeOne(); }

  fakes::FakeClock clock_;
  OneAccount gate_;
  fakes::FakeVendor vendor_{{"acme"}};
};

TEST_F(AccountProberTest, OnlyAnAnswerThatSaysSoIsHealthy) {
  for (const OutcomeClass outcome : kAll<OutcomeClass>) {
    const ProbeFinding finding = FindingOf({.outcome = outcome}, 1);
    EXPECT_EQ(finding == ProbeFinding::kHealthy, outcome == OutcomeClass::kAccepted);
    EXPECT_EQ(finding == ProbeFinding::kAskByBatch,
              outcome == OutcomeClass::kMisconfigured || outcome == OutcomeClass::kRefused);
  }
}

TEST_F(AccountProberTest, ALookThatTellsNothingTimeAfterTimeLetsABatchFindOut) {
  for (const OutcomeClass outcome : {OutcomeClass::kUnknown, OutcomeClass::kThrottled}) {
    EXPECT_EQ(FindingOf({.outcome = outcome}, kLooksThatMayTellNothing - 1),
              ProbeFinding::kAskAgain);
    EXPECT_EQ(FindingOf({.outcome = outcome}, kLooksThatMayTellNothing), ProbeFinding::kAskByBatch);
  }
  for (const OutcomeClass outcome : {OutcomeClass::kAccountBlocked, OutcomeClass::kNotSent}) {
    EXPECT_EQ(FindingOf({.outcome = outcome}, 100), ProbeFinding::kAskAgain)
        << "a batch would get no other answer";
  }
}

TEST_F(AccountProberTest, GoesByTheProbesSoFar) {
  vendor_.ScriptProbe({.outcome = OutcomeClass::kUnknown, .http_status = 503});
  gate_.due->probe_count = kLooksThatMayTellNothing;
  EXPECT_EQ(ProbeOne().finding, ProbeFinding::kAskByBatch);
}

TEST_F(AccountProberTest, RecordsWhatTheLookFound) {
  vendor_.ScriptProbe({.outcome = OutcomeClass::kAccountBlocked, .http_status = 403, .code = "7"});
  const ProbeReport report = ProbeOne();
  EXPECT_EQ(gate_.taken_for, 60s);
  EXPECT_EQ(gate_.recorded, ProbeFinding::kAskAgain);
  EXPECT_EQ(report.account, "acme");
  EXPECT_EQ(report.reason, "credentials_or_region_401");
  EXPECT_EQ(report.outcome, OutcomeClass::kAccountBlocked);
  EXPECT_EQ(report.http_status, 403);
  EXPECT_EQ(report.code, "7");
  EXPECT_EQ(report.finding, ProbeFinding::kAskAgain);
  EXPECT_TRUE(report.applied);
  EXPECT_FALSE(report.error);
}

TEST_F(AccountProberTest, AsksNothingIfTakingTheProbeTookTooLong) {
  gate_.on_take = [this] { clock_.Advance(kCallsBeginWithin + 1ms); };
  const ProbeReport report = ProbeOne();
  EXPECT_EQ(report.account, "");
  EXPECT_EQ(gate_.recorded, std::nullopt) << "the look at another time is not spent";
}

TEST_F(AccountProberTest, AsksNothingWithoutABlockedAccount) {
  gate_.due.reset();
  const ProbeReport report = ProbeOne();
  EXPECT_EQ(report.account, "");
  EXPECT_FALSE(report.error);
  EXPECT_EQ(vendor_.probe_count(), 0);
}

TEST_F(AccountProberTest, AsksNothingWhileTheGateIsAway) {
  gate_.away = true;
  EXPECT_TRUE(ProbeOne().error);
  EXPECT_EQ(vendor_.probe_count(), 0);
}

TEST_F(AccountProberTest, SaysWhereTheFindingDidNotCount) {
  gate_.still_the_same = false;
  const ProbeReport overtaken = ProbeOne();
  EXPECT_FALSE(overtaken.applied);
  EXPECT_FALSE(overtaken.error);

  gate_ = {};
  gate_.records_fail = true;
  const ProbeReport lost = ProbeOne();
  EXPECT_FALSE(lost.applied);
  EXPECT_TRUE(lost.error);
}

}  // namespace
}  // namespace lethe::core
