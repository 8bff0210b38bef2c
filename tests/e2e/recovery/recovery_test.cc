// The database is replaced by an older state of itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using sandbox::Endpoint;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr char kLethe[] = LETHE_BIN_DIR "/lethe";
constexpr int kRequests = 100;  // of each kind

class RecoveryTest : public ::testing::Test {
 protected:
  std::string Lethe(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {kLethe, "--server", "127.0.0.1:" + std::to_string(api_process_->grpc_port())});
    Process process(std::move(arguments), files_.directory(), "lethe-" + std::to_string(++runs_));
    const auto exit = process.Wait(seconds(60));
    EXPECT_TRUE(exit && exit->code == 0) << process.err();
    return process.out();
  }
  void Create(Ask ask, int count) {
    for (int i = 0; i < count; ++i) {
      const auto created = api_.Create(MakeRequest("shop", "key-" + std::to_string(people_), ask,
                                                   MakeIdentifiers(ask, people_, 1)));
      ASSERT_TRUE(created.ok()) << created.status.error_message();
      ++people_;
      names_.push_back(created.message.name());
    }
  }
  std::int64_t Calls(Endpoint api) const {
    auto report = sandbox_->GetReport();
    return report.accounts["TEST-shop"].apis[api].calls;
  }
  std::int64_t Calls() const { return Calls(Endpoint::kDelete) + Calls(Endpoint::kDisassociate); }
  int Number(const std::string& sql) const { return database_.Run(sql)[0][0].as<int>(); }
  bool Settled() const {
    return Eventually(
        [&] {
          return Number("select count(*) from batch where state not in ('done', 'needs_review')") == 0;
        },
        seconds(60));
  }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
  LethedFiles files_{{.database_url = database_.url(),
                      .vendor_url = sandbox_->base_url(),
                      .resend_horizon = "{erasure: 1h, disassociation: 0ms}"}};
  std::unique_ptr<Lethed> api_process_ = files_.StartReady("api");
  ApiClient api_{api_process_->grpc_port()};
  std::vector<std::string> names_;
  int people_ = 0;
  int runs_ = 0;
};

TEST_F(RecoveryTest, NothingGoesOutAgainUntilAnOperatorSaysSo) {
  Create(Ask::kEraseIdentities, kRequests);
  Create(Ask::kDisassociate, kRequests);
  database_.KeepCopy();
  const auto dispatcher = files_.StartReady("dispatcher");
  ASSERT_TRUE(Settled());
  ASSERT_EQ(Number("select count(*) from batch where state <> 'done'"), 0);
  const auto sent = Calls();
  const auto disassociations = Calls(Endpoint::kDisassociate);
  ASSERT_GT(disassociations, 0);

  database_.PutCopyBack();
  ASSERT_TRUE(Eventually(
      [&] { return Number("select count(*) from pause where kind = 'lost_history'") == 1; },
      seconds(30)));
  ASSERT_TRUE(Eventually([&] { return dispatcher->ready() && api_process_->ready(); }, seconds(30)));
  EXPECT_THAT(dispatcher->process().out(), HasSubstr("\"history.lost\""));
  // It goes on meanwhile: what is accepted waits too.
  Create(Ask::kEraseIdentities, 1);
  ASSERT_TRUE(Eventually([&] { return dispatcher->Metric("lethe_calls_paused{") > 0; }, seconds(30)));
  EXPECT_EQ(Calls(), sent);
  EXPECT_THAT(Lethe({"recovery", "show"}), HasSubstr("history is missing since "));
  EXPECT_EQ(Calls(), sent);

  EXPECT_THAT(Lethe({"recovery", "resume", "--justification", "OPS-17", "--yes"}),
              HasSubstr("resumed every call"));
  ASSERT_TRUE(Settled());
  EXPECT_EQ(Calls(Endpoint::kDisassociate), disassociations) << "their horizon has passed";
  EXPECT_GT(Calls(Endpoint::kDelete), sent - disassociations) << "erasures may be repeated";
  EXPECT_EQ(Number("select coalesce(sum(hi - lo + 1), 0) from batch where state = 'needs_review' and "
                   "operation = 'disassociation'"),
            kRequests);
  EXPECT_EQ(Number("select coalesce(sum(hi - lo + 1), 0) from batch where state = 'done' and "
                   "operation = 'erasure'"),
            kRequests + 1);
  EXPECT_THAT(Lethe({"recovery", "show"}), HasSubstr("no history is missing"));
}

TEST_F(RecoveryTest, AFailoverWithoutLossPausesNothing) {
  const auto dispatcher = files_.StartReady("dispatcher");
  Create(Ask::kEraseIdentities, 10);
  ASSERT_TRUE(Settled());
  database_.Shut();
  ASSERT_TRUE(Eventually([&] { return !dispatcher->ready(); }, seconds(30)));
  database_.Open();
  ASSERT_TRUE(Eventually([&] { return dispatcher->ready() && api_process_->ready(); }, seconds(30)));
  Create(Ask::kEraseIdentities, 10);
  ASSERT_TRUE(Settled());
  EXPECT_EQ(Number("select count(*) from batch where state = 'done'"),
            Number("select count(*) from batch"));
  EXPECT_EQ(Number("select count(*) from lost_history"), 0);
  EXPECT_THAT(files_.Printed(), Not(HasSubstr("history.lost")));
}

}  // namespace
}  // namespace lethe::test
