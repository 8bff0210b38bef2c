#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "access/directory.h"
#include "support/jwt_key.h"

namespace lethe::access {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::seconds;
using test::JwkSetOf;
using test::TestJwtKey;

constexpr TimePoint kToday = std::chrono::sys_days{std::chrono::year{2026} / 3 / 2};

std::string Seconds(TimePoint time) {
  return std::to_string(std::chrono::floor<seconds>(time).time_since_epoch().count());
}

/// Two issuers, one of which names principals by its own claim.
class DirectoryOfJwts : public testing::Test {
 protected:
  static std::string ClaimsWith(const std::string& more) {
    return R"({"iss":"https://cluster","aud":["other","lethe"],"sub":"crm-account")" + more + "}";
  }
  static std::string Claims(TimePoint until = kToday + hours(1)) {
    return ClaimsWith(R"(,"exp":)" + Seconds(until));
  }

  Directory With(const std::string& keys) const {
    const Issuer cluster{.name = "cluster",
                         .url = "https://cluster",
                         .audiences = {"lethe", "lethe.company"},
                         .algorithms = {JwtAlgorithm::kEs256},
                         .clock_skew = seconds(30)};
    const Issuer company{.name = "company",
                         .url = "https://company",
                         .audiences = {"lethe"},
                         .algorithms = {JwtAlgorithm::kEs256},
                         .claim = "client"};
    return Directory(
        {{.principal = {.name = "crm"}, .jwts = {{"cluster", "crm-account"}}},
         {.principal = {.name = "erp"},
          .tokens = {{.digest = TokenDigest::Of("a.b.c"), .until = kToday + hours(1)}},
          .jwts = {{"company", "crm-account"}, {"cluster", "erp-account"}}}},
        {{cluster, JwkSet::Read(keys, cluster.algorithms).value()},
         {company, JwkSet::Read(JwkSetOf(company_key_.Jwk()), company.algorithms).value()}});
  }

  Recognition Shown(const std::string& token, TimePoint now = kToday) const {
    return directory_.Recognise({.token = token}, now);
  }
  std::optional<Refusal> RefusalOf(const std::string& token) const {
    const Recognition shown = Shown(token);
    EXPECT_FALSE(shown.principal) << "nobody is named by what is not genuine";
    EXPECT_EQ(shown.means, Means::kJwt);
    return shown.refusal;
  }

  const TestJwtKey key_{"k"};
  const TestJwtKey company_key_{"k"};
  const Directory directory_ = With(JwkSetOf(key_.Jwk()));
};

TEST_F(DirectoryOfJwts, AJwtNamesItsPrincipalByIssuerAndSubject) {
  const std::string token = key_.Sign(Claims());
  for (int i = 0; i < 2; ++i) {  // the second time from memory
    const Recognition crm = Shown(token);
    EXPECT_EQ(crm.refusal, std::nullopt);
    ASSERT_TRUE(crm.principal);
    EXPECT_EQ(crm.principal->name, "crm");
    EXPECT_EQ(crm.means, Means::kJwt);
    EXPECT_EQ(crm.until, kToday + hours(1));
  }
}

TEST_F(DirectoryOfJwts, AnIssuerMayNamePrincipalsByAnotherClaim) {
  const std::string token = company_key_.Sign(
      R"({"iss":"https://company","aud":"lethe","sub":"erp-account","client":"crm-account","exp":)" +
      Seconds(kToday + hours(1)) + "}");
  const Recognition erp = Shown(token);
  ASSERT_TRUE(erp.principal);
  EXPECT_EQ(erp.principal->name, "erp");
  EXPECT_EQ(RefusalOf(company_key_.Sign(
                R"({"iss":"https://company","aud":"lethe","sub":"crm-account","exp":)" +
                Seconds(kToday + hours(1)) + "}")),
            Refusal::kUnknownSubject);
}

TEST_F(DirectoryOfJwts, AnEndCountsAtEachCall) {
  const TimePoint end = kToday + hours(1);
  const std::string token = key_.Sign(Claims(end));
  EXPECT_EQ(Shown(token, end + seconds(30) - microseconds(1)).refusal, std::nullopt)
      << "its issuer's clock may be behind";
  const Recognition ended = Shown(token, end + seconds(30));
  EXPECT_EQ(ended.refusal, Refusal::kExpiredCredential);
  ASSERT_TRUE(ended.principal);
  EXPECT_EQ(ended.principal->name, "crm");
}

TEST_F(DirectoryOfJwts, ABeginningCountsToo) {
  const TimePoint from = kToday + seconds(60);
  const std::string token = key_.Sign(
      ClaimsWith(R"(,"exp":)" + Seconds(kToday + hours(1)) + R"(,"nbf":)" + Seconds(from)));
  EXPECT_EQ(Shown(token).refusal, Refusal::kNotYetValid);
  EXPECT_EQ(Shown(token, from - seconds(30)).refusal, std::nullopt);
}

TEST_F(DirectoryOfJwts, WhatIsWrongIsToldApart) {
  const std::string exp = R"(,"exp":)" + Seconds(kToday + hours(1));
  EXPECT_EQ(RefusalOf(key_.Sign(ClaimsWith(""))), Refusal::kUnusableJwt) << "it has no end";
  EXPECT_EQ(RefusalOf("not.a.jwt"), Refusal::kUnusableJwt);
  EXPECT_EQ(RefusalOf(key_.Sign(R"({"iss":"https://cluster/","aud":"lethe","sub":"crm-account")" +
                                exp + "}")),
            Refusal::kUnknownIssuer);
  EXPECT_EQ(RefusalOf(key_.Sign(R"({"aud":"lethe","sub":"crm-account")" + exp + "}")),
            Refusal::kUnknownIssuer);
  EXPECT_EQ(RefusalOf(TestJwtKey("other").Sign(Claims())), Refusal::kUnknownJwtKey);
  EXPECT_EQ(RefusalOf(company_key_.Sign(Claims())), Refusal::kWrongSignature)
      << "an issuer's key is good for its own tokens alone";
  EXPECT_EQ(RefusalOf(key_.Sign(R"({"iss":"https://cluster","aud":"else","sub":"crm-account")" +
                                exp + "}")),
            Refusal::kWrongAudience);
  EXPECT_EQ(RefusalOf(key_.Sign(R"({"iss":"https://cluster","sub":"crm-account")" + exp + "}")),
            Refusal::kWrongAudience);
  EXPECT_EQ(RefusalOf(key_.Sign(R"({"iss":"https://cluster","aud":"lethe","sub":"CRM-account")" +
                                exp + "}")),
            Refusal::kUnknownSubject);
  EXPECT_EQ(RefusalOf(key_.Sign(R"({"iss":"https://cluster","aud":"lethe","sub":["crm-account"])" +
                                exp + "}")),
            Refusal::kUnknownSubject);
  EXPECT_EQ(RefusalOf(key_.Sign(R"({"alg":"none","kid":"k"})", Claims())), Refusal::kUnknownJwtKey);
}

TEST_F(DirectoryOfJwts, AWithdrawnKeyNamesNobody) {
  const std::string token = key_.Sign(Claims());
  EXPECT_EQ(Shown(token).refusal, std::nullopt);
  const TestJwtKey next("next");
  EXPECT_EQ(With(JwkSetOf(next.Jwk())).Recognise({.token = token}, kToday).refusal,
            Refusal::kUnknownJwtKey);
}

TEST_F(DirectoryOfJwts, AStaticTokenMayLookLikeOne) {
  const Recognition erp = Shown("a.b.c");
  ASSERT_TRUE(erp.principal);
  EXPECT_EQ(erp.principal->name, "erp");
  EXPECT_EQ(erp.means, Means::kToken);
  EXPECT_EQ(Shown("lethe_unknown").refusal, Refusal::kUnknownCredential);
}

TEST(DirectoryWithoutIssuers, AJwtIsATokenLikeAnyOther) {
  const Recognition nobody =
      Directory(std::vector<Member>{}).Recognise({.token = TestJwtKey("k").Sign("{}")}, kToday);
  EXPECT_EQ(nobody.refusal, Refusal::kUnknownCredential);
  EXPECT_EQ(nobody.means, Means::kToken);
}

}  // namespace
}  // namespace lethe::access
