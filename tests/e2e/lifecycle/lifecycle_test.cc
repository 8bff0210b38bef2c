#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <future>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

class Lifecycle : public ::testing::Test {
 protected:
  int Count(const std::string& sql) const { return database_.Run(sql)[0][0].as<int>(); }
  bool AllDone(seconds deadline = seconds(30)) const {
    return Eventually([&] { return CountUnfinished(database_) == 0; }, deadline);
  }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ =
      sandbox::Sandbox::Start({.account_id = "TEST-shop", .passcode = "passcode"}).value();
  LethedFiles files_{{.database_url = database_.url(), .vendor_url = sandbox_->base_url()}};
};

TEST_F(Lifecycle, SigtermLetsCallsInFlightEndAndLosesNothing) {
  sandbox_->AddFault(
      {.kind = sandbox::FaultKind::kLatency, .times = 0, .delay = milliseconds(500)});
  auto first = files_.StartReady();
  const ApiClient first_api(first->grpc_port());
  std::atomic<bool> stop{false};
  auto accepted = std::async(std::launch::async, [&] {
    int count = 0;
    while (!stop) {
      const int number = count * 100;
      const auto answer =
          first_api.Create(MakeRequest("shop", "key-" + std::to_string(number), Ask::kDemerge,
                                       MakeIdentifiers(Ask::kDemerge, number, 100)));
      if (!answer.ok()) {
        EXPECT_TRUE(answer.code() == grpc::StatusCode::UNAVAILABLE ||
                    answer.code() == grpc::StatusCode::CANCELLED)
            << answer.code() << " " << answer.status.error_message();
        break;
      }
      ++count;
      // Ten waiting batches are enough; the next call comes when they are fewer.
      EXPECT_TRUE(Eventually([&] {
        return stop || Count("select count(*) from batch where state in ('open', 'ready')") < 10;
      }));
    }
    return count;
  });
  ASSERT_TRUE(Eventually([&] { return Count("select count(holder) from slot") == 2; }));
  first->process().Signal(SIGTERM);
  const auto exit = first->process().Wait(seconds(25));
  stop = true;
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(*exit, Exit{});
  EXPECT_THAT(first->process().out(), HasSubstr("\"lethed.stopped\""));
  EXPECT_EQ(Count("select count(holder) from slot"), 0);
  EXPECT_EQ(Count("select count(*) from batch where state = 'sending'"), 0);
  EXPECT_EQ(Count("select count(*) from attempt where outcome_class <> 'accepted'"), 0);

  const int requests = accepted.get();
  EXPECT_GE(Count("select count(*) from request"), requests);
  sandbox_->ClearFaults();
  const auto second = files_.StartReady();
  const ApiClient second_api(second->grpc_port());
  // The caller repeats, with its key, the call that the stop cut off.
  const auto last =
      second_api.Create(MakeRequest("shop", "key-" + std::to_string(requests * 100), Ask::kDemerge,
                                    MakeIdentifiers(Ask::kDemerge, requests * 100, 100)));
  EXPECT_TRUE(last.ok()) << last.status.error_message();
  EXPECT_TRUE(AllDone());
  EXPECT_EQ(ReadBooks(database_).accepted, (requests + 1) * 100);
  EXPECT_EQ(sandbox_->GetReport().total.distinct_identifiers, (requests + 1) * 100);
  EXPECT_EQ(sandbox_->GetReport().total.repeated_identifiers, 0);
  std::printf("stopped amid %d requests\n", requests);
}

TEST_F(Lifecycle, AnApiAndADispatcherDoTheJobTogether) {
  const auto api = files_.StartReady("api");
  const auto created = ApiClient(api->grpc_port())
                           .Create(MakeRequest("shop", "key", Ask::kEraseGuids,
                                               MakeIdentifiers(Ask::kEraseGuids, 0, 250)));
  ASSERT_TRUE(created.ok()) << created.status.error_message();
  // A process that dispatches would have sent something before its next snapshot.
  ASSERT_TRUE(Eventually([&, before = api->Metric("lethe_queue_snapshots_total")] {
    return api->Metric("lethe_queue_snapshots_total") > before;
  }));
  EXPECT_EQ(sandbox_->GetReport().total.calls, 0);

  const auto dispatcher = files_.StartReady("dispatcher");
  EXPECT_EQ(dispatcher->grpc_port(), 0);
  EXPECT_TRUE(AllDone());
  EXPECT_EQ(ApiClient(api->grpc_port()).Get(created.message.name()).message.state(),
            v1::PrivacyRequest::STATE_COMPLETED);
  EXPECT_EQ(sandbox_->GetReport().total.distinct_identifiers, 250);
}

TEST_F(Lifecycle, MetricsCountWhatWasAcceptedSentAndClosed) {
  const auto lethed = files_.StartReady();
  const ApiClient api(lethed->grpc_port());
  ASSERT_TRUE(api.Create(MakeRequest("shop", "a", Ask::kEraseIdentities,
                                     MakeIdentifiers(Ask::kEraseIdentities, 0, 250)))
                  .ok());
  const auto phones =
      MakeRequest("shop", "b", Ask::kDisassociate, MakeIdentifiers(Ask::kDisassociate, 0, 7));
  ASSERT_TRUE(api.Create(phones).ok());
  ASSERT_TRUE(api.Create(phones).ok());
  ASSERT_TRUE(AllDone());
  const int batches = Count("select count(*) from batch");
  const auto metric = [&](const std::string& series) {
    return static_cast<int>(lethed->Metric(series));
  };
  EXPECT_TRUE(Eventually([&] { return metric("lethe_windows_closed_total") == batches; }));
  EXPECT_EQ(metric("lethe_requests_accepted_total"), 2);
  EXPECT_EQ(metric("lethe_identifiers_accepted_total"), 257);
  EXPECT_EQ(metric("lethe_identifiers_accepted_total{account=\"shop\",operation=\"erasure\"}"),
            250);
  EXPECT_EQ(metric("lethe_batches_sent_total"), batches);
  EXPECT_EQ(metric("lethe_vendor_calls_total"), sandbox_->GetReport().total.calls);
  EXPECT_EQ(metric("lethe_grpc_requests_total{code=\"OK\",method=\"CreatePrivacyRequest\"}"), 3);
  EXPECT_TRUE(Eventually([&] {
    return metric(
               "lethe_items{account=\"shop\",kind=\"identity\",operation=\"erasure\",state="
               "\"done\"}") == 250 &&
           metric("lethe_items{") == 257;
  }));
}

TEST_F(Lifecycle, AWrongPasscodeBlocksTheAccountUntilItsFileIsRight) {
  files_.SetPasscode("shop", "wrong");
  const auto lethed = files_.StartReady();
  const ApiClient api(lethed->grpc_port());
  const auto created = api.Create(MakeRequest("shop", "key", Ask::kEraseIdentities,
                                              MakeIdentifiers(Ask::kEraseIdentities, 0, 300)));
  ASSERT_TRUE(created.ok()) << created.status.error_message();
  ASSERT_TRUE(
      Eventually([&] { return lethed->Metric("lethe_account_blocked{account=\"shop\"}") == 1; }));
  EXPECT_THAT(lethed->process().out(), HasSubstr("\"account.blocked\""));
  EXPECT_THAT(lethed->process().out(), HasSubstr("credentials_or_region_401"));
  EXPECT_TRUE(ReadBooks(database_).balanced());
  EXPECT_EQ(api.Get(created.message.name()).message.item_counts().waiting(), 300);
  EXPECT_TRUE(api.Create(MakeRequest("shop", "more", Ask::kEraseIdentities, {"more"})).ok());

  files_.SetPasscode("shop", "passcode");
  EXPECT_TRUE(AllDone(seconds(60)));
  EXPECT_EQ(sandbox_->GetReport().total.distinct_identifiers, 301);
  EXPECT_TRUE(
      Eventually([&] { return lethed->Metric("lethe_account_blocked{account=\"shop\"}") == 0; }));
}

}  // namespace
}  // namespace lethe::test
