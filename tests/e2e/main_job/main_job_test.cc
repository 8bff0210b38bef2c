#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <map>
#include <random>
#include <set>

#include "lethe/operation.h"
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

constexpr int kIdentifiers = 10'000;
constexpr int kConcurrency = 2;
constexpr int kCallers = 4;

std::vector<v1::CreatePrivacyRequestRequest> MakeJob(const std::vector<std::string>& accounts) {
  constexpr std::array kSizes{1, 1, 1, 1, 1, 2, 2, 3, 5, 7, 12, 42, 99, 100, 101, 250, 1000};
  std::mt19937 random(1);
  std::vector<v1::CreatePrivacyRequestRequest> job;
  for (int made = 0; made < kIdentifiers;) {
    const int size = std::min<int>(kSizes[random() % kSizes.size()], kIdentifiers - made);
    const Ask ask = kAsks[job.size() % kAsks.size()];
    job.push_back(MakeRequest(accounts[random() % accounts.size()],
                              "key-" + std::to_string(job.size()), ask,
                              MakeIdentifiers(ask, made, size)));
    made += size;
  }
  return job;
}

sandbox::RandomFaults RandomLatency() {
  sandbox::RandomFaults latency{.probability = 0.95, .seed = 7};
  for (const int ms : {5, 30, 80, 150, 250}) {
    latency.kinds.push_back({.kind = sandbox::FaultKind::kLatency, .delay = milliseconds(ms)});
  }
  return latency;
}

int SumOf(const v1::ItemCounts& counts) {
  return counts.waiting() + counts.sending() + counts.accepted() + counts.done() +
         counts.rejected() + counts.needs_review() + counts.held() + counts.cancelled();
}

class MainJob : public ::testing::Test {
 protected:
  /// Every caller hands its share over, to one process and the other in turn.
  std::vector<std::string> HandOver(const std::vector<v1::CreatePrivacyRequestRequest>& job) {
    std::vector<std::string> names(job.size());
    std::atomic<std::size_t> next{0};
    std::vector<std::future<void>> callers;
    for (int caller = 0; caller < kCallers; ++caller) {
      callers.push_back(std::async(std::launch::async, [&] {
        for (std::size_t i = next++; i < job.size(); i = next++) {
          const auto answer = (i % 2 == 0 ? first_api_ : second_api_).Create(job[i]);
          EXPECT_TRUE(answer.ok()) << answer.status.error_message();
          names[i] = answer.message.name();
        }
      }));
    }
    while (!std::ranges::all_of(callers, [](auto& caller) {
      return caller.wait_for(milliseconds(10)) == std::future_status::ready;
    })) {
      Look();
    }
    return names;
  }

  void Look() {
    ++looks_;
    const Books books = ReadBooks(database_);
    EXPECT_TRUE(books.balanced()) << books;
    const auto leased = database_.Run(
        "select coalesce(max(n), 0) from (select count(holder) n from slot group by account, api) "
        "s");
    EXPECT_LE(leased[0][0].as<int>(), kConcurrency);
  }

  void LookAtRequest(const std::string& name) {
    const auto answer = second_api_.Get(name);
    ASSERT_TRUE(answer.ok()) << answer.status.error_message();
    EXPECT_EQ(SumOf(answer.message.item_counts()), answer.message.item_count()) << name;
  }

  const std::vector<std::string> accounts_ = {"shop", "bank", "game", "news"};
  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
  LethedFiles files_{
      {.database_url = database_.url(), .vendor_url = sandbox_->base_url(), .accounts = accounts_}};
  std::unique_ptr<Lethed> first_ = files_.StartReady();
  std::unique_ptr<Lethed> second_ = files_.StartReady();
  ApiClient first_api_{first_->grpc_port()};
  ApiClient second_api_{second_->grpc_port()};
  int looks_ = 0;
};

TEST_F(MainJob, TwoProcessesCompleteTenThousandIdentifiersOfAllKindsWithinCleverTapsLimits) {
  const auto job = MakeJob(accounts_);
  sandbox_->SetRandomFaults(RandomLatency());
  const auto names = HandOver(job);
  ASSERT_FALSE(HasFailure());

  std::mt19937 random(2);
  ASSERT_TRUE(Eventually(
      [&] {
        Look();
        LookAtRequest(names[random() % names.size()]);
        return CountUnfinished(database_) == 0;
      },
      seconds(120)))
      << CountUnfinished(database_) << " batches are left";

  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto answer = (i % 2 == 0 ? second_api_ : first_api_).Get(names[i]);
    ASSERT_TRUE(answer.ok()) << answer.status.error_message();
    EXPECT_EQ(answer.message.state(), v1::PrivacyRequest::STATE_COMPLETED);
    EXPECT_EQ(answer.message.item_counts().done(), answer.message.item_count());
  }
  EXPECT_EQ(ReadBooks(database_).accepted, kIdentifiers);

  const sandbox::Report report = sandbox_->GetReport();
  EXPECT_THAT(report.total.violations, ::testing::IsEmpty());
  EXPECT_EQ(report.total.distinct_identifiers, kIdentifiers);
  EXPECT_EQ(report.total.repeated_identifiers, 0);
  EXPECT_EQ(report.total.by_status, (std::map<int, std::int64_t>{{200, report.total.calls}}));
  EXPECT_EQ(report.accounts.size(), accounts_.size());
  for (const auto& [account, of_account] : report.accounts) {
    for (const auto& [api, tally] : of_account.apis) {
      EXPECT_LE(tally.peak_concurrency, kConcurrency) << account << " " << Name(api);
      EXPECT_LE(tally.largest_call, api == sandbox::Endpoint::kDisassociate ? 1000 : 100);
    }
  }
  EXPECT_EQ(report.total.peak_concurrency, kConcurrency) << "the job never filled the limit";

  const double sent_by_first = first_->Metric("lethe_batches_sent_total");
  const double sent_by_second = second_->Metric("lethe_batches_sent_total");
  EXPECT_GT(sent_by_first, 0);
  EXPECT_GT(sent_by_second, 0);
  EXPECT_EQ(sent_by_first + sent_by_second, report.total.calls);
  EXPECT_GT(looks_, 10);
  std::printf("%d identifiers in %zu requests, %d + %d calls, %d looks\n", kIdentifiers, job.size(),
              static_cast<int>(sent_by_first), static_cast<int>(sent_by_second), looks_);
}

}  // namespace
}  // namespace lethe::test
