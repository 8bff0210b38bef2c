// An older state of the database comes up under the same address.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "e2e/recovery/own_postgres.h"
#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/eventually.h"
#include "support/lethed_process.h"

namespace lethe::test {
namespace {

using sandbox::Endpoint;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr char kLethe[] = LETHE_BIN_DIR "/lethe";

class RecoveryTest : public ::testing::Test {
 protected:
  std::string Lethe(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {kLethe, "--server",
                                         "127.0.0.1:" + std::to_string(api_process_->grpc_port())});
    Process process(std::move(arguments), files_.directory(), "lethe-" + std::to_string(++runs_));
    const auto exit = process.Wait(seconds(60));
    EXPECT_TRUE(exit && exit->code == 0) << process.err();
    return process.out();
  }

  /// A request each for people `first` and the next, with a key of each person's own.
  void Create(Ask ask, int first, int count) {
    for (int person = first; person < first + count; ++person) {
      const auto created = api_.Create(MakeRequest("shop", "key-" + std::to_string(person), ask,
                                                   MakeIdentifiers(ask, person, 1)));
      ASSERT_TRUE(created.ok()) << created.status.error_message();
    }
  }
  std::int64_t Calls(Endpoint api) const {
    auto report = sandbox_->GetReport();
    return report.accounts["TEST-shop"].apis[api].calls;
  }
  std::int64_t Calls() const { return Calls(Endpoint::kDelete) + Calls(Endpoint::kDisassociate); }

  int Number(const std::string& sql) const { return database_.Run(sql)[0][0].as<int>(); }
  int Items(const std::string& of) const {
    return Number("select coalesce(sum(hi - lo + 1), 0) from batch where " + of);
  }
  bool Settled() const {
    return Eventually([&] { return Items("state not in ('done', 'needs_review')") == 0; },
                      seconds(60));
  }

  static std::filesystem::path NewDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lethe-calls-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
    return pattern;
  }
  ~RecoveryTest() override { std::filesystem::remove_all(journal_); }

  const std::filesystem::path journal_ = NewDirectory();
  OwnPostgres database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
  LethedFiles files_{{.database_url = database_.url(),
                      .vendor_url = sandbox_->base_url(),
                      .resend_horizon = "{erasure: 1h, disassociation: 0ms}",
                      .journal = journal_.string()}};
  std::unique_ptr<Lethed> api_process_ = files_.StartReady("api");
  ApiClient api_{api_process_->grpc_port()};
  int runs_ = 0;
};

TEST_F(RecoveryTest, NothingGoesOutAgainUntilAnOperatorSaysSo) {
  Create(Ask::kEraseIdentities, 0, 100);
  Create(Ask::kDisassociate, 100, 100);
  database_.KeepCopy();
  ASSERT_TRUE(Eventually([&] { return api_process_->ready(); }, seconds(30)));
  Create(Ask::kEraseIdentities, 200, 20);  // Nobody knows of these any more afterwards.
  Create(Ask::kDisassociate, 220, 20);
  const auto dispatcher = files_.StartReady("dispatcher");
  ASSERT_TRUE(Settled());
  ASSERT_EQ(Items("state = 'done'"), 240);
  const auto sent = Calls();
  const auto disassociations = Calls(Endpoint::kDisassociate);
  ASSERT_GT(disassociations, 0);

  database_.PutCopyBack();
  ASSERT_TRUE(Eventually(
      [&] { return Number("select count(*) from pause where kind = 'lost_history'") == 1; },
      seconds(30)));
  ASSERT_TRUE(
      Eventually([&] { return dispatcher->ready() && api_process_->ready(); }, seconds(30)));
  // The process of the API may have been the first to notice.
  ASSERT_TRUE(Eventually(
      [&] { return dispatcher->process().out().find("history.lost") != std::string::npos; },
      seconds(30)));
  Create(Ask::kEraseIdentities, 300, 1);  // It is accepted meanwhile, and waits too.
  ASSERT_TRUE(
      Eventually([&] { return dispatcher->Metric("lethe_history_lost") == 1; }, seconds(30)));
  EXPECT_GT(dispatcher->Metric("lethe_calls_paused{"), 0);
  EXPECT_THAT(Lethe({"recovery", "show"}), AllOf(HasSubstr("history is missing since "),
                                                 HasSubstr("accounts/shop disassociate: "),
                                                 HasSubstr("in such a call: 200 identifiers")));
  EXPECT_EQ(Calls(), sent);

  EXPECT_THAT(Lethe({"recovery", "resume", "--justification", "OPS-17", "--yes"}),
              HasSubstr("resumed every call"));
  Create(Ask::kEraseIdentities, 200, 20);  // As the runbook asks of callers.
  Create(Ask::kDisassociate, 220, 20);
  ASSERT_TRUE(Settled());
  EXPECT_EQ(Calls(Endpoint::kDisassociate), disassociations) << "their horizon has passed";
  EXPECT_GT(Calls(Endpoint::kDelete), sent - disassociations) << "erasures may be repeated";
  EXPECT_EQ(Items("state = 'needs_review' and operation = 'disassociation'"), 120);
  EXPECT_EQ(Items("state = 'done' and operation = 'erasure'"), 121);
  EXPECT_THAT(Lethe({"recovery", "show"}), HasSubstr("no history is missing"));
  ASSERT_TRUE(
      Eventually([&] { return dispatcher->Metric("lethe_history_lost") == 0; }, seconds(30)));
}

TEST_F(RecoveryTest, AJournalTellsWhatADispatcherThatIsGoneHasSent) {
  Create(Ask::kDisassociate, 0, 100);
  database_.KeepCopy();
  ASSERT_TRUE(Eventually([&] { return api_process_->ready(); }, seconds(30)));
  {
    const auto dispatcher = files_.StartReady("dispatcher");
    ASSERT_TRUE(Settled());
  }
  const auto sent = Calls();
  database_.PutCopyBack();
  ASSERT_EQ(Number("select count(*) from pause"), 0) << "the process of the API knows of no call";
  const auto next = files_.StartReady("dispatcher");
  EXPECT_THAT(next->process().out(), AllOf(HasSubstr("journal.opened"), HasSubstr("history.lost")));
  EXPECT_THAT(Lethe({"recovery", "show"}), HasSubstr("in such a call: 100 identifiers"));
  EXPECT_EQ(Calls(), sent);
  Lethe({"recovery", "resume", "--justification", "OPS-17", "--yes"});
  ASSERT_TRUE(Settled());
  EXPECT_EQ(Calls(), sent);
  EXPECT_EQ(Items("state = 'needs_review'"), 100);
}

TEST_F(RecoveryTest, AJournalThatHasGotLostIsMissed) {
  { const auto dispatcher = files_.StartReady("dispatcher"); }
  std::filesystem::remove(journal_ / "calls");
  const auto next = files_.StartReady("dispatcher");
  EXPECT_THAT(next->process().out(), AllOf(HasSubstr("journal.begun"), HasSubstr("journal.lost")));
  EXPECT_EQ(next->Metric("lethe_journal_lost"), 1);
}

TEST_F(RecoveryTest, ARestartOrAFailoverWithoutLossPausesNothing) {
  const auto dispatcher = files_.StartReady("dispatcher");
  Create(Ask::kEraseIdentities, 0, 10);
  ASSERT_TRUE(Settled());
  database_.Restart();
  ASSERT_TRUE(
      Eventually([&] { return dispatcher->ready() && api_process_->ready(); }, seconds(30)));
  Create(Ask::kEraseIdentities, 10, 10);
  ASSERT_TRUE(Settled());
  EXPECT_EQ(Items("state = 'done'"), 20);
  EXPECT_EQ(Number("select count(*) from lost_history"), 0);
  EXPECT_THAT(files_.Printed(), Not(HasSubstr("history.lost")));
}

}  // namespace
}  // namespace lethe::test
