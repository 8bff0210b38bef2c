#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/api_client.h"
#include "support/eventually.h"
#include "support/jwt_key.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using grpc::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kByJwt[] =
    "issuers:\n"
    "  - {name: cluster, issuer: 'https://cluster', audiences: lethe, keys_file: cluster.json}\n"
    "principals:\n"
    "  - name: crm\n"
    "    jwts: [{issuer: cluster, subject: 'system:serviceaccount:crm:default'}]\n"
    "    grants: [{roles: submitter, accounts: shop}]\n";

std::string ClaimsOf(const std::string& audience, const std::string& end) {
  return R"({"iss":"https://cluster","aud":[")" + audience +
         R"("],"sub":"system:serviceaccount:crm:default","exp":)" + end + "}";
}
constexpr char kIn2100[] = "4102444800";
constexpr char kIn2023[] = "1700000000";

class JwtsAtWork : public ::testing::Test {
 protected:
  void SetKeys(const std::string& jwks) const { files_.SetFile("cluster.json", jwks); }
  StatusCode CodeOf(const std::string& token) const {
    return ApiClient(lethed_->grpc_port(), token)
        .Create(MakeRequest("shop", "k", Ask::kEraseIdentities, {"ann"}))
        .code();
  }
  double Refused(const std::string& cause) const {
    return lethed_->Metric("lethe_access_refused_total{cause=\"" + cause + "\"}");
  }
  double Broken() const { return lethed_->Metric("lethe_issuer_keys_broken{issuer=\"cluster\"}"); }

  const TestDatabase database_;
  LethedFiles files_{
      {.database_url = database_.url(), .vendor_url = "http://127.0.0.1:1", .access = kByJwt}};
  std::unique_ptr<Lethed> lethed_;
  const TestJwtKey old_key_{"old", "RS256"};
  const TestJwtKey new_key_{"new"};
};

TEST_F(JwtsAtWork, NameAPrincipalWhileTheirKeyIsThere) {
  SetKeys(JwkSetOf(old_key_.Jwk()));
  lethed_ = files_.StartReady();
  const std::string token = old_key_.Sign(ClaimsOf("lethe", kIn2100));
  const auto created = ApiClient(lethed_->grpc_port(), token)
                           .Create(MakeRequest("shop", "k", Ask::kEraseIdentities, {"ann"}));
  ASSERT_TRUE(created.ok()) << created.status.error_message();
  EXPECT_EQ(created.message.principal(), "crm");

  const std::string none = R"({"alg":"none","kid":"old"})";
  EXPECT_EQ(CodeOf(old_key_.Sign(ClaimsOf("other", kIn2100))), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(CodeOf(old_key_.Sign(ClaimsOf("lethe", kIn2023))), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(CodeOf(Base64Url(none) + "." + Base64Url(ClaimsOf("lethe", kIn2100)) + "."),
            StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(CodeOf(new_key_.Sign(ClaimsOf("lethe", kIn2100))), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Refused("wrong_audience"), 1);
  EXPECT_EQ(Refused("expired_credential"), 1);
  EXPECT_EQ(Refused("unknown_jwt_key"), 2);

  SetKeys(JwkSetOf(old_key_.Jwk(), new_key_.Jwk()));
  const std::string next = new_key_.Sign(ClaimsOf("lethe", kIn2100));
  EXPECT_TRUE(Eventually([&] { return CodeOf(next) == StatusCode::OK; }));
  EXPECT_EQ(CodeOf(token), StatusCode::OK);
  SetKeys("{");
  EXPECT_TRUE(Eventually([&] { return Broken() == 1; }));
  EXPECT_EQ(CodeOf(next), StatusCode::OK);
  SetKeys(JwkSetOf(new_key_.Jwk()));
  EXPECT_TRUE(Eventually([&] { return CodeOf(token) == StatusCode::UNAUTHENTICATED; }));
  EXPECT_EQ(CodeOf(next), StatusCode::OK);
  EXPECT_EQ(Broken(), 0);

  EXPECT_THAT(
      files_.Printed(),
      AllOf(HasSubstr("\"cause\":\"wrong_audience\",\"principal\":\"\""),
            HasSubstr("\"cause\":\"expired_credential\",\"principal\":\"crm\""),
            HasSubstr("\"message\":\"issuer.refused\",\"issuer\":\"cluster\""),
            Not(HasSubstr(token.substr(token.rfind('.') + 1))), Not(HasSubstr("serviceaccount"))));
}

TEST_F(JwtsAtWork, KeysThatAreWrongAreToldByCheckConfigAndServeRefusesThem) {
  SetKeys(JwkSetOf(new_key_.Jwk(R"(,"d":"hunter2")")));
  for (const std::string command : {"check-config", "serve"}) {
    const auto told = files_.Run(command);
    EXPECT_EQ(told.exit_code, 1);
    EXPECT_THAT(told.err, AllOf(HasSubstr("cluster.json: keys[0]: is a secret key"),
                                Not(HasSubstr("hunter2"))));
  }
  SetKeys(JwkSetOf(new_key_.Jwk(R"(,"use":"enc")")));
  const auto noted = files_.Run("check-config");
  EXPECT_EQ(noted.exit_code, 0) << noted.err;
  EXPECT_THAT(noted.out, HasSubstr("cluster.json: keys[0]: is not used: it is not for signatures"));
}

}  // namespace
}  // namespace lethe::test
