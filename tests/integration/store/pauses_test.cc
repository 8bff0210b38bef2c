#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <list>
#include <thread>

#include "core/dispatcher.h"
#include "integration/store/world.h"
#include "lethe/pause.h"
#include "store/accounts/pg_account_gate.h"
#include "store/accounts/pg_call_slots.h"
#include "store/accounts/pg_pause_store.h"
#include "store/delivery/pg_delivery_queue.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kNames[] = {"acme", "globex", "initech", "umbrella"};

std::vector<Account> ManyAccounts() {
  std::vector<Account> accounts;
  for (const char* name : kNames) {
    accounts.push_back({.name = name,
                        .base_url = "https://eu1.api.clevertap.com",
                        .account_id = name,
                        .passcode_file = "",
                        .hours = {TimeZone::Find("Etc/UTC").value()},
                        .concurrency = 3});
  }
  return accounts;
}

/// Goes on from where the database's clock does.
class RunningClock final : public Clock {
 public:
  TimePoint Now() const override {
    return FakeClock::kStart + std::chrono::duration_cast<TimePoint::duration>(Elapsed());
  }
  milliseconds Monotonic() const override { return std::chrono::floor<milliseconds>(Elapsed()); }

 private:
  std::chrono::steady_clock::duration Elapsed() const {
    return std::chrono::steady_clock::now() - start_;
  }
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// CleverTap, which counts the calls that begin after they were stopped.
class StoppedVendor final : public VendorClient {
 public:
  VendorReply Send(const VendorCall&) override {
    ++begun;
    if (stopped) ++begun_while_stopped;
    std::this_thread::yield();
    return {.outcome = OutcomeClass::kAccepted, .http_status = 200};
  }
  VendorReply Probe(std::string_view) override {
    return {.outcome = OutcomeClass::kAccepted, .http_status = 200};
  }

  std::atomic<bool> stopped = false;
  std::atomic<int> begun = 0;
  std::atomic<int> begun_while_stopped = 0;
};

class Pauses : public testing::Test {
 protected:
  Pauses() { EXPECT_TRUE(queue_.RegisterAccounts().ok()); }

  /// Batches of one item each.
  void AddBatches(const std::string& account, int count, Operation operation = kErase.operation) {
    const Identifier identifier("user");
    pqxx::connection connection(database_.url());
    pqxx::work work(connection);
    work.exec_params(
        "insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at) "
        "select n, 0, 0, $1, $2, 'guid', 'ready', lethe_now() from generate_series($3::bigint, $4) "
        "n",
        account, std::string(Name(operation)), next_, next_ + count - 1);
    work.exec_params(
        "insert into request_item (envelope, request_id, pos, ordinal, sealed, digest) "
        "select n, n, 0, 0, $1, $2 from generate_series($3::bigint, $4) n",
        pqxx::binarystring(store_.keys().Seal(identifier, account)),
        pqxx::binarystring(store_.keys().OldestMac(crypto::MacPurpose::kIdentifier,
                                                   account + std::string(Name(operation)))),
        next_, next_ + count - 1);
    work.commit();
    next_ += count;
  }

  std::optional<Claim> Take(const Route& route = kErase) {
    auto taken = queue_.TakeBatch({.route = route, .linger = 0ms, .lease = 30s});
    EXPECT_TRUE(taken.ok()) << taken.error().message;
    return *std::move(taken);
  }

  PauseInForce Pause(const PauseScope& scope, std::optional<TimePoint> ends_at = {}) {
    auto paused = pauses_.Begin(
        {.scope = scope, .reason = "a drill", .principal = "ann", .ends_at = ends_at});
    EXPECT_TRUE(paused.ok()) << paused.error().message;
    return *std::move(paused);
  }

  std::vector<lethe::Pause> Resume(const PauseScope& scope) {
    auto left = pauses_.End({.scope = scope, .principal = "bob", .justification = "over"});
    EXPECT_TRUE(left.ok()) << left.error().message;
    return *std::move(left);
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  PgDeliveryQueue queue_{"test", ManyAccounts(), store_.keys(), store_.pool()};
  PgCallSlots slots_{"test", ManyAccounts(), store_.pool()};
  PgAccountGate gate_{ManyAccounts(), store_.pool()};
  PgPauseStore pauses_{store_.pool(), clock_, [this](milliseconds time) { clock_.Advance(time); }};
  std::int64_t next_ = IdFloor(clock_.Now()) + 1;
};

TEST_F(Pauses, StopWhatTheyNameAndNothingElse) {
  const Route demerges{"acme", Operation::kDemerge};
  const Route others{"globex", Operation::kErasure};
  AddBatches("acme", 1);
  AddBatches("acme", 1, Operation::kDemerge);
  AddBatches("globex", 1);

  Pause({.account = "acme", .api = Api::kDelete});
  const auto sendable = queue_.Sendable(std::vector<Route>{kErase, demerges, others}, 0ms);
  ASSERT_TRUE(sendable.ok());
  EXPECT_THAT(*sendable, ElementsAre(demerges, others));
  EXPECT_FALSE(Take());
  EXPECT_TRUE(Take(demerges));

  Pause({});
  EXPECT_FALSE(Take(others));
  EXPECT_THAT(Resume({}),
              ElementsAre(testing::Field(&lethe::Pause::scope, PauseScope{"acme", Api::kDelete})));
  EXPECT_TRUE(Take(others));
  EXPECT_FALSE(Take());
  EXPECT_THAT(Resume({.account = "acme", .api = Api::kDelete}), IsEmpty());
  EXPECT_TRUE(Take());
}

TEST_F(Pauses, SayHowManyCallsAreUnderWay) {
  AddBatches("acme", 2);
  AddBatches("globex", 1);
  const auto under_way = Take();
  const auto other = Take({"globex", Operation::kErasure});

  const milliseconds before = clock_.Monotonic();
  EXPECT_EQ(Pause({.account = "acme"}).calls_under_way, 1);
  EXPECT_EQ(clock_.Monotonic() - before, kPauseHoldsAfter) << "it waits for the call that hangs";
  EXPECT_EQ(Pause({}).calls_under_way, 2);
  EXPECT_EQ(Pause({.account = "acme", .api = Api::kDemerge}).calls_under_way, 0);

  ASSERT_TRUE(queue_.Release(*under_way).ok());
  const milliseconds after = clock_.Monotonic();
  EXPECT_EQ(Pause({.account = "acme"}).calls_under_way, 0);
  EXPECT_EQ(clock_.Monotonic(), after) << "nothing is under way, so it does not wait";
}

TEST_F(Pauses, EndByThemselvesIfToldSo) {
  AddBatches("acme", 1);
  const TimePoint now = FakeClock::kStart;
  database_.SetClock(now);
  Pause({}, now + 1h);
  EXPECT_FALSE(Take());
  EXPECT_THAT(*pauses_.List(), SizeIs(1));

  database_.SetClock(now + 1h);
  EXPECT_THAT(*pauses_.List(), IsEmpty());
  EXPECT_TRUE(Take());
  const auto late = pauses_.End({.scope = {}, .principal = "bob", .justification = "over"});
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().reason, "NOT_PAUSED");
}

TEST_F(Pauses, LeaveTheBlockUnderneathAsItIs) {
  database_.Run(
      "update account_state set blocked_since = lethe_now(), blocked_reason = 'wrong passcode', "
      "resume_by = 'connect', probe_at = lethe_now(), probe_count = 1 where account = 'acme'");
  const auto blocked = [this] {
    return database_.Run(
        "select blocked_reason, resume_by, probe_at, probe_count from "
        "account_state where account = 'acme'");
  };
  const auto before = blocked();
  Pause({.account = "acme"});
  EXPECT_EQ(blocked()[0], before[0]);
  EXPECT_FALSE(*gate_.TakeProbe(1min)) << "a look at the credentials is a call too";
  Resume({.account = "acme"});
  EXPECT_EQ(blocked()[0], before[0]);
  EXPECT_TRUE(*gate_.TakeProbe(1min));
}

TEST_F(Pauses, CountLooksAtCredentialsAndStopNoneForOneApi) {
  database_.Run(
      "update account_state set blocked_since = lethe_now(), blocked_reason = 'wrong passcode', "
      "resume_by = 'connect', probe_at = lethe_now(), probe_count = 1 where account = 'acme'");
  Pause({.account = "acme", .api = Api::kDelete});
  const auto probe = gate_.TakeProbe(1min);
  ASSERT_TRUE(*probe);
  EXPECT_EQ(Pause({.account = "acme"}).calls_under_way, 1);
  ASSERT_TRUE(*gate_.Record(**probe, ProbeFinding::kAskAgain));
  EXPECT_EQ(Pause({.account = "acme"}).calls_under_way, 0);
}

TEST_F(Pauses, StopControlCallsAndDryRuns) {
  Pause({.account = "acme"});
  for (const bool for_control : {false, true}) {
    const auto offer = slots_.Lease({.route = kErase, .lease = 1min, .for_control = for_control});
    ASSERT_TRUE(offer.ok());
    EXPECT_FALSE(offer->lease);
    EXPECT_TRUE(offer->paused);
  }
}

TEST_F(Pauses, AreEvidenceForEachAccountThatTheyConcern) {
  Pause({.account = "acme", .api = Api::kDemerge});
  Pause({});
  Resume({});
  const auto rows = database_.Run(
      "select action, state_before, state_after, principal, justification, count(*) "
      "from audit_event group by 1, 2, 3, 4, 5 order by min(id)");
  std::vector<std::string> events;
  for (const auto& row : rows) {
    std::string event;
    for (const auto& field : row) event += std::string(field.c_str()) + ' ';
    events.push_back(event);
  }
  EXPECT_THAT(events, ElementsAre("pause served demerge: paused ann a drill 1 ",
                                  "pause served paused ann a drill 4 ",
                                  "end_pause paused served bob over 4 "));
}

/// Two replicas that send as fast as they can, and an operator who pauses now and then.
TEST_F(Pauses, NoCallBeginsAfterTheAnswer) {
  constexpr int kThreads = 4;
  constexpr int kPauses = 150;
  for (const char* name : kNames) AddBatches(name, 4'000);
  const RunningClock machine;
  StoppedVendor vendor;
  std::atomic<bool> over = false;

  struct Sender {
    Sender(const TestDatabase& database, const crypto::KeyRing& keys, VendorClient& vendor,
           const Clock& clock, const std::string& name)
        : pool(database.source(), kThreads),
          queue(name, ManyAccounts(), keys, pool),
          slots(name, ManyAccounts(), pool),
          dispatcher({.queue = queue,
                      .slots = slots,
                      .vendor = vendor,
                      .clock = clock,
                      .jitter = [] { return 0.5; },
                      .pause = [](milliseconds) {}},
                     ManyAccounts(), {.linger = 0ms, .lease = 60s, .call_timeout = 30s}) {}
    Pool pool;
    PgDeliveryQueue queue;
    PgCallSlots slots;
    core::Dispatcher dispatcher;
  };
  std::list<Sender> replicas;
  for (const char* name : {"one", "two"}) {
    replicas.emplace_back(database_, store_.keys(), vendor, machine, name);
  }
  {
    std::vector<std::jthread> senders;
    for (Sender& replica : replicas) {
      for (int thread = 0; thread < kThreads; ++thread) {
        senders.emplace_back([&, account = std::string(kNames[thread])] {
          while (!over) {
            const auto report = replica.dispatcher.SendOne({account, Operation::kErasure});
            EXPECT_FALSE(report.error) << report.error->message;
          }
        });
      }
    }
    PgPauseStore pauses(store_.pool(), machine,
                        [](milliseconds time) { std::this_thread::sleep_for(time); });
    for (int round = 0; round < kPauses; ++round) {
      const int begun = vendor.begun;
      ASSERT_TRUE(Eventually([&] { return vendor.begun > begun; })) << "they go on";
      const auto paused = pauses.Begin(
          {.scope = {}, .reason = "a drill", .principal = "ann", .ends_at = std::nullopt});
      vendor.stopped = true;
      ASSERT_TRUE(paused.ok()) << paused.error().message;
      ASSERT_EQ(paused->calls_under_way, 0);
      const int still = vendor.begun;
      ASSERT_FALSE(*queue_.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s}));
      EXPECT_EQ(vendor.begun, still);
      vendor.stopped = false;
      ASSERT_TRUE(pauses.End({.scope = {}, .principal = "ann", .justification = "over"}).ok());
    }
    over = true;
  }
  EXPECT_EQ(vendor.begun_while_stopped, 0);
  EXPECT_EQ(
      Number(database_, "select count(*) from batch where state not in ('ready', 'accepted')"), 0)
      << "nothing is lost";
}

}  // namespace
}  // namespace lethe::store
