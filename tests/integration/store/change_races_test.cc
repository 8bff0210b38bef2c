#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <random>
#include <thread>

#include "integration/store/world.h"
#include "store/changing/pg_request_changer.h"
#include "store/delivery/pg_delivery_queue.h"
#include "store/review/pg_review_store.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using testing::ElementsAre;

class ChangeRaces : public testing::Test {
 protected:
  ChangeRaces() { EXPECT_TRUE(queue_.RegisterAccounts().ok()); }

  RequestId Ask(int people, const std::string& key) {
    return Submit(store_.requests(), Erasure(key, People(people, key))).value().id;
  }
  Result<ChangeCounts> Change(RequestId request, RequestChange change,
                              const std::vector<int>& ordinals = {}) {
    return changer_.Change({.by = by_,
                            .account = "acme",
                            .request = request,
                            .ordinals = ordinals,
                            .change = change,
                            .preview = false});
  }
  std::int64_t WaitingForALock() const {
    return Number(database_,
                  "select count(*) from pg_stat_activity where "
                  "datname = current_database() and wait_event_type = 'Lock'");
  }
  std::vector<std::string> Batches() const {
    std::vector<std::string> texts;
    for (const auto& row : database_.Run("select lo || '-' || hi || ' ' || state from batch "
                                         "order by envelope, lo")) {
      texts.emplace_back(row[0].c_str());
    }
    return texts;
  }

  const Operator by_{.principal = "jane", .justification = "why"};
  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  PgDeliveryQueue queue_{"test", Accounts(), store_.keys(), store_.pool()};
  Pool pool_{database_.source(), 4};
  PgRequestChanger changer_{pool_};
};

TEST_F(ChangeRaces, SeesWhatARivalDidWhileItWaited) {
  const RequestId request = Ask(4, "a");
  pqxx::connection rival(database_.url());
  pqxx::work hold(rival);
  hold.exec(
      "update batch set hi = 1, state = 'ready'; "
      "insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, "
      "review_since, may_have_effect) select envelope, 2, 3, account, operation, kind, "
      "'needs_review', 'unknown_outcome', opened_at, now(), true from batch");
  {
    std::jthread late([&] {
      const auto counts = Change(request, RequestChange::kCancel);
      ASSERT_TRUE(counts.ok()) << counts.error().message;
      EXPECT_EQ((*counts)[ChangeEffect::kChanged], 2);
      EXPECT_EQ((*counts)[ChangeEffect::kIrreversible], 2);
    });
    EXPECT_TRUE(Eventually([&] { return WaitingForALock() == 1; }));
    hold.commit();
  }
  EXPECT_THAT(Batches(), ElementsAre("0-1 cancelled", "2-3 needs_review"));
}

// Who records several calls at once locks their batches in an order of its own.
TEST_F(ChangeRaces, WaitsForNoBatchThatIsBeingSent) {
  const RequestId request = Ask(2, "a");
  ASSERT_TRUE(queue_.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s}).value());
  pqxx::connection rival(database_.url());
  pqxx::work recording(rival);
  recording.exec("select from batch for update");
  const auto counts = Change(request, RequestChange::kCancel);
  ASSERT_TRUE(counts.ok()) << counts.error().message;
  EXPECT_EQ((*counts)[ChangeEffect::kBeingSent], 2);
}

/// Two replicas send, and people cancel, hold and release, all at random. Claims and changes of an
/// account exclude each other: a sequence that both count on tells their order.
class ManyChanges : public ChangeRaces {
 protected:
  void SetUp() override {
    database_.Run(
        "create sequence step; grant usage on sequence step to public; "
        "alter table attempt add column step bigint default nextval('step'); "
        "alter table audit_event add column step bigint default nextval('step')");
  }

  Plan PlanFor(const Claim& claim, int dice) const {
    Transition run{.span = claim.facts.span, .to = BatchState::kReady};
    if (dice < 4) {
      run.to = BatchState::kAccepted;
      run.accepted_at = clock_.Now();
      run.window_end = clock_.Now() + 48h;
    } else if (dice < 6) {
      run.reason = Text(Reason::kUnknownOutcome);
      run.unknown_since = clock_.Now();
    } else {
      run.reason = Text(Reason::kThrottled);
      run.unknown_since = claim.facts.unknown_since;
    }
    return {.transitions = {run}};
  }
  static OutcomeClass OutcomeFor(int dice) {
    return dice < 4   ? OutcomeClass::kAccepted
           : dice < 6 ? OutcomeClass::kUnknown
                      : OutcomeClass::kThrottled;
  }

  /// Sends what there is; false: there is nothing.
  bool SendOne(PgDeliveryQueue& queue, std::mt19937& random, bool accepts = false) {
    const auto taken = queue.TakeBatch({.route = kErase, .linger = 0ms, .lease = 300s});
    if (!taken.ok()) ADD_FAILURE() << taken.error().message;
    if (!taken.ok() || !*taken) return false;
    const int dice = accepts ? 0 : std::uniform_int_distribution(0, 9)(random);
    const auto recorded =
        queue.Record(**taken, {.outcome = OutcomeFor(dice)}, PlanFor(**taken, dice));
    EXPECT_TRUE(recorded.ok()) << recorded.error().message;
    ++calls_;
    return true;
  }

  void ChangeOne(RequestId request, int size, std::mt19937& random) {
    std::vector<int> ordinals;
    for (int i = 0; i < size; ++i) {
      if (random() % 2 == 0) ordinals.push_back(i);
    }
    const auto change = kAll<RequestChange>[random() % kAll<RequestChange>.size()];
    const auto counts = Change(request, change, ordinals);
    ASSERT_TRUE(counts.ok()) << counts.error().message;
    int met = 0;
    for (const ChangeEffect effect : kAll<ChangeEffect>) {
      met += (*counts)[effect];
      effects_[static_cast<std::size_t>(effect)] += (*counts)[effect];
    }
    EXPECT_EQ(met, ordinals.empty() ? size : static_cast<int>(ordinals.size()));
  }

  std::atomic<int> calls_ = 0;
  std::array<std::atomic<int>, kAll<ChangeEffect>.size()> effects_{};
};

TEST_F(ManyChanges, LeaveEveryItemEitherSentOrInNoCallThatMayHaveHadAnEffect) {
  constexpr int kPeople = 2;
  constexpr int kRequestsEach = 120;
  constexpr int kChangesOfEach = 8;
  std::atomic<bool> stopping = false;

  const auto send = [&](const std::string& name, unsigned seed) {
    Pool pool(database_.source(), 1);
    PgDeliveryQueue queue(name, Accounts(), store_.keys(), pool);
    std::mt19937 random(seed);
    while (!stopping) SendOne(queue, random);
  };
  const auto change = [&](int person) {
    std::mt19937 random(static_cast<unsigned>(person));
    for (int i = 0; i < kRequestsEach; ++i) {
      const int size = 1 + i % 5;
      const RequestId request = Ask(size, std::to_string(person) + "/" + std::to_string(i) + "/");
      for (int j = 0; j < kChangesOfEach; ++j) ChangeOne(request, size, random);
    }
  };
  {
    std::jthread one(send, "one", 1U);
    std::jthread two(send, "two", 2U);
    std::vector<std::jthread> people;
    for (int person = 0; person < kPeople; ++person) people.emplace_back(change, person);
    people.clear();
    stopping = true;
  }
  for (const auto& row : database_.Run("select id from request")) {
    ASSERT_TRUE(Change(RequestId{row[0].as<std::int64_t>()}, RequestChange::kRelease).ok());
  }
  std::mt19937 random(3);
  while (SendOne(queue_, random, /*accepts=*/true)) continue;

  ExpectSound(database_);
  EXPECT_EQ(
      Number(database_, "select count(*) from batch where state not in ('accepted', 'cancelled')"),
      0);
  EXPECT_EQ(Number(database_,
                   "select count(*) from audit_event e join attempt a on a.envelope = e.envelope "
                   "and a.lo <= e.hi and a.hi >= e.lo where e.action = 'cancel' and (a.step > "
                   "e.step or coalesce(a.outcome_class, 'unknown') in ('accepted', 'unknown'))"),
            0)
      << "cancelled, and in a call";
  EXPECT_EQ(
      Number(database_,
             "select count(*) from audit_event e join attempt a on a.envelope = e.envelope and "
             "a.step > e.step and a.lo <= e.hi and a.hi >= e.lo cross join generate_series("
             "greatest(e.lo, a.lo)::int, least(e.hi, a.hi)::int) pos where e.action = 'hold' and "
             "not exists (select from audit_event r where r.action = 'release' and r.envelope = "
             "e.envelope and pos between r.lo and r.hi and r.step between e.step and a.step)"),
      0)
      << "on hold, and in a call";
  EXPECT_GT(calls_, kRequestsEach);
  for (const ChangeEffect effect :
       {ChangeEffect::kChanged, ChangeEffect::kChangedBefore, ChangeEffect::kIrreversible}) {
    EXPECT_GT(effects_[static_cast<std::size_t>(effect)], 0) << Name(effect);
  }
}

}  // namespace
}  // namespace lethe::store
