#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "access_world.h"
#include "support/jwt_key.h"

namespace lethe::api {
namespace {

using access::Refusal;

class AccessByJwt : public AccessWorld {};

TEST_F(AccessByJwt, AJwtIsAsGoodAsATokenForEveryMethodAndAWrongOneAsNone) {
  const test::TestJwtKey key("k");
  const test::TestJwtKey withdrawn("before");
  const access::Issuer issuer{.name = "cluster",
                              .url = "i",
                              .audiences = {"lethe"},
                              .algorithms = {access::JwtAlgorithm::kEs256}};
  access::Member crm{
      .principal = {.name = "crm",
                    .grants = {{.role = Role::kAdministrator, .every_account = true}}},
      .jwts = {{"cluster", "crm"}}};
  directory_.Use(access::Directory(
      {crm},
      {{issuer, access::JwkSet::Read(test::JwkSetOf(key.Jwk()), issuer.algorithms).value()}}));
  const auto claims = [](const std::string& audience, TimePoint end) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(end).time_since_epoch().count();
    return R"({"iss":"i","sub":"crm","aud":")" + audience + R"(","exp":)" +
           std::to_string(seconds) + "}";
  };
  const std::string good = claims("lethe", kEnd);
  const std::vector<std::pair<std::string, Refused>> wrong{
      {key.Sign(claims("lethe", clock_.Now())), {Refusal::kExpiredCredential, "", "crm"}},
      {key.Sign(claims("other", kEnd)), {Refusal::kWrongAudience, "", ""}},
      {withdrawn.Sign(good), {Refusal::kUnknownJwtKey, "", ""}},
      {key.Sign(R"({"alg":"none"})", good), {Refusal::kUnknownJwtKey, "", ""}},
      {test::TestJwtKey("k").Sign(good), {Refusal::kWrongSignature, "", ""}}};
  for (const auto* method : AllMethods()) {
    SCOPED_TRACE(method->name());
    const auto message = New(method->input_type());
    const auto none = CallWith("", *method, *message);
    const std::size_t before = refused().size();
    const auto status = CallWith("Bearer " + key.Sign(good), *method, *message);
    EXPECT_EQ(refused().size(), before) << status.error_message();
    for (const auto& [token, refusal] : wrong) {
      EXPECT_EQ(CallWith("Bearer " + token, *method, *message).error_details(),
                none.error_details());
      EXPECT_EQ(refused().back(), (Refused{refusal.cause, method->name(), refusal.principal}));
    }
  }
}

}  // namespace
}  // namespace lethe::api
