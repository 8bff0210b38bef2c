#include "sandbox/sandbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "rig.h"

namespace lethe {
namespace {

using clevertap::HttpVendorClient;
using clevertap::kMaxAnswerBytes;
using sandbox::Fault;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Verdict = sandbox::FaultKind;

class ClientOnSandbox : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    sandbox_ = std::move(sandbox::Sandbox::Start({}).value()).release();
  }
  static void TearDownTestSuite() { delete std::exchange(sandbox_, nullptr); }

  /// An account to itself keeps a case apart from the calls that earlier ones gave up on.
  static std::string AccountId() {
    return ::testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  static HttpVendorClient Client(clevertap::HttpOptions options = {}) {
    return ClientOf(AccountAt(sandbox_->base_url(), AccountId()), std::move(options));
  }

  static void Meet(Fault fault) {
    fault.account_id = AccountId();
    sandbox_->AddFault(fault);
  }

  static sandbox::Tally Seen() { return sandbox_->GetReport().accounts[AccountId()].total; }

  static inline sandbox::Sandbox* sandbox_ = nullptr;
};

TEST_F(ClientOnSandbox, KeepsTheWholeContract) {
  HttpVendorClient client = Client();
  std::vector<std::string> identities(100, std::string(1024, 'x'));
  for (std::size_t i = 0; i < identities.size(); ++i) {
    identities[i].replace(0, 3, std::to_string(100 + i));
  }
  std::vector<std::string> phones;
  for (int i = 0; i < 1000; ++i) phones.push_back("+91" + std::to_string(9'000'000'000 + i));
  EXPECT_EQ(Erase(client, identities).outcome, OutcomeClass::kAccepted);
  EXPECT_EQ(Send(client, Operation::kErasure, IdentifierKind::kGuid, {"__g1", "-2"}).outcome,
            OutcomeClass::kAccepted);
  EXPECT_EQ(Send(client, Operation::kDemerge, IdentifierKind::kIdentity, identities).outcome,
            OutcomeClass::kAccepted);
  EXPECT_EQ(Disassociate(client, phones).outcome, OutcomeClass::kAccepted);
  const sandbox::Tally seen = Seen();
  EXPECT_EQ(seen.identifiers_taken, 100 + 2 + 100 + 1000);
  EXPECT_EQ(seen.violation_count(), 0);
}

TEST_F(ClientOnSandbox, NamesAnIdentifierOfTwoRequestsOnce) {
  HttpVendorClient client = Client();
  EXPECT_EQ(Erase(client, {"ana", "bo", "ana"}).outcome, OutcomeClass::kAccepted);
  const VendorReply reply = Disassociate(client, {"+14155550100", "+1999", "+14155550100"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kPartial);
  ASSERT_EQ(reply.faults.size(), 1U);
  EXPECT_EQ(reply.faults[0].index, 1);
  const sandbox::Tally seen = Seen();
  EXPECT_EQ(seen.identifiers_taken, 2 + 1);
  EXPECT_EQ(seen.violation_count(), 0);
}

TEST_F(ClientOnSandbox, ADropBeforeTheEffectIsUnknown) {
  HttpVendorClient client = Client();
  Meet({.kind = Verdict::kDrop});
  const VendorReply reply = Erase(client, {"ana"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kUnknown);
  EXPECT_EQ(reply.code, "broken");
  EXPECT_EQ(Seen().identifiers_taken, 0);
}

TEST_F(ClientOnSandbox, ADropAfterTheEffectOnAKeptConnectionIsNotRepeated) {
  HttpVendorClient client = Client();
  Meet({.kind = Verdict::kDrop, .skip = 1, .after_effect = true});
  ASSERT_EQ(Erase(client, {"ana"}).outcome, OutcomeClass::kAccepted);
  EXPECT_EQ(Erase(client, {"ben"}).outcome, OutcomeClass::kUnknown);
  EXPECT_EQ(Seen().calls, 2);
  EXPECT_EQ(Seen().identifiers_taken, 2);
}

TEST_F(ClientOnSandbox, AnAnswerThatComesTooLateIsUnknown) {
  HttpVendorClient client = Client({.call_timeout = milliseconds(200)});
  Meet({.kind = Verdict::kLatency, .after_effect = true, .delay = std::chrono::seconds(20)});
  const VendorReply reply = Erase(client, {"ana"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kUnknown);
  EXPECT_EQ(reply.code, "timeout");
  EXPECT_EQ(reply.http_status, 0);
}

TEST_F(ClientOnSandbox, AnAnswerThatDripsIsNotWaitedFor) {
  HttpVendorClient client = Client({.call_timeout = milliseconds(500)});
  Meet({.kind = Verdict::kDrip, .delay = std::chrono::seconds(5)});
  const VendorReply reply = Erase(client, {"ana"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kUnknown);
  EXPECT_EQ(reply.code, "timeout");
}

TEST_F(ClientOnSandbox, ATruncatedAnswerIsUnknown) {
  HttpVendorClient client = Client();
  Meet({.kind = Verdict::kTruncated});
  const VendorReply reply = Erase(client, {"ana"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kUnknown);
  EXPECT_EQ(reply.http_status, 200);
  EXPECT_EQ(reply.code, "broken");
}

TEST_F(ClientOnSandbox, AnAnswerIsReadUpToItsLimit) {
  HttpVendorClient client = Client();
  Meet({.kind = Verdict::kHuge, .bytes = kMaxAnswerBytes});
  EXPECT_EQ(Erase(client, {"ana"}).outcome, OutcomeClass::kAccepted);
  Meet({.kind = Verdict::kHuge, .bytes = kMaxAnswerBytes + 1});
  const VendorReply reply = Erase(client, {"ana"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kUnknown);
  EXPECT_EQ(reply.code, "too_large");
}

TEST_F(ClientOnSandbox, A200ThatSaysNothingIsUnknown) {
  HttpVendorClient client = Client();
  for (const Verdict kind : {Verdict::kEmpty, Verdict::kNotJson}) {
    Meet({.kind = kind});
    const VendorReply reply = Erase(client, {"ana"});
    EXPECT_EQ(reply.outcome, OutcomeClass::kUnknown);
    EXPECT_EQ(reply.code, "unreadable");
  }
}

TEST_F(ClientOnSandbox, A200ThatSaysFailMeansWhatItsCodeSays) {
  HttpVendorClient client = Client();
  Meet({.kind = Verdict::kFail, .times = 2});
  EXPECT_EQ(Erase(client, {"ana"}).outcome, OutcomeClass::kUnknown) << "its code is 500";
  EXPECT_EQ(Disassociate(client, {"+919213231415"}).outcome, OutcomeClass::kRefused);
}

TEST_F(ClientOnSandbox, RedirectsAreNotFollowed) {
  HttpVendorClient client = Client();
  for (const int status : {301, 302, 303, 307, 308}) {
    Meet({.kind = Verdict::kRedirect, .status = status});
    const VendorReply reply = Erase(client, {"ana"});
    EXPECT_EQ(reply.outcome, OutcomeClass::kMisconfigured);
    EXPECT_EQ(reply.http_status, status);
  }
  EXPECT_EQ(Seen().calls, 5);
  EXPECT_FALSE(
      sandbox_->GetReport().total.violations.contains(sandbox::Violation::kFollowedRedirect));
}

TEST_F(ClientOnSandbox, TooManyCallsAreThrottledForAsLongAsTheAnswerSays) {
  HttpVendorClient client = Client();
  Meet({.kind = Verdict::kStatus, .status = 429, .retry_after = std::chrono::seconds(600)});
  const VendorReply reply = Erase(client, {"ana"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kThrottled);
  EXPECT_EQ(reply.retry_after, std::chrono::minutes(10));
}

TEST_F(ClientOnSandbox, ReadsPartialAnswersInEveryStyle) {
  HttpVendorClient client = Client();
  Meet({.kind = Verdict::kPartial, .every = 2, .codes = {516, 555}});
  Meet({.kind = Verdict::kPartial,
        .every = 2,
        .codes = {516, 555},
        .text_codes = true,
        .listed_errors = true});
  for (int style = 0; style < 2; ++style) {
    const VendorReply reply =
        Disassociate(client, {"+919000000001", "+919000000002", "+919000000003", "+919000000004"});
    EXPECT_EQ(reply.outcome, OutcomeClass::kPartial);
    EXPECT_EQ(reply.faults, (std::vector<lethe::Fault>{{1, FaultKind::kPermanent, "516"},
                                                       {3, FaultKind::kTransient, "555"}}));
  }
}

TEST_F(ClientOnSandbox, EveryCallOfManyThreadsHasItsOwnAnswer) {
  HttpVendorClient client = Client();
  std::atomic<int> accepted = 0;
  std::atomic<int> throttled = 0;
  constexpr int kThreads = 8;
  constexpr int kCalls = 25;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int call = 0; call < kCalls; ++call) {
        const std::string identity = std::to_string(thread) + "-" + std::to_string(call);
        const OutcomeClass outcome = Erase(client, {identity}).outcome;
        if (outcome == OutcomeClass::kAccepted) ++accepted;
        if (outcome == OutcomeClass::kThrottled) ++throttled;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(accepted + throttled, kThreads * kCalls);
  EXPECT_EQ(Seen().identifiers_taken, accepted);
  EXPECT_EQ(Seen().repeated_identifiers, 0);
}

TEST(ClientOnGuardedSandbox, UsesANewPasscodeWithTheNextCall) {
  const auto sandbox = sandbox::Sandbox::Start({.account_id = kAccountId, .passcode = kPasscode});
  ASSERT_TRUE(sandbox.ok());
  std::string current = "expired";
  HttpVendorClient client({AccountAt(sandbox.value()->base_url())},
                          [&](const Account&) { return std::vector{Passcode(current)}; }, {});
  const VendorReply refused = Erase(client, {"ana"});
  EXPECT_EQ(refused.outcome, OutcomeClass::kAccountBlocked);
  EXPECT_EQ(refused.http_status, 401);
  EXPECT_EQ(refused.code, "401");
  current = kPasscode;
  EXPECT_EQ(Erase(client, {"ana"}).outcome, OutcomeClass::kAccepted);
  EXPECT_EQ(sandbox.value()->GetReport().total.identifiers_taken, 1);
}

}  // namespace
}  // namespace lethe
