#include "access/jwk_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "support/jwt_key.h"

namespace lethe::access {
namespace {

using test::Base64Url;
using test::JwkSetOf;
using test::TestJwtKey;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Verdict = JwkSet::Verdict;

constexpr auto kEvery = kAll<JwtAlgorithm>;
constexpr std::array kUsual{JwtAlgorithm::kRs256, JwtAlgorithm::kEs256, JwtAlgorithm::kEdDsa};

JwkSet SetOf(const std::string& json, std::span<const JwtAlgorithm> algorithms = kEvery) {
  auto set = JwkSet::Read(json, algorithms);
  EXPECT_TRUE(set.ok()) << (set.ok() ? "" : set.error().message);
  return set.ok() ? *set : JwkSet();
}

Verdict VerdictOn(const JwkSet& set, const std::string& token) {
  const auto jwt = ReadJwt(token);
  EXPECT_TRUE(jwt) << token;
  return jwt ? set.Verify(*jwt, token) : Verdict::kUnknownKey;
}

class JwkSetOfAlgorithm : public testing::TestWithParam<std::string> {};

TEST_P(JwkSetOfAlgorithm, TakesWhatItsKeySignedAndNothingElse) {
  const TestJwtKey key("k", GetParam());
  const TestJwtKey other("k", GetParam());
  const JwkSet set = SetOf(JwkSetOf(key.Jwk()));
  EXPECT_EQ(set.size(), 1u);
  EXPECT_THAT(set.notes(), IsEmpty());
  const std::string token = key.Sign(R"({"sub":"crm"})");
  EXPECT_EQ(VerdictOn(set, token), Verdict::kGenuine);
  EXPECT_EQ(VerdictOn(set, other.Sign(R"({"sub":"crm"})")), Verdict::kWrongSignature);

  const std::string signature = token.substr(token.rfind('.'));
  const std::string header = token.substr(0, token.find('.'));
  EXPECT_EQ(VerdictOn(set, header + "." + Base64Url(R"({"sub":"erp"})") + signature),
            Verdict::kWrongSignature);
  EXPECT_EQ(VerdictOn(set, token.substr(0, token.rfind('.') + 1)), Verdict::kWrongSignature);
  std::string changed = token;
  char& somewhere = changed[changed.size() - 20];
  somewhere = somewhere == 'A' ? 'B' : 'A';
  EXPECT_EQ(VerdictOn(set, changed), Verdict::kWrongSignature);
  EXPECT_EQ(VerdictOn(JwkSet(), token), Verdict::kUnknownKey);
}

INSTANTIATE_TEST_SUITE_P(JwkSet, JwkSetOfAlgorithm,
                         testing::Values("RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
                                         "ES256", "ES384", "ES512", "EdDSA"));

// RFC 7515, A.3: made by others.
TEST(JwkSet, TakesTheExampleOfTheStandard) {
  const JwkSet set = SetOf(
      R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
      R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})");
  const std::string token =
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
      "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djx"
      "La8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
  EXPECT_EQ(VerdictOn(set, token), Verdict::kGenuine);
}

TEST(JwkSet, AnAlgorithmIsOfTheKeyAndNotOfTheToken) {
  const TestJwtKey key("k", "RS256");
  const JwkSet set = SetOf(JwkSetOf(key.Jwk()));
  const std::string claims = R"({"sub":"crm"})";
  for (const char* algorithm : {"none", "HS256", "RS512", "PS256", "ES256", "EdDSA", ""}) {
    const std::string header = std::string(R"({"kid":"k","alg":")") + algorithm + "\"}";
    EXPECT_EQ(VerdictOn(set, key.Sign(header, claims)), Verdict::kUnknownKey) << algorithm;
    EXPECT_EQ(VerdictOn(set, Base64Url(header) + "." + Base64Url(claims) + "."),
              Verdict::kUnknownKey)
        << algorithm;
  }
  EXPECT_EQ(VerdictOn(set, key.Sign(R"({"kid":"k"})", claims)), Verdict::kUnknownKey);
}

TEST(JwkSet, AKeyThatATokenBringsAlongIsNotLookedAt) {
  const TestJwtKey own("k");
  const TestJwtKey strange("k");
  const JwkSet set = SetOf(JwkSetOf(own.Jwk()));
  for (const std::string& kid : {std::string(R"("kid":"k",)"), std::string()}) {
    const std::string header = "{" + kid + R"("alg":"ES256","jwk":)" + strange.Jwk() +
                               R"(,"jku":"http://127.0.0.1:1/","x5u":"http://127.0.0.1:1/"})";
    EXPECT_EQ(VerdictOn(set, strange.Sign(header, "{}")), Verdict::kWrongSignature) << header;
  }
}

TEST(JwkSet, ATokenNamesItsKeyUnlessThereIsOneAlone) {
  const TestJwtKey old_key("old");
  const TestJwtKey new_key("new");
  const JwkSet both = SetOf(JwkSetOf(old_key.Jwk(), new_key.Jwk()));
  EXPECT_EQ(VerdictOn(both, old_key.Sign("{}")), Verdict::kGenuine);
  EXPECT_EQ(VerdictOn(both, new_key.Sign("{}")), Verdict::kGenuine);
  const std::string nameless = new_key.Sign(R"({"alg":"ES256"})", "{}");
  EXPECT_EQ(VerdictOn(both, nameless), Verdict::kUnknownKey);

  const JwkSet left = SetOf(JwkSetOf(new_key.Jwk()));
  EXPECT_EQ(VerdictOn(left, old_key.Sign("{}")), Verdict::kUnknownKey) << "it was withdrawn";
  EXPECT_EQ(VerdictOn(left, nameless), Verdict::kGenuine);
  const TestJwtKey ed("ed", "EdDSA");
  EXPECT_EQ(VerdictOn(SetOf(JwkSetOf(new_key.Jwk(), ed.Jwk())), nameless), Verdict::kGenuine);

  const JwkSet without_id = SetOf(JwkSetOf(new_key.Jwk("")));
  EXPECT_EQ(VerdictOn(without_id, nameless), Verdict::kGenuine);
  EXPECT_EQ(VerdictOn(without_id, new_key.Sign("{}")), Verdict::kUnknownKey);
}

TEST(JwkSet, AKeyWithoutAnAlgorithmHasTheOnlyOneThatFits) {
  const TestJwtKey key("k", "RS256");
  const std::string set = JwkSetOf(key.Jwk(R"(,"kid":"k")"));
  EXPECT_EQ(VerdictOn(SetOf(set, kUsual), key.Sign("{}")), Verdict::kGenuine);
  const JwkSet several = SetOf(set, kEvery);
  EXPECT_EQ(several.size(), 0u);
  EXPECT_THAT(several.notes(),
              ElementsAre(HasSubstr("keys[0]: is not used: it names no alg, and several"),
                          HasSubstr("has no key")));
}

TEST(JwkSet, LeavesOutKeysThatVerifyNothingAndSaysSo) {
  const TestJwtKey good("good");
  const JwkSet set =
      SetOf(JwkSetOf(good.Jwk(), TestJwtKey("a").Jwk(R"(,"kid":"a","use":"enc")"),
                     TestJwtKey("b").Jwk(R"(,"kid":"b","key_ops":["sign"])"),
                     TestJwtKey("c", "RS256").Jwk(R"(,"kid":"c","alg":"RSA-OAEP")"),
                     TestJwtKey("d", "ES384").Jwk(), TestJwtKey("e", "RS256", 1'024).Jwk(),
                     R"({"kty":"EC","crv":"secp256k1"})",
                     R"({"kty":"EC","crv":"P-256","x":"hunter2"})", R"({"kty":7})"),
            kUsual);
  EXPECT_EQ(set.size(), 1u);
  EXPECT_EQ(VerdictOn(set, good.Sign("{}")), Verdict::kGenuine);
  ASSERT_THAT(set.notes(), testing::SizeIs(8));
  EXPECT_EQ(set.notes()[0], "keys[1]: is not used: it is not for signatures");
  EXPECT_EQ(set.notes()[3], "keys[4]: is not used: its algorithm is not among the issuer's");
  EXPECT_EQ(set.notes()[4], "keys[5]: is not used: it is no key of its type, or a short one");
  EXPECT_THAT(SetOf(R"({"keys":[]})").notes(), ElementsAre("has no key that verifies a token"));
}

TEST(JwkSet, IsNoneIfItIsNotOneOfPublicKeys) {
  const TestJwtKey key("k");
  const std::string too_many = [] {
    std::string keys = "{}";
    for (std::size_t i = 0; i < JwkSet::kMostKeys; ++i) keys += ",{}";
    return R"({"keys":[)" + keys + "]}";
  }();
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"", "must be one JSON object"},
      {"[]", "must be one JSON object"},
      {"{", "must be one JSON object"},
      {"{}", "keys: must be a list of JWKs"},
      {R"({"keys":{}})", "keys: must be a list of JWKs"},
      {R"({"keys":["hunter2"]})", "keys[0]: must be a JWK"},
      {JwkSetOf(key.Jwk(R"(,"d":"hunter2")")), "keys[0]: is a secret key"},
      {R"({"keys":[{"kty":"oct","k":"hunter2"}]})", "keys[0]: is a secret key"},
      {JwkSetOf(key.Jwk(), key.Jwk()), "keys[1]: has the kid and the alg of a key before it"},
      {too_many, "keys: has more than 100 keys"}};
  for (const auto& [json, told] : wrong) {
    const auto set = JwkSet::Read(json, kEvery);
    ASSERT_FALSE(set.ok()) << json;
    EXPECT_EQ(set.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(set.error().message, HasSubstr(told));
    EXPECT_THAT(set.error().message, Not(HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace lethe::access
