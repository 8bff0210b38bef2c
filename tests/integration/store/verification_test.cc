#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "integration/store/world.h"
#include "lethe/read_back.h"
#include "store/changing/pg_request_changer.h"
#include "store/verification/pg_verification_queue.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

std::vector<Account> Verifying() {
  std::vector<Account> accounts = Accounts();
  accounts[0].verification.share = 1;
  return accounts;
}

/// The queue that sends and the one that verifies, on one database.
class VerifyingStore : public testing::Test {
 protected:
  void SetUp() override {
    database_.SetClock(clock_.Now());
    ASSERT_TRUE(delivery_.RegisterAccounts().ok());
  }
  void Advance(milliseconds by) {
    clock_.Advance(by);
    database_.SetClock(clock_.Now());
  }
  RequestId Ask(int people, const std::string& key = "a") {
    return Submit(store_.requests(), Erasure(key, People(people, key))).value().id;
  }
  std::optional<Claim> TakeBatch() {
    return delivery_.TakeBatch({.route = kErase, .linger = 2s, .lease = 30s}).value();
  }
  std::optional<LookClaim> TakeLook() {
    return looks_.Take({.route = kErase, .linger = 2s, .lease = 30s}).value();
  }
  void Capture() {
    const auto claim = TakeLook();
    ASSERT_TRUE(claim && claim->purpose == LookPurpose::kCapture);
    LookResult no_profiles;
    for (const LookItem& item : claim->items) no_profiles.captured.push_back({item.pos, {}});
    ASSERT_EQ(looks_.Record(*claim, no_profiles).value(), Recorded::kApplied);
  }
  void Send() {
    const auto claim = TakeBatch();
    ASSERT_TRUE(claim);
    const Plan plan{.transitions = {{.span = claim->facts.span,
                                     .to = BatchState::kAccepted,
                                     .accepted_at = clock_.Now(),
                                     .window_end = clock_.Now() + 1s}}};
    ASSERT_TRUE(delivery_.Record(*claim, {.outcome = OutcomeClass::kAccepted}, plan).ok());
    Advance(1s);
  }
  void ReadBackAs(const std::vector<ReadItem>& items) {
    const auto claim = TakeLook();
    ASSERT_TRUE(claim && claim->purpose == LookPurpose::kReadBack);
    const LookResult result{.read = items,
                            .transitions = ConcludeReadBack(claim->route.operation, claim->span,
                                                            items, claim->due_since)};
    ASSERT_EQ(looks_.Record(*claim, result).value(), Recorded::kApplied);
  }
  std::size_t Sendable() {
    const std::vector<Route> routes{kErase};
    return delivery_.Sendable(routes, 2s).value().size();
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  PgDeliveryQueue delivery_{"test", Verifying(), store_.keys(), store_.pool()};
  PgVerificationQueue looks_{"test", Verifying(), store_.keys(), store_.pool()};
};

/// A look-up before a repeat is about people of whom somebody takes some away meanwhile.
TEST_F(VerifyingStore, ALookUpMovesNothingOfABatchThatHasSplitMeanwhile) {
  const RequestId request = Ask(3);
  Advance(2s);
  Capture();
  const auto claim = TakeBatch();
  ASSERT_TRUE(claim);
  const Plan plan{.transitions = {{.span = claim->facts.span,
                                   .to = BatchState::kHeld,
                                   .reason = Text(Reason::kLookBeforeRepeat),
                                   .unknown_since = clock_.Now()}}};
  ASSERT_TRUE(delivery_.Record(*claim, {.outcome = OutcomeClass::kUnknown}, plan).ok());
  const auto look = TakeLook();
  ASSERT_TRUE(look && look->purpose == LookPurpose::kBeforeRepeat);

  const std::vector<int> ordinals{1};
  PgRequestChanger changer(store_.pool());
  const auto held = changer.Change({.by = {.principal = "jane", .justification = "why"},
                                    .account = "acme",
                                    .request = request,
                                    .ordinals = ordinals,
                                    .change = RequestChange::kHold,
                                    .preview = false});
  ASSERT_TRUE(held.ok() && (*held)[ChangeEffect::kChanged] == 1);
  LookResult unchanged;
  unchanged.transitions = {{.span = look->span,
                            .to = BatchState::kReady,
                            .reason = Text(Reason::kUnchanged),
                            .unknown_since = look->due_since}};
  EXPECT_EQ(looks_.Record(*look, unchanged).value(), Recorded::kFenced);
  ExpectSound(database_);
  EXPECT_EQ(Number(database_, "select count(*) from batch where state = 'ready'"), 0);
}

TEST_F(VerifyingStore, AnErasureByIdentityIsSentOnceItIsCaptured) {
  Ask(2);
  Advance(2s);
  EXPECT_EQ(Sendable(), 0U);
  EXPECT_FALSE(TakeBatch());
  Capture();
  EXPECT_EQ(Sendable(), 1U);
  EXPECT_TRUE(TakeBatch());
}

TEST_F(VerifyingStore, AnErasureIsSentWithoutItsCaptureAfterAWhile) {
  Ask(2);
  Advance(2s + kCaptureWait - 1ms);
  EXPECT_FALSE(TakeBatch());
  Advance(1ms);
  EXPECT_EQ(Sendable(), 1U);
  EXPECT_TRUE(TakeBatch());
}

TEST_F(VerifyingStore, OnlyABatchWhosePeopleWereCapturedCanBeLookedUpBeforeARepeat) {
  Ask(1, "a");
  Advance(2s + kCaptureWait);
  const auto in_the_dark = TakeBatch();
  Ask(1, "b");
  Advance(2s);
  Capture();
  const auto captured = TakeBatch();
  ASSERT_TRUE(in_the_dark && captured);
  EXPECT_FALSE(in_the_dark->facts.can_be_looked_up);
  EXPECT_TRUE(captured->facts.can_be_looked_up);

  Advance(30s);
  for (const auto& lost : {in_the_dark, captured}) {
    const auto abandoned = delivery_.TakeAbandoned(30s).value();
    ASSERT_TRUE(abandoned);
    EXPECT_EQ(abandoned->envelope, lost->envelope);
    EXPECT_EQ(abandoned->facts.can_be_looked_up, lost->facts.can_be_looked_up);
  }
}

TEST_F(VerifyingStore, TheRunsOfASplitBatchStayCaptured) {
  Ask(3);
  Advance(2s);
  Capture();
  const auto claim = TakeBatch();
  ASSERT_TRUE(claim);
  const auto again = [](Span span) {
    return Transition{.span = span, .to = BatchState::kReady, .reason = "refused_together"};
  };
  const Plan halves{.transitions = {again({0, 0}), again({1, 2})}};
  ASSERT_TRUE(delivery_.Record(*claim, {.outcome = OutcomeClass::kRefused}, halves).ok());
  for (const Span run : {Span{0, 0}, Span{1, 2}}) {
    const auto half = TakeBatch();
    ASSERT_TRUE(half) << "it waits for no other capture";
    EXPECT_EQ(half->facts.span, run);
    EXPECT_TRUE(half->facts.can_be_looked_up);
  }
}

TEST_F(VerifyingStore, WithoutVerificationNothingWaits) {
  Ask(1);
  Advance(2s);
  PgDeliveryQueue plain("test", Accounts(), store_.keys(), store_.pool());
  EXPECT_TRUE(plain.TakeBatch({.route = kErase, .linger = 2s, .lease = 30s}).value());
}

TEST_F(VerifyingStore, AnAcceptedBatchIsDoneOnceItWasReadBack) {
  Ask(2);
  Advance(2s);
  Capture();
  Send();
  EXPECT_EQ(delivery_.CloseWindows(clock_.Now(), 100).value(), 0);
  ReadBackAs({{0, ReadBack::kAbsent}, {1, ReadBack::kAbsent}});
  EXPECT_EQ(Number(database_, "select count(*) from batch where state = 'done'"), 1);
}

TEST_F(VerifyingStore, AnUnclearItemIsSetAsideForReview) {
  Ask(2);
  Advance(2s);
  Capture();
  Send();
  ReadBackAs({{0, ReadBack::kUnclear}, {1, ReadBack::kAbsent}});
  EXPECT_EQ(Number(database_,
                   "select count(*) from batch where state = 'needs_review' and "
                   "review_since = lethe_now() and reason = 'found_unclear'"),
            1);
}

TEST_F(VerifyingStore, TheReasonOfAnOperatorsDecisionStaysWithADoneBatch) {
  Ask(1);
  Advance(2s);
  Capture();
  Send();
  database_.Run("update batch set reason = 'operator_accepted'");
  ReadBackAs({{0, ReadBack::kAbsent}});
  EXPECT_EQ(Number(database_,
                   "select count(*) from batch where state = 'done' and "
                   "reason = 'operator_accepted'"),
            1);
}

TEST_F(VerifyingStore, TheSlotOfALookIsFreeOnceItsLeaseEnds) {
  Ask(1);
  Advance(2s);
  ASSERT_TRUE(TakeLook());
  Advance(31s);
  EXPECT_FALSE(delivery_.TakeAbandoned(30s).value());
  EXPECT_TRUE(TakeLook());
}

TEST_F(VerifyingStore, ALookAndASenderFreeTheirOwnSlotsOnly) {
  Ask(1, "a");
  Advance(2s);
  Capture();
  Ask(1, "b");
  Advance(2s);
  const auto look = TakeLook();
  const auto batch = TakeBatch();
  ASSERT_TRUE(look && batch);
  ASSERT_EQ(look->slot, batch->slot);
  database_.Run("update slot set epoch = " + std::to_string(look->epoch) +
                " where holder is not null");
  EXPECT_EQ(looks_.Record(*look, {.again_in = 0s}).value(), Recorded::kApplied);
  EXPECT_EQ(Number(database_, "select count(*) from slot where holder is not null"), 1);
}

TEST_F(VerifyingStore, ALookTakesTheBatchAndTheSlotThatNoRivalHasLocked) {
  for (const std::string state : {"ready", "accepted", "done"}) {
    SCOPED_TRACE(state);
    database_.Run(
        "delete from batch; "
        "insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at, "
        "accepted_at, window_end, finished_at, second_look_at) "
        "select n, 0, 0, 'acme', 'erasure', 'identity', state, t, "
        "case when state <> 'ready' then t end, case when state <> 'ready' then t end, "
        "case when state = 'done' then t end, case when state = 'done' then t end "
        "from (select n, lethe_now() - interval '1 hour' + n * interval '1 second' as t, "
        "text '" +
        state + "' as state from generate_series(1, 2) as n) b");
    pqxx::connection connection(database_.url());
    pqxx::work rival(connection);
    rival.exec("select from batch where envelope = 1 for update");
    rival.exec("select from slot where api = 'profile' and number = 1 for update");
    const auto claim = TakeLook();
    ASSERT_TRUE(claim);
    EXPECT_EQ(claim->envelope, EnvelopeId{2});
    EXPECT_EQ(claim->slot, 2);
    Advance(30s);  // The lease is over, and the slot free.
  }
}

TEST_F(VerifyingStore, ARequestCountsItsOwnItemsThatWereReadBack) {
  const RequestId first = Ask(2, "a");
  const RequestId second = Ask(3, "b");  // Shares the envelope.
  Advance(2s);
  Capture();
  Send();
  ReadBackAs({{0, ReadBack::kAbsent},
              {1, ReadBack::kReappeared},
              {2, ReadBack::kAbsent},
              {3, ReadBack::kStillPresent},
              {4, ReadBack::kAbsent}});
  const auto of = [&](RequestId id) { return store_.requests().Get("acme", id).value().verified; };
  EXPECT_EQ(of(first), (VerifiedCounts{.absent = 1, .reappeared = 1}));
  EXPECT_EQ(of(second), (VerifiedCounts{.absent = 2}));
  const auto page =
      store_.requests().ListRequests({.account = "acme", .before = {}, .page_size = 9});
  ASSERT_EQ(page->rows.size(), 2U);
  EXPECT_EQ(page->rows[0].verified, of(second));

  const auto items =
      store_.requests()
          .ListItems({.account = "acme", .request = first, .after_ordinal = -1, .page_size = 9})
          .value();
  ASSERT_EQ(items.rows.size(), 2U);
  EXPECT_EQ(items.rows[0].read_back, ReadBack::kAbsent);
  EXPECT_EQ(items.rows[0].read_back_at, clock_.Now());
  EXPECT_EQ(items.rows[0].reappeared_at, std::nullopt);
  EXPECT_EQ(items.rows[1].read_back, ReadBack::kReappeared);
  EXPECT_EQ(items.rows[1].reappeared_at, clock_.Now());
}

TEST_F(VerifyingStore, WhatIsSentAgainAfterItsReadBackCountsAsCalledBefore) {
  Ask(2);
  Advance(2s);
  Capture();
  Send();
  ReadBackAs({{0, ReadBack::kStillPresent}, {1, ReadBack::kAbsent}});
  const auto again = delivery_.TakeBatch({.route = kErase, .linger = 2s, .lease = 30s}).value();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->facts.span, (Span{0, 0}));
  EXPECT_TRUE(again->facts.may_have_effect) << "CleverTap may refuse her as marked already";
  EXPECT_TRUE(again->facts.unknown_since) << "a repeat that comes too late is not blind";
}

TEST_F(VerifyingStore, WhatAnOperatorSaysWasAcceptedIsNotSentAgainWithoutOne) {
  Ask(1);
  Advance(2s);
  Capture();
  Send();
  database_.Run("update batch set reason = 'operator_accepted'");
  const auto claim = TakeLook();
  ASSERT_TRUE(claim && claim->purpose == LookPurpose::kReadBack);
  EXPECT_TRUE(claim->items.front().resent);
}

TEST_F(VerifyingStore, WhatAnOperatorHasSeenAndSaysWasAcceptedIsDone) {
  Ask(2);
  Advance(2s);
  Capture();
  Send();
  ReadBackAs({{0, ReadBack::kUnclear}, {1, ReadBack::kAbsent}});
  Advance(1h);
  database_.Run(
      "update batch set state = 'accepted', reason = 'operator_accepted', accepted_at = "
      "lethe_now(), window_end = lethe_now(), review_since = null where state = 'needs_review'");
  Advance(1s);
  const auto claim = TakeLook();
  ASSERT_TRUE(claim && claim->purpose == LookPurpose::kReadBack);
  EXPECT_THAT(claim->items, testing::IsEmpty());
  EXPECT_THAT(claim->known, testing::IsEmpty()) << "else it came back for ever";
}

TEST_F(VerifyingStore, CapturesAreForgottenDeviceByDevice) {
  Ask(1);
  Advance(2s);
  const auto claim = TakeLook();
  ASSERT_TRUE(claim);
  const Profile two_devices{.object_ids = {Identifier("A"), Identifier("B")}};
  ASSERT_TRUE(looks_.Record(*claim, {.captured = {{0, {two_devices}}}}).ok());
  database_.Run("update batch set state = 'cancelled', reason = 'x', finished_at = lethe_now()");
  EXPECT_EQ(looks_.ForgetCaptures(1).value(), 1);
  EXPECT_EQ(looks_.ForgetCaptures(1).value(), 1);
  EXPECT_EQ(looks_.ForgetCaptures(1).value(), 0);
}

TEST_F(VerifyingStore, WhatWasCapturedIsNotReadableInTheDatabase) {
  Ask(1);
  Advance(2s);
  const auto claim = TakeLook();
  ASSERT_TRUE(claim);
  const Profile profile{.object_ids = {Identifier("canary-device")}};
  ASSERT_TRUE(looks_.Record(*claim, {.captured = {{0, {profile}}}}).ok());
  EXPECT_EQ(Number(database_, "select count(*) from prior_profile where object_id is not null"), 1);
  EXPECT_EQ(Number(database_,
                   "select count(*) from prior_profile p where "
                   "position('canary'::bytea in object_id) > 0"),
            0);
}

}  // namespace
}  // namespace lethe::store
