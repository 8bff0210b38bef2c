#include "access/jwt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "support/jwt_key.h"

namespace lethe::access {
namespace {

using std::chrono::milliseconds;
using test::Base64Url;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TimePoint At(std::int64_t milliseconds_since_1970) {
  return TimePoint(milliseconds(milliseconds_since_1970));
}

std::optional<Jwt> Read(const std::string& header, const std::string& claims) {
  return ReadJwt(Base64Url(header) + "." + Base64Url(claims) + ".c2ln");
}

TEST(Jwt, SaysWhatItsHeaderAndItsClaimsSay) {
  const auto jwt = Read(R"({"alg":"RS256","kid":"k1","typ":"JWT"})",
                        R"({"iss":"https://a","sub":"s","aud":["x","y"],"exp":1700000000,)"
                        R"("nbf":1600000000.5,"iat":1,"n":null,"email":"crm"})");
  ASSERT_TRUE(jwt);
  EXPECT_EQ(jwt->algorithm, JwtAlgorithm::kRs256);
  EXPECT_EQ(jwt->key_id, "k1");
  EXPECT_THAT(jwt->audiences, ElementsAre("x", "y"));
  EXPECT_EQ(jwt->until, At(1'700'000'000'000));
  EXPECT_EQ(jwt->from, At(1'600'000'000'500));
  EXPECT_THAT(jwt->texts,
              ElementsAre(Pair("email", "crm"), Pair("iss", "https://a"), Pair("sub", "s")));
}

TEST(Jwt, MaySayLittle) {
  const auto jwt = Read(R"({"alg":"none"})", R"({"aud":"x"})");
  ASSERT_TRUE(jwt);
  EXPECT_EQ(jwt->algorithm, std::nullopt);
  EXPECT_EQ(jwt->key_id, std::nullopt);
  EXPECT_THAT(jwt->audiences, ElementsAre("x"));
  EXPECT_FALSE(jwt->until);
  EXPECT_FALSE(jwt->from);
  EXPECT_THAT(Read("{}", "{}")->audiences, IsEmpty());
}

TEST(Jwt, NoOtherAlgorithmHasANameHere) {
  for (const char* name : {"none", "None", "HS256", "HS512", "rs256", "ES256K", "", "RSA-OAEP"}) {
    EXPECT_EQ(Parse<JwtAlgorithm>(name), std::nullopt) << name;
  }
}

TEST(Jwt, IsNoneIfItIsNotWhatTheStandardSays) {
  const std::string header = R"({"alg":"ES256"})";
  EXPECT_TRUE(Read(header, "{}"));
  for (const char* other :
       {R"({"alg":1})", R"({"alg":"ES256","kid":1})", "[]", "1", "",
        R"({"alg":"ES256","alg":"none"})", R"({"alg":"ES256","crit":["b64"],"b64":false})",
        R"({"alg":"ES256","zip":"DEF"})"}) {
    EXPECT_FALSE(Read(other, "{}")) << other;
  }
  for (const char* other :
       {R"({"exp":"1700000000"})", R"({"exp":-1})", R"({"exp":1e300})", R"({"exp":253402300800})",
        R"({"exp":null})", R"({"nbf":true})", R"({"aud":1})", R"({"aud":["x",1]})", "[]",
        R"({"sub":"a","sub":"b"})", "{", "\xff"}) {
    EXPECT_FALSE(Read(header, other)) << other;
  }
}

TEST(Jwt, IsOfThreePartsInStrictBase64Url) {
  const std::string good = Base64Url("{}") + "." + Base64Url("{}") + ".c2ln";
  EXPECT_TRUE(ReadJwt(good));
  EXPECT_TRUE(ReadJwt(Base64Url("{}") + "." + Base64Url("{}") + ".")) << "no signature is wrong";
  for (const std::string& other :
       {good + ".", good + ".c2ln", Base64Url("{}"), Base64Url("{}") + "." + Base64Url("{}"),
        std::string("."), std::string(), std::string(".."), "e30=." + Base64Url("{}") + ".",
        " " + good, "e31." + Base64Url("{}") + "."}) {
    EXPECT_FALSE(ReadJwt(other)) << other;
  }
  EXPECT_FALSE(Read("{}", R"({"a":")" + std::string(kMaxJwtBytes, 'a') + "\"}"));
}

TEST(Jwt, ATokenOfLethesOwnDoesNotLookLikeOne) {
  EXPECT_FALSE(LooksLikeJwt("lethe_abc"));
  EXPECT_FALSE(LooksLikeJwt("a.b"));
  EXPECT_FALSE(LooksLikeJwt("a.b.c.d"));
  EXPECT_TRUE(LooksLikeJwt("a.b.c"));
}

}  // namespace
}  // namespace lethe::access
