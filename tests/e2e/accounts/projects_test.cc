#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <string>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using grpc::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ProjectsTest : public ::testing::Test {
 protected:
  /// Changes the text of the configuration, as an operator's editor would.
  static void Edit(const LethedFiles& files, const std::string& from, const std::string& to) {
    std::ostringstream text;
    text << std::ifstream(files.config()).rdbuf();
    std::string changed = text.str();
    const std::size_t at = changed.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    std::ofstream(files.config()) << changed.replace(at, from.size(), to);
  }

  static void Stop(std::unique_ptr<Lethed>& lethed) {
    lethed->process().Signal(SIGTERM);
    ASSERT_TRUE(lethed->process().Wait(std::chrono::seconds(30)));
    lethed.reset();
  }

  static std::string Erase(const Lethed& lethed, const std::string& account, int count) {
    const auto answer = ApiClient(lethed.grpc_port())
                            .Create(MakeRequest(account, "erase-" + account, Ask::kEraseIdentities,
                                                MakeIdentifiers(Ask::kEraseIdentities, 0, count)));
    EXPECT_TRUE(answer.ok()) << answer.status.error_message();
    return answer.message.name();
  }

  int EffectsAt(const std::string& account_id) const {
    return sandbox_->EffectCount(account_id, sandbox::Endpoint::kDelete,
                                 MakeIdentifiers(Ask::kEraseIdentities, 0, 1).front());
  }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
};

TEST_F(ProjectsTest, PeopleOfOneProjectAreNeverErasedAtAnother) {
  LethedFiles files({.database_url = database_.url(), .vendor_url = sandbox_->base_url()});
  auto lethed = files.StartReady("api");
  const std::string name = Erase(*lethed, "shop", 100);
  Stop(lethed);

  Edit(files, "TEST-shop", "TEST-other");
  const auto serve = files.Run("serve");
  EXPECT_EQ(serve.exit_code, 1);
  EXPECT_THAT(serve.err, AllOf(HasSubstr("account shop is bound to the project TEST-SHOP at "),
                               HasSubstr("the configuration says TEST-OTHER at ")));
  EXPECT_EQ(files.Run("check-config").exit_code, 0) << "it asks no database";
  const auto check = files.RunWith({"check-config", "--connect"});
  EXPECT_EQ(check.exit_code, 1);
  EXPECT_THAT(check.err, HasSubstr("account shop is bound to the project TEST-SHOP at "));
  EXPECT_EQ(EffectsAt("TEST-other"), 0);

  Edit(files, "TEST-other", "TEST-shop");
  EXPECT_EQ(files.RunWith({"check-config", "--connect"}).exit_code, 0);
  lethed = files.StartReady();
  const ApiClient api(lethed->grpc_port());
  EXPECT_TRUE(Eventually(
      [&] { return api.Get(name).message.state() == v1::PrivacyRequest::STATE_COMPLETED; }));
  EXPECT_EQ(EffectsAt("TEST-shop"), 1);
  EXPECT_EQ(EffectsAt("TEST-other"), 0);
}

TEST_F(ProjectsTest, AProcessThatWaitedForTheDatabaseChecksAsWell) {
  LethedFiles files({.database_url = database_.url(), .vendor_url = sandbox_->base_url()});
  auto lethed = files.StartReady("api");
  Erase(*lethed, "shop", 1);
  Stop(lethed);
  Edit(files, "TEST-shop", "TEST-other");
  database_.Shut();
  lethed = files.Start();
  EXPECT_TRUE(Eventually([&] { return lethed->Get("/readyz").body == "database_unavailable\n"; }));
  database_.Open();
  EXPECT_TRUE(Eventually([&] { return lethed->Get("/readyz").body == "project_changed\n"; }))
      << lethed->Get("/readyz").body;
  EXPECT_THAT(files.Printed(), HasSubstr("account shop is bound to the project TEST-SHOP at "));
  EXPECT_EQ(sandbox_->GetReport().total.calls, 0);
}

TEST_F(ProjectsTest, AnAccountThatLeftTheConfigurationIsSpokenOfReadAndNotSentFor) {
  LethedFiles files({.database_url = database_.url(),
                     .vendor_url = sandbox_->base_url(),
                     .accounts = {"shop", "gone"}});
  auto lethed = files.StartReady("api");
  const std::string name = Erase(*lethed, "gone", 100);
  Stop(lethed);

  std::ostringstream text;
  text << std::ifstream(files.config()).rdbuf();
  const std::size_t gone = text.str().find("  - {name: gone");
  ASSERT_NE(gone, std::string::npos);
  Edit(files, text.str().substr(gone), "");
  lethed = files.StartReady();
  EXPECT_THAT(lethed->process().out(),
              AllOf(HasSubstr("\"message\":\"account.not_configured\""), HasSubstr("\"gone\""),
                    HasSubstr("\"unfinished_items\":100")));
  EXPECT_TRUE(Eventually(
      [&] { return lethed->Metric("lethe_unconfigured_account_items{account=\"gone\"}") == 100; }));

  const ApiClient api(lethed->grpc_port());
  const auto read = api.Get(name);
  ASSERT_TRUE(read.ok()) << read.status.error_message();
  EXPECT_EQ(read.message.item_counts().waiting(), 100);
  EXPECT_FALSE(read.message.has_expected_completion_time());
  EXPECT_EQ(api.Create(MakeRequest("gone", "k", Ask::kEraseIdentities, {"ann"})).code(),
            StatusCode::NOT_FOUND);
  EXPECT_EQ(api.Get("accounts/never/privacyRequests/1").code(), StatusCode::NOT_FOUND);

  // Another account is served meanwhile, so the senders have looked.
  const std::string other = Erase(*lethed, "shop", 1);
  EXPECT_TRUE(Eventually(
      [&] { return api.Get(other).message.state() == v1::PrivacyRequest::STATE_COMPLETED; }));
  EXPECT_EQ(EffectsAt("TEST-gone"), 0);
  EXPECT_EQ(api.Get(name).message.item_counts().waiting(), 100);
}

}  // namespace
}  // namespace lethe::test
