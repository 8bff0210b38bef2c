#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using sandbox::Endpoint;
using std::chrono::seconds;

constexpr char kDeleteBlocked[] = "lethe_route_blocked{account=\"shop\",api=\"delete\"}";

/// One API of an account is out of order.
class Routes : public ::testing::Test {
 protected:
  void BreakDelete(int status) {
    sandbox_->AddFault({.kind = sandbox::FaultKind::kStatus,
                        .api = Endpoint::kDelete,
                        .times = 0,
                        .status = status});
  }
  /// Of people whom nobody has asked about before: operations on one person wait for each other.
  std::string Create(const std::string& key, Ask ask, int count) {
    const auto answer =
        api_.Create(MakeRequest("shop", key, ask, MakeIdentifiers(ask, people_, count)));
    people_ += count;
    EXPECT_TRUE(answer.ok()) << answer.status.error_message();
    return answer.message.name();
  }
  bool Completes(const std::string& name) const {
    return Eventually(
        [&] { return api_.Get(name).message.state() == v1::PrivacyRequest::STATE_COMPLETED; },
        seconds(30));
  }
  int Count(const std::string& sql) const { return database_.Run(sql)[0][0].as<int>(); }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
  LethedFiles files_{{.database_url = database_.url(), .vendor_url = sandbox_->base_url()}};
  std::unique_ptr<Lethed> lethed_ = files_.StartReady();
  ApiClient api_{lethed_->grpc_port()};
  int people_ = 0;
};

TEST_F(Routes, APathThatIsGoneStopsItsOwnApiAndNoOther) {
  for (const int status : {404, 403}) {
    BreakDelete(status);
    const std::string key = std::to_string(status);
    const std::string erasure = Create("erase-" + key, Ask::kEraseIdentities, 1000);
    ASSERT_TRUE(Eventually([&] { return lethed_->Metric(kDeleteBlocked) == 1; })) << status;

    // Ten calls and one: a block of the account would let one through in ten seconds, and then
    // later.
    const std::string demerge = Create("demerge-" + key, Ask::kDemerge, 1000);
    const std::string phones = Create("phones-" + key, Ask::kDisassociate, 1000);
    EXPECT_TRUE(Completes(demerge)) << status;
    EXPECT_TRUE(Completes(phones)) << status;
    EXPECT_EQ(Count("select count(*) from account_state where blocked_since is not null"), 0);
    EXPECT_EQ(api_.Get(erasure).message.item_counts().waiting(), 1000) << "nobody is given up";

    sandbox_->ClearFaults();
    database_.Run("update route_block set probe_at = lethe_now()");  // up to ten minutes off by now
    EXPECT_TRUE(Completes(erasure)) << status;
    EXPECT_TRUE(Eventually([&] { return lethed_->Metric(kDeleteBlocked) == 0; }));
  }
  EXPECT_THAT(lethed_->process().out(), ::testing::HasSubstr("\"route.blocked\""));
  EXPECT_THAT(lethed_->process().out(),
              ::testing::Not(::testing::HasSubstr("\"account.blocked\"")));
  EXPECT_TRUE(ReadBooks(database_).balanced());
}

}  // namespace
}  // namespace lethe::test
