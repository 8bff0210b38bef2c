#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "integration/store/world.h"
#include "lethe/reasons.h"
#include "store/changing/pg_subject_holds.h"
#include "support/key_rings.h"
#include "support/pg_rows.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using fakes::BatchRow;

class SubjectHoldsTest : public testing::Test {
 protected:
  SubjectHoldsTest() { EXPECT_TRUE(queue_.RegisterAccounts().ok()); }

  SubjectHoldEffect Change(const std::string& person, bool holds, bool preview = false) {
    const Operator jane{.principal = "jane", .justification = "OPS-17"};
    const auto effect = holds_.Change({.by = jane,
                                       .account = "acme",
                                       .subject = Identifier(person),
                                       .holds = holds,
                                       .preview = preview});
    EXPECT_TRUE(effect.ok()) << effect.error().message;
    return effect.ok() ? *effect : SubjectHoldEffect{};
  }
  SubjectHoldEffect Hold(const std::string& person) { return Change(person, true); }
  SubjectHoldEffect Release(const std::string& person) { return Change(person, false); }

  std::optional<Claim> Take(const Route& route = kErase) {
    auto claim = queue_.TakeBatch({.route = route, .linger = 0ms, .lease = 30s});
    EXPECT_TRUE(claim.ok()) << claim.error().message;
    return claim.ok() ? *std::move(claim) : std::nullopt;
  }
  void Accept(const Claim& claim) {
    const Plan plan{.transitions = {{.span = claim.facts.span,
                                     .to = BatchState::kAccepted,
                                     .accepted_at = clock_.Now(),
                                     .window_end = clock_.Now() + 48h}}};
    EXPECT_TRUE(
        queue_.Record(claim, {.outcome = OutcomeClass::kAccepted, .http_status = 200}, plan).ok());
  }

  /// Everybody who is sent from now on.
  std::vector<Identifier> SendAll(const Route& route = kErase) {
    std::vector<Identifier> sent;
    while (const auto claim = Take(route)) {
      sent.insert(sent.end(), claim->identifiers.begin(), claim->identifiers.end());
      Accept(*claim);
    }
    return sent;
  }
  int CountHeld() {
    return static_cast<int>(
        Number(database_,
               "select coalesce(sum(hi - lo + 1), 0) from batch where state = 'held' "
               "and reason = 'subject_on_hold'"));
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  PgDeliveryQueue queue_{"test", Accounts(), store_.keys(), store_.pool()};
  PgSubjectHolds holds_{store_.keys(), store_.pool()};
};

TEST_F(SubjectHoldsTest, APersonWhoWaitsIsNotSentAndTheOthersAre) {
  ASSERT_TRUE(Submit(store_.requests(), Erasure("k", {"ann", "bob", "cem"})).ok());
  EXPECT_EQ(Hold("bob"), (SubjectHoldEffect{.changed = true, .waiting = 1}));
  EXPECT_THAT(SendAll(), testing::UnorderedElementsAre(Identifier("ann"), Identifier("cem")));
  EXPECT_EQ(CountHeld(), 1);
}

TEST_F(SubjectHoldsTest, ARequestThatIsStillToComeIsHeldWhoeverAsksAndWhateverFor) {
  EXPECT_EQ(Hold("bob"), (SubjectHoldEffect{.changed = true}));
  NewRequest of_another = Erasure("k", {"bob"});
  of_another.principal = "someone else";
  ASSERT_TRUE(Submit(store_.requests(), std::move(of_another)).ok());
  NewRequest demerge = Erasure("k2", {"bob", "eve"});
  demerge.operation = Operation::kDemerge;
  ASSERT_TRUE(Submit(store_.requests(), std::move(demerge)).ok());
  EXPECT_THAT(SendAll(), testing::IsEmpty());
  EXPECT_THAT(SendAll({"acme", Operation::kDemerge}), testing::ElementsAre(Identifier("eve")));
  EXPECT_EQ(CountHeld(), 2);
}

TEST_F(SubjectHoldsTest, AReleaseLetsThePersonGoOnAndKeepsTheOthersOnHold) {
  ASSERT_TRUE(Submit(store_.requests(), Erasure("k", {"ann", "bob"})).ok());
  Hold("ann");
  Hold("bob");
  EXPECT_THAT(SendAll(), testing::IsEmpty());
  EXPECT_EQ(Release("ann"), (SubjectHoldEffect{.changed = true, .waiting = 1}));
  EXPECT_THAT(SendAll(), testing::ElementsAre(Identifier("ann")));
  EXPECT_EQ(CountHeld(), 1);
  EXPECT_EQ(Release("bob").changed, true);
  EXPECT_THAT(SendAll(), testing::ElementsAre(Identifier("bob")));
  EXPECT_EQ(Number(database_, "select count(*) from subject_digest"), 0);
  EXPECT_EQ(Number(database_, "select count(*) from subject_hold where released_by = 'jane'"), 2);
}

TEST_F(SubjectHoldsTest, ARepeatAndAPreviewChangeNothing) {
  ASSERT_TRUE(Submit(store_.requests(), Erasure("k", {"ann"})).ok());
  EXPECT_EQ(Change("ann", true, /*preview=*/true),
            (SubjectHoldEffect{.changed = true, .waiting = 1}));
  EXPECT_EQ(Number(database_, "select count(*) from subject_hold"), 0);
  EXPECT_TRUE(Hold("ann").changed);
  EXPECT_EQ(Hold("ann"), (SubjectHoldEffect{.waiting = 1}));
  EXPECT_FALSE(Release("bob").changed);
  EXPECT_EQ(Number(database_, "select count(*) from subject_hold"), 1);
}

TEST_F(SubjectHoldsTest, WhatIsInACallIsCountedAndNotRepeated) {
  ASSERT_TRUE(Submit(store_.requests(), Erasure("k", {"ann"})).ok());
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(Hold("ann"), (SubjectHoldEffect{.changed = true, .being_sent = 1}));
  const Plan again{.transitions = {{.span = claim->facts.span,
                                    .to = BatchState::kReady,
                                    .unknown_since = claim->facts.started_at}}};
  ASSERT_TRUE(
      queue_.Record(*claim, {.outcome = OutcomeClass::kUnknown, .http_status = 503}, again).ok());
  EXPECT_FALSE(Take());
  const std::vector<BatchRow> rows = test::ReadBatches(database_);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].reason, Name(Reason::kSubjectOnHold));
  EXPECT_TRUE(rows[0].unknown_since);
}

TEST_F(SubjectHoldsTest, AnotherAccountOfThePersonIsNotHeld) {
  Hold("ann");
  const Operator jane{.principal = "jane", .justification = "OPS-17"};
  const auto elsewhere = holds_.Change({.by = jane,
                                        .account = "globex",
                                        .subject = Identifier("ann"),
                                        .holds = false,
                                        .preview = false});
  ASSERT_TRUE(elsewhere.ok());
  EXPECT_FALSE(elsewhere->changed);
}

TEST_F(SubjectHoldsTest, HoldsOutliveARotationOfKeys) {
  // Keys 1 and 2 are in use while the person is held; then 1 is given up, and 3 comes.
  const auto ring = [](const std::vector<int>& macs) { return test::RingFile({1}, macs); };
  PgSubjectHolds before(crypto::KeyRing::Parse(ring({1, 2})).value(), store_.pool());
  const Operator jane{.principal = "jane", .justification = "OPS-17"};
  ASSERT_TRUE(before
                  .Change({.by = jane,
                           .account = "acme",
                           .subject = Identifier("ann"),
                           .holds = true,
                           .preview = false})
                  .ok());
  test::PgStore rotated{database_, clock_, {.holder = "rotated", .key_file = ring({2, 3})}};
  ASSERT_TRUE(Submit(rotated.requests(), Erasure("k", {"ann"})).ok());
  PgDeliveryQueue queue("rotated", Accounts(), rotated.keys(), rotated.pool());
  const auto claim = queue.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s});
  ASSERT_TRUE(claim.ok());
  EXPECT_FALSE(*claim);
  EXPECT_EQ(CountHeld(), 1);
}

TEST_F(SubjectHoldsTest, RacedWithClaimsAPersonIsEitherCountedAsSentOrNeverSent) {
  constexpr int kRounds = 300;
  for (int i = 0; i < kRounds; ++i) {
    const std::string person = "racer-" + std::to_string(i);
    ASSERT_TRUE(Submit(store_.requests(), Erasure("k" + person, {person})).ok());
    SubjectHoldEffect effect;
    std::optional<Claim> claim;
    {
      const std::jthread holder([&] { effect = Hold(person); });
      const std::jthread claimer([&] { claim = Take(); });
    }
    EXPECT_EQ(claim.has_value(), effect.being_sent == 1) << i;
    EXPECT_EQ(effect.waiting + effect.being_sent, 1) << i;
    if (claim) Accept(*claim);
    EXPECT_FALSE(Take()) << i;
  }
}

}  // namespace
}  // namespace lethe::store
