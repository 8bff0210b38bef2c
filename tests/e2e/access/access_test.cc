#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using grpc::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kNowhere[] = "http://127.0.0.1:1";

/// One principal that may hand over what `shop` asks for.
std::string Crm(const std::string& entry) {
  return "principals:\n  - name: crm\n    tokens:\n      " + entry +
         "    grants: [{roles: submitter, accounts: shop}]\n";
}

constexpr char kSomebody[] =
    "principals:\n  - {name: somebody, certificates: a.b, grants: [{roles: reader, accounts: "
    "shop}]}\n";

class AccessFileAtWork : public ::testing::Test {
 protected:
  static v1::CreatePrivacyRequestRequest Erasure(const std::string& key,
                                                 const std::string& account = "shop") {
    return MakeRequest(account, key, Ask::kEraseIdentities, {"ann"});
  }
  double Refused(const std::string& cause) const {
    return lethed_->Metric("lethe_access_refused_total{cause=\"" + cause + "\"}");
  }

  const TestDatabase database_;
  LethedFiles files_{{.database_url = database_.url(),
                      .vendor_url = kNowhere,
                      .accounts = {"shop", "bank"},
                      .access = kSomebody}};
  const LethedFiles::Token crm_ = files_.NewToken();
  std::unique_ptr<Lethed> lethed_;
};

TEST_F(AccessFileAtWork, LetsInWhoIsInItAndNobodyElse) {
  files_.SetAccess(Crm(crm_.entry));
  lethed_ = files_.StartReady();
  const ApiClient crm(lethed_->grpc_port(), crm_.token);
  const auto created = crm.Create(Erasure("k"));
  ASSERT_TRUE(created.ok()) << created.status.error_message();
  EXPECT_EQ(created.message.principal(), "crm");
  EXPECT_EQ(crm.Get(created.message.name()).message.principal(), "crm");

  EXPECT_EQ(crm.Create(Erasure("k", "bank")).code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ApiClient(lethed_->grpc_port()).Create(Erasure("k")).code(),
            StatusCode::UNAUTHENTICATED);
  const std::string wrong = "lethe_WrOnGtOkEn";
  EXPECT_EQ(ApiClient(lethed_->grpc_port(), wrong).Create(Erasure("k")).code(),
            StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Refused("not_seen"), 1);
  EXPECT_EQ(Refused("no_credential"), 1);
  EXPECT_EQ(Refused("unknown_credential"), 1);
  const std::string log = lethed_->process().out();
  EXPECT_THAT(log, HasSubstr("\"message\":\"call.refused\",\"method\":\"CreatePrivacyRequest\","
                             "\"cause\":\"not_seen\",\"principal\":\"crm\""));
  EXPECT_THAT(log, AllOf(Not(HasSubstr(wrong)), Not(HasSubstr(crm_.token))));
}

TEST_F(AccessFileAtWork, ATokenRotatesWhileServing) {
  files_.SetAccess(Crm(crm_.entry));
  lethed_ = files_.StartReady();
  const LethedFiles::Token next = files_.NewToken();
  const ApiClient before(lethed_->grpc_port(), crm_.token);
  const ApiClient after(lethed_->grpc_port(), next.token);
  ASSERT_TRUE(before.Create(Erasure("a")).ok());
  files_.SetAccess(Crm(crm_.entry + "      " + next.entry));
  EXPECT_TRUE(Eventually([&] { return after.Create(Erasure("a")).ok(); }));
  EXPECT_TRUE(before.Create(Erasure("a")).ok());
  files_.SetAccess(Crm(next.entry));
  EXPECT_TRUE(Eventually(
      [&] { return before.Create(Erasure("a")).code() == StatusCode::UNAUTHENTICATED; }));
  EXPECT_TRUE(after.Create(Erasure("a")).ok());
}

TEST_F(AccessFileAtWork, ThatBreaksLeavesTheOneBeforeItInForce) {
  files_.SetAccess(Crm(crm_.entry));
  lethed_ = files_.StartReady();
  const ApiClient crm(lethed_->grpc_port(), crm_.token);
  EXPECT_EQ(lethed_->Metric("lethe_access_file_broken "), 0);
  files_.SetAccess("principals: [");
  EXPECT_TRUE(Eventually([&] { return lethed_->Metric("lethe_access_file_broken ") == 1; }));
  EXPECT_TRUE(crm.Create(Erasure("a")).ok());
  EXPECT_THAT(lethed_->process().out(), HasSubstr("\"message\":\"access.refused\""));
  files_.SetAccess(Crm(crm_.entry));
  EXPECT_TRUE(Eventually([&] { return lethed_->Metric("lethe_access_file_broken ") == 0; }));
}

TEST_F(AccessFileAtWork, ThatIsWrongIsToldByCheckConfigAndServeRefusesIt) {
  files_.SetAccess("principals:\n  - {name: crm, grants: [{roles: boss, accounts: shopp}]}\n");
  for (const std::string command : {"check-config", "serve"}) {
    const auto told = files_.Run(command);
    EXPECT_EQ(told.exit_code, 1);
    EXPECT_THAT(told.err, AllOf(HasSubstr("access.yaml:2:5: principals[0]: nothing names it"),
                                HasSubstr("must be one of submitter, reader")));
  }
  files_.SetAccess(
      "principals:\n  - {name: crm, certificates: a.b, grants: [{roles: reader, accounts: "
      "shopp}]}\n");
  const auto noted = files_.Run("check-config");
  EXPECT_EQ(noted.exit_code, 0) << noted.err;
  EXPECT_THAT(noted.out, HasSubstr("no such account is configured; did you mean shop?"));
}

TEST(OpenAccess, IsForThisMachineUnlessTheConfigurationSaysOtherwise) {
  const TestDatabase database;
  LethedFiles files(
      {.database_url = database.url(), .vendor_url = kNowhere, .grpc_listen = "0.0.0.0:0"});
  const auto refused = files.Run("serve");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("grpc.listen: others than this machine reach it"),
                                 HasSubstr("access: others than this machine reach grpc.listen")));

  LethedFiles here({.database_url = database.url(), .vendor_url = kNowhere});
  const auto lethed = here.StartReady();
  EXPECT_EQ(lethed->Metric("lethe_access_open "), 1);
  EXPECT_EQ(lethed->Metric("lethe_port_plaintext{"), 0);
  EXPECT_THAT(lethed->process().out(), HasSubstr("\"message\":\"access.open\""));
}

}  // namespace
}  // namespace lethe::test
