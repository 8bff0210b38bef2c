#include "lethed/passes.h"

#include <gmock/gmock.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "crypto/key_ring.h"
#include "fakes/fake_account_gate.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_delivery_queue.h"
#include "fakes/fake_profile_reader.h"
#include "fakes/fake_vendor.h"
#include "fakes/fake_verification_queue.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// The list as a process gets it, on parts that no test here calls.
class PassesTest : public testing::Test {
 protected:
  std::vector<Pass> All() {
    return AllPasses({.poll = 250ms,
                      .database = database_,
                      .clock = confirmer_,
                      .delivery = delivery_,
                      .verification = verification_});
  }
  static std::vector<std::string> Names(const std::vector<Pass>& passes) {
    std::vector<std::string> names;
    for (const Pass& pass : passes) names.push_back(pass.name);
    return names;
  }

 private:
  fakes::FakeClock clock_;
  core::DatabaseClock database_clock_{clock_};
  telemetry::Metrics metrics_{"1", {}};
  Observer observer_{metrics_};
  Readiness readiness_{[](bool) {}, clock_};
  crypto::KeyRing keys_ = crypto::KeyRing::Parse(crypto::KeyRing::GenerateFile()).value();
  store::Pool pool_{[]() -> Result<std::string> {
                      return Error{ErrorCode::kUnavailable, "", ""};
                    },
                    /*max_sessions=*/1};
  const std::vector<Account> no_accounts_;
  store::CallMemory memory_;
  store::Committer committer_{
      {.connector = std::make_shared<store::Connector>([]() -> Result<std::string> {
         return Error{ErrorCode::kUnavailable, "", ""};
       }),
       .holder = "process",
       .max_waiting_items = 1,
       .on_flush = {}},
      clock_};
  store::PgDeliveryQueue pg_queue_{"process", {}, keys_, pool_};
  KeyUpkeep key_upkeep_{{.pool = pool_, .keys = {}, .load = {}, .observer = observer_}};
  DatabaseUpkeep database_{{.pool = pool_,
                            .readiness_pool = pool_,
                            .keys = key_upkeep_,
                            .queue = pg_queue_,
                            .clock = database_clock_,
                            .committer = committer_,
                            .memory = memory_,
                            .host = "host",
                            .takes_requests = false,
                            .lease = 90s,
                            .readiness = readiness_,
                            .observer = observer_,
                            .metrics = metrics_,
                            .accounts = no_accounts_}};
  ClockConfirmer confirmer_{{}, {.clock = database_clock_, .ask = {}, .metrics = metrics_}};

  fakes::FakeDeliveryQueue queue_{clock_};
  fakes::FakeVendor vendor_{{}};
  core::Dispatcher dispatcher_{{.queue = queue_,
                                .slots = queue_,
                                .vendor = vendor_,
                                .clock = clock_,
                                .jitter = {},
                                .pause = {}},
                               {},
                               {}};
  core::AccountProber prober_{queue_.gate(), vendor_, clock_, 90s};
  runtime::PasscodeWatch passcodes_{{}, {}};
  DeliveryWorker delivery_{{},
                           {.threads = 0, .linger = 2s},
                           {.queue = queue_,
                            .dispatcher = dispatcher_,
                            .gate = queue_.gate(),
                            .prober = prober_,
                            .passcodes = passcodes_,
                            .clock = database_clock_,
                            .observer = observer_}};

  fakes::FakeVerificationQueue look_ups_{clock_, {}};
  fakes::FakeProfileReader profiles_;
  VerificationWorker verification_{{},
                                   {.max_threads = 0, .verifier = {}},
                                   {.queue = look_ups_,
                                    .profiles = profiles_,
                                    .clock = database_clock_,
                                    .jitter = {},
                                    .observer = observer_}};
};

TEST_F(PassesTest, HaveNamesThatAThreadCanBear) {
  std::set<std::string> names;
  for (const Pass& pass : All()) {
    EXPECT_LE(pass.name.size(), 15u) << pass.name;
    EXPECT_TRUE(names.insert(pass.name).second) << pass.name << " is there twice";
  }
}

TEST_F(PassesTest, OnlyADispatcherWorksOnBatches) {
  EXPECT_THAT(Names(PassesOf({.api = true, .dispatcher = false}, All())),
              ElementsAre("readiness", "ready_expires", "partitions", "snapshot"));
  EXPECT_EQ(Names(PassesOf({.api = false, .dispatcher = true}, All())), Names(All()));
  EXPECT_EQ(Names(PassesOf({.api = true, .dispatcher = true}, All())), Names(All()));
}

TEST_F(PassesTest, OnlyWhatChecksTheDatabaseAndItsClockRunsWithoutIt) {
  std::vector<std::string> names;
  for (const Pass& pass : All()) {
    if (pass.needs == Pass::Needs::kNothing) names.push_back(pass.name);
  }
  EXPECT_THAT(names, ElementsAre("readiness", "ready_expires", "confirm_clock"));
}

TEST_F(PassesTest, WhatDecidesByTheTimeNeedsATrustedClock) {
  std::vector<std::string> names;
  for (const Pass& pass : All()) {
    if (pass.needs == Pass::Needs::kTrustedClock) names.push_back(pass.name);
  }
  EXPECT_THAT(names, ElementsAre("forget_losses", "offer_routes", "rescue", "judge_refusals",
                                 "close_windows", "offer_look_ups"));
}

}  // namespace
}  // namespace lethe
