#include "core/verifier.h"

#include <gmock/gmock.h>

#include <chrono>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "fakes/fake_clock.h"
#include "fakes/fake_profile_reader.h"
#include "fakes/fake_verification_queue.h"
#include "fakes/queue_rows.h"
#include "lethe/pause.h"

namespace lethe::core {
namespace {

using namespace std::chrono_literals;
using fakes::IdentifierAt;
using testing::IsEmpty;
using testing::SizeIs;

const Route kErase{"acme", Operation::kErasure};

std::set<int> FirstOf(int size) {
  std::set<int> positions;
  for (int pos = 0; pos < size; ++pos) positions.insert(pos);
  return positions;
}

class VerifierTest : public testing::Test {
 protected:
  EnvelopeId Add(int size, BatchState state = BatchState::kAccepted) {
    return queue_.AddBatch(
        {.route = kErase, .size = size, .state = state, .sampled = FirstOf(size)});
  }
  LookReport Look() { return verifier_.LookOnce(kErase); }
  Profile Old(const std::string& id) { return {{Identifier(id)}, clock_.Now() - 24h}; }
  void WillAnswer(LookUpOutcome outcome, int times) {
    for (int i = 0; i < times; ++i) profiles_.AnswerNext({.outcome = outcome});
  }
  fakes::LookedBatchRow OnlyBatch() {
    EXPECT_THAT(queue_.batches(), SizeIs(1));
    return queue_.batches().front();
  }

  fakes::FakeClock clock_;
  fakes::FakeVerificationQueue queue_{clock_, {.concurrency = 2, .second_look = 24h}};
  fakes::FakeProfileReader profiles_;
  std::stop_source stop_;
  Verifier verifier_{{.queue = queue_,
                      .profiles = profiles_,
                      .clock = clock_,
                      .jitter = [] { return 0.0; },
                      .stop = stop_.get_token()},
                     {.linger = 2s, .lease = 90s, .call_timeout = 30s}};
};

TEST_F(VerifierTest, AnEmptyQueueIsNoWork) {
  const LookReport report = Look();
  EXPECT_FALSE(report.claimed);
  EXPECT_FALSE(report.error);
}

TEST_F(VerifierTest, AnAbsentItemIsDone) {
  Add(2);
  const LookReport report = Look();
  EXPECT_TRUE(report.applied);
  EXPECT_TRUE(report.over);
  EXPECT_EQ(report.of(LookUpOutcome::kAbsent), 2);
  EXPECT_EQ(report.of(ReadBack::kAbsent), 2);
  EXPECT_EQ(report.items[BatchState::kDone], 2);
  EXPECT_EQ(OnlyBatch().state, BatchState::kDone);
}

TEST_F(VerifierTest, NothingToLookAtConcludesWithoutACall) {
  queue_.AddBatch({.size = 3, .sampled = {}});
  EXPECT_EQ(Look().items[BatchState::kDone], 3);
  EXPECT_THAT(profiles_.asked(), IsEmpty());
}

TEST_F(VerifierTest, AWindowThatIsOverByTheQueuesClockOnlyWaits) {
  fakes::FakeClock right;
  Verifier verifier{{.queue = queue_,
                     .profiles = profiles_,
                     .clock = right,
                     .jitter = [] { return 0.0; },
                     .stop = stop_.get_token()},
                    {.linger = 2s, .lease = 90s, .call_timeout = 30s}};
  clock_.Advance(240h);
  queue_.AddBatch({.route = kErase, .size = 3, .sampled = {}});
  EXPECT_FALSE(verifier.LookOnce(kErase).over);
  EXPECT_EQ(OnlyBatch().state, BatchState::kAccepted);
  EXPECT_FALSE(verifier.LookOnce(kErase).claimed) << "it waits a while";
  EXPECT_THAT(profiles_.asked(), IsEmpty());

  right.Advance(240h);
  clock_.Advance(1s);
  EXPECT_EQ(verifier.LookOnce(kErase).items[BatchState::kDone], 3);
}

TEST_F(VerifierTest, AnItemThatIsStillPresentIsSentAgainOnce) {
  const EnvelopeId envelope = Add(1, BatchState::kReady);
  profiles_.Put(IdentifierAt(envelope, 0), Old("A"));
  Look();
  EXPECT_EQ(queue_.captures(), 1);
  queue_.AcceptAgain(envelope, 0);
  Look();
  EXPECT_EQ(OnlyBatch().state, BatchState::kReady);
  queue_.AcceptAgain(envelope, 0);
  Look();
  EXPECT_EQ(OnlyBatch().state, BatchState::kNeedsReview);
  EXPECT_EQ(OnlyBatch().reason, "still_present");
}

TEST_F(VerifierTest, TheCaptureTellsWhoCameBackFromWhoStayed) {
  const EnvelopeId envelope = Add(2, BatchState::kReady);
  profiles_.Put(IdentifierAt(envelope, 0), Old("A"));
  profiles_.Put(IdentifierAt(envelope, 1), Old("B"));
  const LookReport capture = Look();
  EXPECT_EQ(capture.purpose, LookPurpose::kCapture);
  EXPECT_TRUE(capture.over);
  EXPECT_EQ(queue_.captures(), 2);

  queue_.AcceptAgain(envelope, 0);
  Profile back = Old("C");
  back.first_seen = clock_.Now() + 1s;
  profiles_.Put(IdentifierAt(envelope, 1), back);
  const LookReport report = Look();
  EXPECT_EQ(report.of(ReadBack::kStillPresent), 1);
  EXPECT_EQ(report.of(ReadBack::kReappeared), 1);
  EXPECT_EQ(report.items[BatchState::kReady], 1);
  EXPECT_EQ(report.items[BatchState::kDone], 1);
}

TEST_F(VerifierTest, NeverDoneWhileALookUpIsMissing) {
  const EnvelopeId envelope = Add(3);
  profiles_.Answer(IdentifierAt(envelope, 1), {.outcome = LookUpOutcome::kUnknown});
  const LookReport report = Look();
  EXPECT_FALSE(report.over);
  EXPECT_EQ(report.of(ReadBack::kAbsent), 2);
  EXPECT_EQ(OnlyBatch().state, BatchState::kAccepted);
  EXPECT_FALSE(Look().claimed) << "the next try waits";

  profiles_.Answer(IdentifierAt(envelope, 1), {.outcome = LookUpOutcome::kAbsent});
  clock_.Advance(1s);
  EXPECT_EQ(Look().items[BatchState::kDone], 3);
  EXPECT_THAT(profiles_.asked(), SizeIs(4)) << "what was answered is not asked again";
}

TEST_F(VerifierTest, NoAnswerOtherThanAnAnswerCounts) {
  for (const LookUpOutcome outcome :
       {LookUpOutcome::kThrottled, LookUpOutcome::kBlocked, LookUpOutcome::kUnknown}) {
    Add(1);
    WillAnswer(outcome, 1);
    const LookReport report = Look();
    EXPECT_FALSE(report.over) << Name(outcome);
    EXPECT_EQ(report.of(ReadBack::kAbsent), 0) << Name(outcome);
    EXPECT_THAT(queue_.read_backs(), IsEmpty()) << Name(outcome);
  }
}

TEST_F(VerifierTest, BeingThrottledEndsTheClaimAndRestsTheSlot) {
  Add(5);
  Add(5);
  Add(5);
  WillAnswer(LookUpOutcome::kThrottled, 2);
  EXPECT_EQ(Look().of(LookUpOutcome::kThrottled), 1);
  EXPECT_EQ(Look().of(LookUpOutcome::kThrottled), 1);
  EXPECT_FALSE(Look().claimed) << "both slots rest";
  clock_.Advance(500ms);
  EXPECT_TRUE(Look().claimed);
}

TEST_F(VerifierTest, ARetryAfterIsObeyed) {
  Add(1);
  profiles_.AnswerNext({.outcome = LookUpOutcome::kThrottled, .retry_after = 60s});
  Look();
  clock_.Advance(59s);
  EXPECT_FALSE(Look().claimed);
  clock_.Advance(1s);
  EXPECT_TRUE(Look().claimed);
}

TEST_F(VerifierTest, SilenceEndsAClaimAfterThreeInARow) {
  Add(10);
  WillAnswer(LookUpOutcome::kUnknown, 10);
  EXPECT_EQ(Look().of(LookUpOutcome::kUnknown), kUnansweredInARow);
}

TEST_F(VerifierTest, AFewThatAreNeverAnsweredDoNotHideTheRest) {
  const EnvelopeId envelope = Add(10);
  for (int pos = 0; pos < 5; ++pos) {
    profiles_.Answer(IdentifierAt(envelope, pos), {.outcome = LookUpOutcome::kUnknown});
  }
  for (int tries = 0; tries < 10 && queue_.read_backs().size() < 5; ++tries) {
    Look();
    clock_.Advance(10min);
  }
  EXPECT_THAT(queue_.read_backs(), SizeIs(5));
}

TEST_F(VerifierTest, WhatCannotBeVerifiedForAWeekNeedsReview) {
  const EnvelopeId envelope = Add(3);
  profiles_.Answer(IdentifierAt(envelope, 1), {.outcome = LookUpOutcome::kUnknown});
  Look();
  clock_.Advance(milliseconds(kReadBackWithin) - 1ms);
  EXPECT_FALSE(Look().over);
  clock_.Advance(10min);
  const LookReport report = Look();
  EXPECT_TRUE(report.over);
  EXPECT_EQ(report.items[BatchState::kDone], 2);
  EXPECT_EQ(report.items[BatchState::kNeedsReview], 1);
  EXPECT_EQ(queue_.batches().at(1).reason, "unverified");
}

TEST_F(VerifierTest, AnIdentifierThatIsLostIsNeverCalledVerified) {
  const EnvelopeId envelope = Add(1);
  queue_.LoseItem(envelope, 0);
  const LookReport report = Look();
  EXPECT_EQ(report.unreadable, 1);
  EXPECT_FALSE(report.over);
  EXPECT_THAT(profiles_.asked(), IsEmpty());
}

TEST_F(VerifierTest, NoLookUpBeginsLaterThanAPauseWaitsForIt) {
  Add(10);
  profiles_.BeforeEach([&] { clock_.Advance(kCallsBeginWithin / 2); });
  const LookReport report = Look();
  EXPECT_EQ(report.of(LookUpOutcome::kAbsent), 2);
  EXPECT_TRUE(report.applied);
  EXPECT_FALSE(report.over);
  EXPECT_TRUE(Look().claimed) << "it goes on at once";
}

TEST_F(VerifierTest, AClaimHasAtMostSoManyLookUps) {
  Add(kLookUpsPerClaim + 1);
  EXPECT_EQ(Look().of(LookUpOutcome::kAbsent), kLookUpsPerClaim);
  EXPECT_EQ(Look().of(LookUpOutcome::kAbsent), 1);
  EXPECT_EQ(OnlyBatch().state, BatchState::kDone);
}

TEST_F(VerifierTest, ALeaseThatWasLostKeepsNothing) {
  Add(1);
  bool slow = true;
  profiles_.BeforeEach([&] {
    if (!std::exchange(slow, false)) return;
    clock_.Advance(91s);
    Look();
  });
  const LookReport report = Look();
  EXPECT_TRUE(report.fenced);
  EXPECT_THAT(queue_.read_backs(), SizeIs(1));
}

TEST_F(VerifierTest, ToldToStopItKeepsWhatItHas) {
  Add(10);
  int calls = 0;
  profiles_.BeforeEach([&] {
    if (++calls == 2) stop_.request_stop();
  });
  const LookReport report = Look();
  EXPECT_TRUE(report.applied);
  EXPECT_FALSE(report.over);
  EXPECT_THAT(queue_.read_backs(), SizeIs(2));
}

TEST_F(VerifierTest, TheSecondLookFindsWhoCameBack) {
  const EnvelopeId envelope = Add(2);
  Look();
  clock_.Advance(24h);
  profiles_.Put(IdentifierAt(envelope, 1), Old("A"));
  const LookReport report = Look();
  EXPECT_EQ(report.purpose, LookPurpose::kSecondLook);
  EXPECT_EQ(report.of(ReadBack::kReappeared), 1);
  EXPECT_EQ(report.of(ReadBack::kAbsent), 1);
  EXPECT_TRUE(report.over);
  EXPECT_EQ(OnlyBatch().state, BatchState::kDone);
}

TEST_F(VerifierTest, CapturesOfFinalBatchesAreForgotten) {
  Add(2, BatchState::kReady);
  Look();
  queue_.End(OnlyBatch().envelope, 0, BatchState::kCancelled);
  EXPECT_EQ(verifier_.ForgetCaptures().captures, 2);
  EXPECT_EQ(queue_.captures(), 0);
}

class BeforeARepeat : public VerifierTest {
 protected:
  /// An erasure of these people, whom a look-up found before it was sent, and whose answer was lost
  /// a second later.
  EnvelopeId AddLost(int size) {
    const EnvelopeId envelope = Add(size, BatchState::kReady);
    for (int pos = 0; pos < size; ++pos) Put(envelope, pos, kBorn);
    EXPECT_EQ(Look().purpose, LookPurpose::kCapture);
    clock_.Advance(1s);
    queue_.LoseAnswer(envelope, 0);
    return envelope;
  }
  void Put(EnvelopeId envelope, int pos, TimePoint first_seen) {
    profiles_.Put(IdentifierAt(envelope, pos),
                  {{Identifier("A" + std::to_string(pos))}, first_seen});
  }

  static constexpr TimePoint kBorn = fakes::FakeClock::kStart - 1000h;
};

TEST_F(BeforeARepeat, WhoIsAsBeforeIsSentAgainAndWhoCameBackIsNot) {
  const EnvelopeId envelope = AddLost(3);
  const TimePoint lost_at = clock_.Now();
  clock_.Advance(30h);
  Put(envelope, 1, clock_.Now() - 1h);
  const TimePoint looked_at = clock_.Now();
  const LookReport report = Look();
  EXPECT_EQ(report.purpose, LookPurpose::kBeforeRepeat);
  EXPECT_TRUE(report.over);
  EXPECT_TRUE(report.applied);
  EXPECT_EQ(report.items[BatchState::kReady], 2);
  EXPECT_EQ(report.items[BatchState::kNeedsReview], 1);
  const auto rows = queue_.batches();
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0].state, BatchState::kReady);
  EXPECT_EQ(rows[0].unknown_since, looked_at) << "its horizon begins anew";
  EXPECT_EQ(rows[1].state, BatchState::kNeedsReview);
  EXPECT_EQ(rows[1].reason, "changed_since");
  EXPECT_EQ(rows[1].unknown_since, lost_at);
  EXPECT_EQ(rows[2].state, BatchState::kReady);
}

TEST_F(BeforeARepeat, NobodyIsSentAgainWithoutAnAnswer) {
  const EnvelopeId envelope = AddLost(2);
  profiles_.Answer(IdentifierAt(envelope, 1), {.outcome = LookUpOutcome::kUnknown});
  clock_.Advance(30h);
  const LookReport report = Look();
  EXPECT_FALSE(report.over);
  EXPECT_EQ(report.items[BatchState::kReady], 1);
  EXPECT_EQ(queue_.batches()[1].state, BatchState::kHeld);

  clock_.Advance(7 * 24h);
  Look();
  EXPECT_EQ(queue_.batches()[1].state, BatchState::kNeedsReview);
  EXPECT_EQ(queue_.batches()[1].reason, "unknown_outcome");
}

}  // namespace
}  // namespace lethe::core
