#include "access/directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace lethe::access {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using testing::StartsWith;

const TimePoint kNow = std::chrono::sys_days{std::chrono::year{2026} / 3 / 2};
const TimePoint kLater = kNow + hours(24);

Member Named(std::string name) { return {.principal = {.name = std::move(name)}}; }

StaticToken TokenUntil(std::string_view token, TimePoint until) {
  return {.digest = TokenDigest::Of(token), .until = until};
}

/// crm has two tokens, of which one ends later, and ops a token and two certificates.
Directory TwoMembers() {
  Member crm = Named("crm");
  crm.tokens = {TokenUntil("crm-old", kNow + microseconds(1)), TokenUntil("crm-new", kLater)};
  Member ops = Named("ops");
  ops.tokens = {TokenUntil("ops", kLater)};
  ops.certificates = {"spiffe://company/ns/ops/sa/console", "console.ops.internal"};
  return Directory({std::move(crm), std::move(ops)});
}

std::string NameOf(const Recognition& recognition) {
  return recognition.principal ? recognition.principal->name : "";
}

Recognition ByToken(std::string_view token, TimePoint now = kNow) {
  return TwoMembers().Recognise({.token = token}, now);
}

Recognition ByCertificate(const std::vector<std::string_view>& names, TimePoint now = kNow) {
  return TwoMembers().Recognise({.certificate = names, .certificate_until = kLater}, now);
}

TEST(Directory, ATokenNamesItsPrincipalUntilItsEnd) {
  const Recognition ops = ByToken("ops");
  EXPECT_EQ(NameOf(ops), "ops");
  EXPECT_EQ(ops.means, Means::kToken);
  EXPECT_EQ(ops.until, kLater);
  EXPECT_FALSE(ops.refusal);
}

TEST(Directory, TwoTokensNameOnePrincipalWhileOneReplacesTheOther) {
  EXPECT_EQ(NameOf(ByToken("crm-old")), "crm");
  EXPECT_EQ(NameOf(ByToken("crm-new")), "crm");
  const TimePoint after = kNow + microseconds(1);
  EXPECT_EQ(ByToken("crm-old", after).refusal, Refusal::kExpiredCredential);
  EXPECT_EQ(NameOf(ByToken("crm-old", after)), "crm");
  EXPECT_FALSE(ByToken("crm-new", after).refusal);
}

TEST(Directory, AnythingElseNamesNobody) {
  for (const std::string_view token : {"", "op", "opss", "OPS", "crm", "anonymous"}) {
    const Recognition nobody = ByToken(token);
    EXPECT_EQ(nobody.refusal, Refusal::kUnknownCredential) << token;
    EXPECT_FALSE(nobody.principal) << token;
  }
  EXPECT_EQ(TwoMembers().Recognise({}, kNow).refusal, Refusal::kNoCredential);
  EXPECT_EQ(Directory(std::vector<Member>{}).Recognise({.token = "ops"}, kNow).refusal,
            Refusal::kUnknownCredential);
}

TEST(Directory, TheDigestOfATokenIsNoToken) {
  EXPECT_EQ(ByToken(TokenDigest::Of("ops").Text()).refusal, Refusal::kUnknownCredential);
}

TEST(Directory, ACertificateNamesItsPrincipalByAnyOfItsNames) {
  for (const std::string_view name :
       {"spiffe://company/ns/ops/sa/console", "console.ops.internal"}) {
    const Recognition ops = ByCertificate({"other.internal", name});
    EXPECT_EQ(NameOf(ops), "ops") << name;
    EXPECT_EQ(ops.means, Means::kCertificate);
    EXPECT_EQ(ops.until, kLater);
  }
  EXPECT_EQ(ByCertificate({"other.internal"}).refusal, Refusal::kUnknownCredential);
}

TEST(Directory, NamesOfADnsCertificateAreOfNoCase) {
  EXPECT_EQ(NameOf(ByCertificate({"Console.OPS.internal"})), "ops");
  EXPECT_EQ(ByCertificate({"SPIFFE://company/ns/ops/sa/Console"}).refusal,
            Refusal::kUnknownCredential);
}

TEST(Directory, ACertificateEndsAlsoWhereItsConnectionGoesOn) {
  const Recognition ended = ByCertificate({"console.ops.internal"}, kLater);
  EXPECT_EQ(ended.refusal, Refusal::kExpiredCredential);
  EXPECT_EQ(NameOf(ended), "ops");
}

TEST(Directory, ACertificateThatNamesTwoNamesNobody) {
  Member a = Named("a");
  a.certificates = {"a.internal"};
  Member b = Named("b");
  b.certificates = {"b.internal"};
  const std::vector<std::string_view> both{"a.internal", "b.internal"};
  EXPECT_EQ(Directory({a, b}).Recognise({.certificate = both}, kNow).refusal,
            Refusal::kUnknownCredential);
}

TEST(Directory, ATokenWinsOverACertificateAlsoIfItIsWrong) {
  const std::vector<std::string_view> names{"console.ops.internal"};
  const auto with = [&](std::string_view token) {
    return TwoMembers().Recognise({.token = token, .certificate = names}, kNow);
  };
  EXPECT_EQ(NameOf(with("crm-new")), "crm");
  EXPECT_EQ(with("wrong").refusal, Refusal::kUnknownCredential);
}

TEST(Directory, ThatIsOpenTakesEveryoneForAnonymous) {
  const Directory open = Directory::Open();
  EXPECT_TRUE(open.open());
  for (const Credentials& credentials : {Credentials{}, Credentials{.token = "whatever"}}) {
    const Recognition anyone = open.Recognise(credentials, kNow);
    EXPECT_EQ(NameOf(anyone), "anonymous");
    EXPECT_EQ(anyone.means, Means::kNothing);
    EXPECT_FALSE(anyone.refusal);
  }
  EXPECT_FALSE(TwoMembers().open());
  EXPECT_FALSE(Directory(std::vector<Member>{}).open());
}

TEST(Directory, SaysWhetherItKnowsCertificates) {
  EXPECT_TRUE(TwoMembers().knows_certificates());
  EXPECT_FALSE(Directory({Named("crm")}).knows_certificates());
  EXPECT_FALSE(Directory::Open().knows_certificates());
}

TEST(LiveDirectory, ChangesForAllCopiesWhileACallKeepsTheOneThatItBeganWith) {
  const LiveDirectory live;
  const LiveDirectory copy = live;
  const auto before = copy.Current();
  live.Use(TwoMembers());
  EXPECT_FALSE(copy.Current()->open());
  EXPECT_TRUE(before->open());
}

TEST(TokenDigest, IsReadAsItIsWritten) {
  const TokenDigest digest = TokenDigest::Of("abc");
  const std::string hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(digest.Text(), hex);
  EXPECT_EQ(TokenDigest::Parse(hex), digest);
  EXPECT_FALSE(TokenDigest::Parse(hex.substr(1)));
  EXPECT_FALSE(TokenDigest::Parse(hex + "0"));
  EXPECT_FALSE(TokenDigest::Parse("g" + hex.substr(1)));
  EXPECT_FALSE(TokenDigest::Of("abd") == digest);
}

TEST(NewToken, IsLongAndAnotherEachTime) {
  const std::string token = NewToken();
  EXPECT_THAT(token, StartsWith("lethe_"));
  EXPECT_EQ(token.size(), 49u);
  EXPECT_EQ(
      token.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"),
      std::string::npos);
  EXPECT_NE(NewToken(), token);
}

}  // namespace
}  // namespace lethe::access
