#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/machine_clock.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using namespace std::chrono_literals;
using sandbox::Endpoint;
using ::testing::HasSubstr;
using ::testing::Not;
using v1::PrivacyRequest;

TimePoint MachineNow() {
  return std::chrono::floor<TimePoint::duration>(std::chrono::system_clock::now());
}

class Clocks : public ::testing::Test {
 protected:
  std::string Create(const std::string& key, std::vector<std::string> identifiers) {
    const auto created =
        api_->Create(MakeRequest("shop", key, Ask::kEraseIdentities, std::move(identifiers)));
    EXPECT_TRUE(created.ok()) << created.status.error_message();
    return created.message.name();
  }
  bool Completes(const std::string& name) {
    return Eventually(
        [&] { return api_->Get(name).message.state() == PrivacyRequest::STATE_COMPLETED; });
  }
  void Start() {
    lethed_ = files_.StartReady();
    api_ = std::make_unique<ApiClient>(lethed_->grpc_port());
  }
  std::int64_t CallsOfDelete() const {
    const auto report = sandbox_->GetReport();
    const auto account = report.accounts.find("TEST-shop");
    if (account == report.accounts.end()) return 0;
    const auto tally = account->second.apis.find(Endpoint::kDelete);
    return tally == account->second.apis.end() ? 0 : tally->second.calls;
  }
  double ClockOffset() const { return lethed_->Metric("lethe_clock_offset_seconds"); }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
  LethedFiles files_{{.database_url = database_.url(), .vendor_url = sandbox_->base_url()}};
  std::unique_ptr<Lethed> lethed_;
  std::unique_ptr<ApiClient> api_;
};

TEST_F(Clocks, AReplicaThatIsDaysAwayFromTheDatabaseAcceptsAndDecidesNothing) {
  for (const milliseconds ahead : {milliseconds(72h), milliseconds(-72h)}) {
    database_.RunClockFrom(MachineNow() + ahead);
    Start();
    ASSERT_TRUE(Eventually([&] { return std::abs(ClockOffset()) > 1; }));
    EXPECT_NEAR(ClockOffset(), -std::chrono::duration<double>(ahead).count(), 5);
    const std::string name = Create("key-" + std::to_string(ahead.count()), {"anna"});
    const auto request = api_->Get(name).message;
    EXPECT_NEAR(static_cast<double>(request.create_time().seconds()),
                std::chrono::duration<double>((MachineNow() + ahead).time_since_epoch()).count(), 5)
        << "the database's clock counts";
    // Some rounds of every pass.
    const double snapshots = lethed_->Metric("lethe_queue_snapshots_total");
    ASSERT_TRUE(
        Eventually([&] { return lethed_->Metric("lethe_queue_snapshots_total") > snapshots; }));
    EXPECT_EQ(CallsOfDelete(), 0);
    EXPECT_THAT(files_.Printed(), HasSubstr("clock.differs"));
    lethed_.reset();
  }
}

TEST_F(Clocks, WhatWaitsGoesOutAtOnceWhenTheDatabasesClockIsPutBack) {
  database_.RunClockFrom(MachineNow() + 1h);
  Start();
  ASSERT_TRUE(Eventually([&] { return ClockOffset() < -3000; }));
  const std::string name = Create("key", {"anna", "berta"});
  EXPECT_EQ(CallsOfDelete(), 0);

  database_.RunClockFrom(MachineNow());
  EXPECT_TRUE(Completes(name));
  EXPECT_EQ(CallsOfDelete(), 1);
  EXPECT_GE(lethed_->Metric("lethe_database_clock_steps_total"), 1);
  EXPECT_GE(lethed_->Metric("lethe_oldest_waiting_age_seconds"), 0);
  EXPECT_NEAR(ClockOffset(), 0, 5);
  EXPECT_THAT(files_.Printed(), HasSubstr("clock.database_stepped"));
  EXPECT_THAT(files_.Printed(), HasSubstr("clock.agrees"));
  EXPECT_TRUE(lethed_->ready());
}

TEST_F(Clocks, ANumberThatAWrongClockHasReservedDoesNotStopARestart) {
  Start();
  ASSERT_TRUE(Completes(Create("before", {"anna"})));
  lethed_.reset();
  database_.Run(
      "update node set reserved_until_ms = reserved_until_ms + 150 * 86400000::bigint, "
      "lease_until = lethe_now() - interval '1 hour'");
  Start();
  EXPECT_TRUE(Completes(Create("after", {"berta"})));
}

/// lethed and PostgreSQL have one clock, as on one host, and it jumps; CleverTap has its own. A
/// window of an hour is open.
class OneHost : public Clocks {
 protected:
  OneHost() {
    StartHere();
    erasure_ = Create("erasure", {"anna"});
    EXPECT_TRUE(Eventually([&] { return Batches("accepted") == 1; }));
  }

  void StartHere() {
    lethed_ = here_.StartReady("all", clock_.environment());
    api_ = std::make_unique<ApiClient>(lethed_->grpc_port());
  }
  int Batches(const std::string& state) const {
    return database_.Run("select count(*) from batch where state = '" + state + "'")[0][0]
        .as<int>();
  }
  void Jump(std::chrono::seconds ahead) const {
    database_.RunClockFrom(MachineNow() + ahead);
    clock_.SetAhead(ahead);
  }
  /// Waits until the process has seen the jump of both, and all passes have run since.
  bool SeesTheJump() const {
    if (!Eventually([&] {
          return lethed_->Metric("lethe_database_clock_steps_total") >= 1 &&
                 std::abs(ClockOffset()) < 5;
        })) {
      return false;
    }
    return PassesRun();
  }
  bool PassesRun() const {
    const double snapshots = lethed_->Metric("lethe_queue_snapshots_total");
    return Eventually([&] { return lethed_->Metric("lethe_queue_snapshots_total") > snapshots; });
  }
  bool GoesOn() {
    const auto later = api_->Create(MakeRequest("shop", "later", Ask::kDisassociate, {"+4915123"}));
    return later.ok() && Completes(later.message.name());
  }

  LethedFiles here_{{.database_url = database_.url(),
                     .vendor_url = sandbox_->base_url(),
                     .sandbox_window = "1h"}};
  MachineClock clock_{here_.directory()};
  std::string erasure_;
};

constexpr std::chrono::seconds kTenDays = 240h;

TEST_F(OneHost, NothingIsDoneEarlyWhenTheClockJumpsAheadAndAllGoesOnWhenItIsPutBack) {
  Jump(kTenDays);
  ASSERT_TRUE(SeesTheJump());
  EXPECT_EQ(Batches("accepted"), 1) << "called done ten days early";
  EXPECT_THAT(here_.Printed(), HasSubstr("clock.unconfirmed"));
  EXPECT_EQ(lethed_->Metric("lethe_clock_trusted"), 0);

  Jump(0s);
  EXPECT_TRUE(GoesOn());
  EXPECT_TRUE(Eventually([&] { return lethed_->Metric("lethe_clock_trusted") == 1; }));
  EXPECT_EQ(Batches("accepted"), 1);
}

TEST_F(OneHost, ADispatcherSaysThatItsClockIsNotConfirmed) {
  Jump(kTenDays);
  const auto dispatcher = here_.Start("dispatcher", clock_.environment());
  const auto says = [&] { return dispatcher->Get("/readyz").body; };
  EXPECT_TRUE(Eventually([&] { return says().find("clock_unconfirmed") != std::string::npos; }))
      << says();
  Jump(0s);
  EXPECT_TRUE(Eventually([&] { return dispatcher->ready(); })) << says();
}

TEST_F(OneHost, NothingIsDoneEarlyByAProcessThatStartsUnderAClockThatIsAhead) {
  lethed_.reset();
  Jump(kTenDays);
  StartHere();
  ASSERT_TRUE(PassesRun());
  EXPECT_EQ(Batches("accepted"), 1) << "called done ten days early";
  EXPECT_THAT(here_.Printed(), HasSubstr("clock.unconfirmed"));

  Jump(0s);
  EXPECT_TRUE(GoesOn());
}

/// She is known to the sandbox, and its answer to the erasure is lost.
class LateRepeats : public Clocks {
 protected:
  LateRepeats() {
    AddAnna("device-1", 1'700'000'000);
    sandbox_->AddFault(
        {.kind = sandbox::FaultKind::kDrop, .api = Endpoint::kDelete, .after_effect = true});
  }

  void AddAnna(const std::string& device, std::int64_t first_seen) {
    sandbox::Profile profile{.identities = {"anna"}, .devices = {{.guid = device}}};
    profile.events["App Launched"] = {
        .count = 1, .first_seen = first_seen, .last_seen = first_seen};
    ASSERT_TRUE(sandbox_->AddProfile("TEST-shop", std::move(profile)).ok());
  }
  bool IsThere() const {
    return sandbox_->FindProfile("TEST-shop", sandbox::ProfileKey::kIdentity, "anna").has_value();
  }
  std::string ReasonOf(const std::string& name) {
    v1::ListPrivacyRequestItemsRequest request;
    request.set_parent(name);
    const auto items = api_->ListItems(request);
    return items.message.items_size() == 1 ? items.message.items(0).reason() : "";
  }
  void StartWith(const std::string& verification) {
    late_files_ = std::make_unique<LethedFiles>(
        LethedOptions{.database_url = database_.url(),
                      .vendor_url = sandbox_->base_url(),
                      .sandbox_window = "1h",
                      .resend_horizon = "{erasure: 0ms}",
                      .account_settings = "verification: " + verification});
    lethed_ = late_files_->StartReady();
    api_ = std::make_unique<ApiClient>(lethed_->grpc_port());
  }

  std::unique_ptr<LethedFiles> late_files_;
};

TEST_F(LateRepeats, WhoIsAsBeforeIsErasedAfterALook) {
  StartWith("all");
  const std::string name = Create("key", {"anna"});
  ASSERT_TRUE(Eventually([&] { return CallsOfDelete() == 2; }));
  EXPECT_TRUE(Eventually(
      [&] { return api_->Get(name).message.state() == PrivacyRequest::STATE_IN_PROGRESS; }));
}

TEST_F(LateRepeats, WhoWasDeletedAndCameBackIsLeftAlone) {
  // The look before the call is answered; the next ones only after the night.
  sandbox_->AddFault({.kind = sandbox::FaultKind::kStatus,
                      .api = Endpoint::kProfile,
                      .skip = 1,
                      .times = 0,
                      .status = 503});
  StartWith("all");
  const std::string name = Create("key", {"anna"});
  ASSERT_TRUE(Eventually([&] { return ReasonOf(name) == "look_before_repeat"; }));
  sandbox_->RunNight();
  ASSERT_FALSE(IsThere());
  AddAnna("device-1", 1'900'000'000);
  sandbox_->ClearFaults();
  ASSERT_TRUE(Eventually([&] { return ReasonOf(name) == "changed_since"; }));
  EXPECT_EQ(api_->Get(name).message.state(), PrivacyRequest::STATE_NEEDS_REVIEW);
  EXPECT_EQ(CallsOfDelete(), 1);
  sandbox_->RunNight();
  EXPECT_TRUE(IsThere()) << "the new profile is untouched";
}

TEST_F(LateRepeats, WithoutLooksAPersonDecides) {
  StartWith("off");
  const std::string name = Create("key", {"anna"});
  ASSERT_TRUE(Eventually([&] { return ReasonOf(name) == "unknown_outcome"; }));
  EXPECT_EQ(CallsOfDelete(), 1);
}

}  // namespace
}  // namespace lethe::test
