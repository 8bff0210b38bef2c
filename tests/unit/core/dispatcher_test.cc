#include "core/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "fakes/fake_clock.h"
#include "fakes/fake_delivery_queue.h"
#include "fakes/fake_vendor.h"
#include "lethe/pause.h"
#include "lethe/review.h"

namespace lethe::core {
namespace {

using namespace std::chrono_literals;
using fakes::BatchRow;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

const Route kErase{"acme", Operation::kErasure};
const Route kDisassociate{"acme", Operation::kDisassociation};
constexpr DispatcherOptions kOptions{
    .linger = 2s, .lease = 60s, .call_timeout = 30s, .record_tries = 4, .record_pause = 10s};

/// Shorter than a call that begins as late as it may.
constexpr milliseconds kShortLease = kOptions.call_timeout + kCallsBeginWithin - 1s;

// The fake clock starts at 05:30 of the account; deletions begin at 02:00.
constexpr milliseconds kUntilTheNight = 20h + 30min - kNightGuard;

Account Acme() {
  return {.name = "acme",
          .base_url = {},
          .account_id = {},
          .passcode_file = {},
          .hours = {.zone = *TimeZone::Find("Asia/Kolkata")}};
}

Error Away() {
  return {.code = ErrorCode::kUnavailable, .reason = "STORE_UNAVAILABLE", .message = "away"};
}

/// The fake queue on a bad day.
class TroubledQueue : public fakes::FakeDeliveryQueue {
 public:
  explicit TroubledQueue(fakes::FakeClock& clock) : FakeDeliveryQueue(clock), clock_(clock) {}

  milliseconds claim_duration{0};
  bool take_fails = false;
  int records_to_fail = 0;
  ErrorCode record_error = ErrorCode::kUnavailable;
  int record_calls = 0;

  Result<std::optional<Claim>> TakeBatch(const ClaimParams& params) override {
    if (take_fails) return Away();
    auto taken = FakeDeliveryQueue::TakeBatch(params);
    clock_.Advance(claim_duration);
    return taken;
  }
  Result<Recorded> Record(const Claim& claim, const VendorReply& reply, const Plan& plan) override {
    ++record_calls;
    if (records_to_fail > 0) {
      --records_to_fail;
      Error error = Away();
      error.code = record_error;
      return error;
    }
    return FakeDeliveryQueue::Record(claim, reply, plan);
  }
  Result<std::optional<Claim>> TakeAbandoned(milliseconds lease) override {
    if (take_fails) return Away();
    return FakeDeliveryQueue::TakeAbandoned(lease);
  }
  Result<int> CloseWindows(TimePoint now, int limit) override {
    if (take_fails) return Away();
    return FakeDeliveryQueue::CloseWindows(now, limit);
  }
  Result<int> ReleaseHeld(int limit) override {
    if (take_fails) return Away();
    return FakeDeliveryQueue::ReleaseHeld(limit);
  }

 private:
  fakes::FakeClock& clock_;
};

class DispatcherTest : public testing::Test {
 protected:
  EnvelopeId Add(int size = 3) { return queue_.AddEnvelope({.route = kErase, .size = size}); }
  EnvelopeId AddPhones(int size) {
    return queue_.AddEnvelope(
        {.route = kDisassociate, .kind = IdentifierKind::kPhone, .size = size});
  }
  BatchRow First() { return queue_.batches().front(); }
  Dispatcher WithShortLease() {
    DispatcherOptions options = kOptions;
    options.lease = kShortLease;
    return Dispatcher({.queue = queue_,
                       .slots = queue_,
                       .vendor = vendor_,
                       .clock = clock_,
                       .jitter = [] { return 0.5; },
                       .pause = [](milliseconds) {}},
                      accounts_, options);
  }

  fakes::FakeClock clock_;
  TroubledQueue queue_{clock_};
  fakes::FakeVendor vendor_{{"acme"}};
  std::vector<milliseconds> pauses_;
  const std::vector<Account> accounts_{Acme()};
  Dispatcher dispatcher_{{.queue = queue_,
                          .slots = queue_,
                          .vendor = vendor_,
                          .clock = clock_,
                          .jitter = [] { return 0.5; },
                          .pause =
                              [this](milliseconds duration) {
                                pauses_.push_back(duration);
                                clock_.Advance(duration);
                              }},
                         accounts_,
                         kOptions};
};

TEST_F(DispatcherTest, IsIdleWhileThereIsNothingToSend) {
  const SendReport report = dispatcher_.SendOne(kErase);
  EXPECT_EQ(report.step, SendStep::kIdle);
  EXPECT_FALSE(report.error);
  EXPECT_THAT(vendor_.calls(), IsEmpty());
}

TEST_F(DispatcherTest, SendsTheBatchAndRecordsTheAnswer) {
  const EnvelopeId envelope = Add(3);
  vendor_.Script({.reply = {.outcome = OutcomeClass::kAccepted, .http_status = 200},
                  .after_effect = [this] { clock_.Advance(700ms); }});
  const SendReport report = dispatcher_.SendOne(kErase);
  EXPECT_EQ(report.step, SendStep::kSent);
  EXPECT_EQ(report.envelope, envelope);
  EXPECT_EQ(report.span, (Span{0, 2}));
  EXPECT_EQ(report.call_number, 1);
  EXPECT_EQ(report.outcome, OutcomeClass::kAccepted);
  EXPECT_EQ(report.http_status, 200);
  EXPECT_EQ(report.call_duration, 700ms);
  EXPECT_EQ(report.items[BatchState::kAccepted], 3);
  EXPECT_EQ(report.items.total(), 3);
  EXPECT_EQ(report.account, AccountVerdict::kHealthy);
  EXPECT_TRUE(report.applied);
  EXPECT_FALSE(report.fenced);
  EXPECT_FALSE(report.error);

  const auto calls = vendor_.calls();
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].account, "acme");
  EXPECT_EQ(calls[0].operation, Operation::kErasure);
  EXPECT_EQ(calls[0].kind, IdentifierKind::kIdentity);
  EXPECT_THAT(calls[0].identifiers,
              ElementsAre(fakes::IdentifierAt(envelope, 0), fakes::IdentifierAt(envelope, 1),
                          fakes::IdentifierAt(envelope, 2)));
  EXPECT_EQ(First().state, BatchState::kAccepted);
  EXPECT_EQ(First().accepted_at, clock_.Now());
  EXPECT_EQ(First().window_end, clock_.Now() + 48h);
}

TEST_F(DispatcherTest, WhatIsTakenWhileACallGetsNoAnswerIsEvidence) {
  const EnvelopeId hanging = Add(4);
  vendor_.Script(fakes::RequestLost());
  dispatcher_.SendOne(kErase);
  clock_.Advance(1h);
  Add(1);
  fakes::Behaviour hangs = fakes::RequestLost();
  hangs.before_effect = [this] {
    EXPECT_EQ(dispatcher_.SendOne(kErase).outcome, OutcomeClass::kAccepted);
    clock_.Advance(30s);
  };
  vendor_.Script(hangs);
  vendor_.Script(fakes::Accepts());
  EXPECT_EQ(dispatcher_.SendOne(kErase).outcome, OutcomeClass::kUnknown);
  const auto rows = queue_.batches();
  EXPECT_EQ(std::ranges::count(rows, hanging, &BatchRow::envelope), 2) << "it was halved";
}

TEST_F(DispatcherTest, CountsItemsByWhereTheyGo) {
  AddPhones(5);
  vendor_.Script(fakes::FindsFaults({{.index = 1, .kind = FaultKind::kPermanent, .code = "516"},
                                     {.index = 2, .kind = FaultKind::kTransient, .code = "555"}}));
  const SendReport report = dispatcher_.SendOne(kDisassociate);
  EXPECT_EQ(report.outcome, OutcomeClass::kPartial);
  EXPECT_EQ(report.items[BatchState::kAccepted], 3);
  EXPECT_EQ(report.items[BatchState::kReady], 2);
  EXPECT_EQ(queue_.batches().size(), 4U);
}

TEST_F(DispatcherTest, SaysWhyTheAccountIsBlocked) {
  Add();
  vendor_.Script(fakes::RefusesCredentials());
  const SendReport report = dispatcher_.SendOne(kErase);
  EXPECT_EQ(report.account, AccountVerdict::kBlocked);
  EXPECT_NE(report.account_reason, "");
  EXPECT_EQ(report.items[BatchState::kReady], 3);
}

TEST_F(DispatcherTest, NoCallBeginsLaterThanAPauseWaitsForIt) {
  Add();
  queue_.claim_duration = kCallsBeginWithin + 1ms;
  EXPECT_EQ(dispatcher_.SendOne(kErase).step, SendStep::kReleased);
  queue_.claim_duration = kCallsBeginWithin;
  EXPECT_EQ(dispatcher_.SendOne(kErase).step, SendStep::kSent);
}

TEST_F(DispatcherTest, NeverCallsWithLessLeaseThanACallMayTake) {
  Add();
  queue_.claim_duration = kShortLease - kOptions.call_timeout;
  const SendReport report = WithShortLease().SendOne(kErase);
  EXPECT_EQ(report.step, SendStep::kReleased);
  EXPECT_TRUE(report.applied);
  EXPECT_THAT(vendor_.calls(), IsEmpty());
  EXPECT_EQ(First().state, BatchState::kReady);
  EXPECT_EQ(First().attempt_count, 0);
}

TEST_F(DispatcherTest, CallsWhileTheLeaseIsLongEnough) {
  Add();
  queue_.claim_duration = kShortLease - kOptions.call_timeout - 1ms;
  EXPECT_EQ(WithShortLease().SendOne(kErase).step, SendStep::kSent);
}

TEST_F(DispatcherTest, NeverRepeatsPastTheResendHorizon) {
  Add();
  vendor_.Script(fakes::ReplyLostAfterEffect());
  EXPECT_EQ(dispatcher_.SendOne(kErase).items[BatchState::kReady], 3);
  clock_.Advance(kUntilTheNight + 1ms);
  const SendReport report = dispatcher_.SendOne(kErase);
  EXPECT_EQ(report.step, SendStep::kWithheld);
  EXPECT_TRUE(report.applied);
  EXPECT_EQ(report.items[BatchState::kNeedsReview], 3);
  EXPECT_EQ(vendor_.calls().size(), 1U);
  EXPECT_EQ(First().state, BatchState::kNeedsReview);
  EXPECT_EQ(First().attempt_count, 1);
  EXPECT_EQ(queue_.attempts().back().outcome, OutcomeClass::kNotSent);
}

TEST_F(DispatcherTest, RepeatsUpToTheResendHorizon) {
  Add();
  vendor_.Script(fakes::ReplyLostAfterEffect());
  dispatcher_.SendOne(kErase);
  clock_.Advance(kUntilTheNight);
  EXPECT_EQ(dispatcher_.SendOne(kErase).step, SendStep::kSent);
  EXPECT_EQ(First().state, BatchState::kAccepted);
}

TEST_F(DispatcherTest, SendsNothingForTheFirstTimeThatHasWaitedTooLong) {
  Add();
  clock_.Advance(14 * 24h + 1ms);
  const SendReport report = dispatcher_.SendOne(kErase);
  EXPECT_EQ(report.step, SendStep::kWithheld);
  EXPECT_THAT(vendor_.calls(), IsEmpty());
  EXPECT_EQ(First().state, BatchState::kNeedsReview);
  EXPECT_EQ(First().reason, "waited_too_long");
}

TEST_F(DispatcherTest, SendsWhatHasWaitedTooLongOnceAnOperatorHasDecidedSo) {
  Add();
  clock_.Advance(100 * 24h);
  dispatcher_.SendOne(kErase);
  const BatchRow review = First();
  queue_.Resolve(review.envelope,
                 lethe::Resolve({.operation = Operation::kErasure,
                                 .span = review.span,
                                 .reason = review.reason,
                                 .call_count = review.call_count},
                                ReviewDecision::kSendAgain, Acme().hours, clock_.Now()));
  EXPECT_EQ(dispatcher_.SendOne(kErase).step, SendStep::kSent);
  EXPECT_EQ(First().state, BatchState::kAccepted);
}

TEST_F(DispatcherTest, WritesTheAnswerWhenTheQueueIsBack) {
  Add();
  queue_.records_to_fail = 2;
  const SendReport report = dispatcher_.SendOne(kErase);
  EXPECT_TRUE(report.applied);
  EXPECT_FALSE(report.error);
  EXPECT_THAT(pauses_, ElementsAre(10s, 10s));
  EXPECT_EQ(First().state, BatchState::kAccepted);
  EXPECT_EQ(vendor_.calls().size(), 1U);
}

TEST_F(DispatcherTest, StopsTryingToRecordAfterItsTries) {
  Add();
  queue_.records_to_fail = 100;
  const SendReport report = dispatcher_.SendOne(kErase);
  EXPECT_EQ(queue_.record_calls, kOptions.record_tries);
  EXPECT_EQ(report.step, SendStep::kSent);
  EXPECT_EQ(report.outcome, OutcomeClass::kAccepted);
  EXPECT_FALSE(report.applied);
  ASSERT_TRUE(report.error);
  EXPECT_EQ(report.error->code, ErrorCode::kUnavailable);
  EXPECT_EQ(First().state, BatchState::kSending);
}

TEST_F(DispatcherTest, TriesToRecordOnceMoreAsTheLeaseRunsOut) {
  Add();
  queue_.records_to_fail = 100;
  vendor_.Script({.reply = {.outcome = OutcomeClass::kAccepted},
                  .after_effect = [this] { clock_.Advance(45s); }});
  dispatcher_.SendOne(kErase);
  EXPECT_THAT(pauses_, ElementsAre(10s, 5s));
  EXPECT_EQ(queue_.record_calls, 3);
}

TEST_F(DispatcherTest, RecordsAnAnswerThatCameAfterTheLease) {
  Add();
  vendor_.Script({.reply = {.outcome = OutcomeClass::kAccepted},
                  .after_effect = [this] { clock_.Advance(2 * kOptions.lease); }});
  EXPECT_TRUE(dispatcher_.SendOne(kErase).applied);
}

TEST_F(DispatcherTest, DoesNotRepeatARecordThatIsADefect) {
  Add();
  queue_.records_to_fail = 1;
  queue_.record_error = ErrorCode::kInternal;
  const SendReport report = dispatcher_.SendOne(kErase);
  EXPECT_EQ(queue_.record_calls, 1);
  EXPECT_THAT(pauses_, IsEmpty());
  ASSERT_TRUE(report.error);
  EXPECT_EQ(report.error->code, ErrorCode::kInternal);
}

TEST_F(DispatcherTest, ReportsThatItWasFenced) {
  Add();
  vendor_.Script({.reply = {.outcome = OutcomeClass::kAccepted}, .after_effect = [this] {
                    clock_.Advance(kOptions.lease);
                    EXPECT_EQ(dispatcher_.RescueAbandoned().batches, 1);
                  }});
  const SendReport report = dispatcher_.SendOne(kErase);
  EXPECT_TRUE(report.fenced);
  EXPECT_FALSE(report.applied);
  EXPECT_EQ(First().state, BatchState::kReady);
  EXPECT_EQ(queue_.attempts().front().outcome, OutcomeClass::kAccepted);
}

TEST_F(DispatcherTest, ReportsAQueueThatIsAway) {
  Add();
  queue_.take_fails = true;
  const SendReport sent = dispatcher_.SendOne(kErase);
  EXPECT_EQ(sent.step, SendStep::kIdle);
  ASSERT_TRUE(sent.error);
  EXPECT_EQ(sent.error->reason, "STORE_UNAVAILABLE");
  EXPECT_TRUE(dispatcher_.RescueAbandoned().error);
  EXPECT_TRUE(dispatcher_.CloseWindows().error);
}

TEST_F(DispatcherTest, RescuesEveryAbandonedBatch) {
  AddPhones(7);
  Add(3);
  ASSERT_TRUE(queue_.TakeBatch({.route = kErase, .linger = 0s, .lease = 60s})->has_value());
  ASSERT_TRUE(queue_.TakeBatch({.route = kDisassociate, .linger = 0s, .lease = 60s})->has_value());
  EXPECT_EQ(dispatcher_.RescueAbandoned().batches, 0);
  clock_.Advance(60s);
  const RescueReport report = dispatcher_.RescueAbandoned();
  EXPECT_EQ(report.batches, 2);
  EXPECT_EQ(report.items[BatchState::kReady], 10);
  EXPECT_EQ(report.fenced, 0);
  EXPECT_FALSE(report.more);
  EXPECT_FALSE(report.error);
  EXPECT_THAT(queue_.batches(), Each(Field(&BatchRow::unknown_since, fakes::FakeClock::kStart)));
}

TEST_F(DispatcherTest, ARescuePassIsBounded) {
  for (int i = 0; i <= kMaxRescuesPerPass; ++i) {
    const Route route{"account-" + std::to_string(i), Operation::kErasure};
    queue_.AddEnvelope({.route = route});
    ASSERT_TRUE(queue_.TakeBatch({.route = route, .linger = 0s, .lease = 1s})->has_value());
  }
  clock_.Advance(1s);
  const RescueReport first = dispatcher_.RescueAbandoned();
  EXPECT_EQ(first.batches, kMaxRescuesPerPass);
  EXPECT_TRUE(first.more);
  const RescueReport second = dispatcher_.RescueAbandoned();
  EXPECT_EQ(second.batches, 1);
  EXPECT_FALSE(second.more);
}

TEST_F(DispatcherTest, ClosesEveryWindowThatHasPassed) {
  for (int i = 0; i <= kWindowsPerChunk; ++i) {
    AddPhones(1);
    dispatcher_.SendOne(kDisassociate);
  }
  Add();
  dispatcher_.SendOne(kErase);
  const CloseReport report = dispatcher_.CloseWindows();
  EXPECT_EQ(report.batches, kWindowsPerChunk + 1);
  EXPECT_FALSE(report.error);
  EXPECT_EQ(queue_.batches().back().state, BatchState::kAccepted);
  clock_.Advance(48h);
  EXPECT_EQ(dispatcher_.CloseWindows().batches, 1);
}

TEST_F(DispatcherTest, LetsGoOfAllThatWasHeldForAnEarlierOperation) {
  const Route demerge{"acme", Operation::kDemerge};
  const std::vector<Identifier> ann{Identifier("ann")};
  queue_.AddEnvelope({.route = demerge, .identifiers = ann});
  constexpr int kHeld = kReleasesPerChunk + 1;
  for (int i = 0; i < kHeld; ++i) queue_.AddEnvelope({.route = kErase, .identifiers = ann});
  EXPECT_EQ(dispatcher_.SendOne(kErase).step, SendStep::kIdle);
  EXPECT_EQ(dispatcher_.ReleaseHeld().batches, 0);

  EXPECT_EQ(dispatcher_.SendOne(demerge).step, SendStep::kSent);
  clock_.Advance(48h);
  dispatcher_.CloseWindows();
  EXPECT_EQ(dispatcher_.ReleaseHeld().batches, kHeld);
  EXPECT_EQ(dispatcher_.SendOne(kErase).step, SendStep::kSent);
}

TEST_F(DispatcherTest, SaysThatNothingCouldBeLetGo) {
  queue_.take_fails = true;
  const ReleaseReport report = dispatcher_.ReleaseHeld();
  EXPECT_EQ(report.batches, 0);
  ASSERT_TRUE(report.error);
  EXPECT_EQ(report.error->code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace lethe::core
