#include "runtime/access_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "temporary_directory.h"

namespace lethe::runtime {
namespace {

using access::TokenDigest;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr TimePoint Day(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} /
                               std::chrono::day{day}};
}

const std::string kDigest = TokenDigest::Of("one").Text();
const std::string kOtherDigest = TokenDigest::Of("two").Text();

std::vector<Account> ShopAndBank() {
  const ProcessingHours hours{.zone = TimeZone::Find("UTC").value()};
  return {{.name = "shop", .base_url = {}, .account_id = {}, .passcode_file = {}, .hours = hours},
          {.name = "bank", .base_url = {}, .account_id = {}, .passcode_file = {}, .hours = hours}};
}

Result<AccessFile> ParseText(const std::string& text) {
  return ParseAccessFile("access.yaml", text, ShopAndBank());
}

std::string Crm(const std::string& keys) { return "principals:\n  - name: crm\n" + keys; }

std::string Tokens() { return "    tokens: [{sha256: " + kDigest + ", until: 2027-01-31}]\n"; }
std::string Grants() { return "    grants: [{roles: submitter, accounts: shop}]\n"; }

TEST(AccessFile, SaysWhoMayDoWhatAndWhatNamesThem) {
  const auto file = ParseText(
      "principals:\n"
      "  - name: crm\n"
      "    tokens:\n"
      "      - {sha256: " +
      kDigest + ", until: 2027-01-31}\n      - {sha256: " + kOtherDigest +
      ", until: '2027-03-31T18:30:00Z'}\n"
      "    grants:\n"
      "      - {roles: submitter, accounts: [shop, bank], operations: [erasure, demerge]}\n"
      "      - {roles: [reader, auditor], accounts: bank, until: 2026-12-31}\n"
      "  - name: ann@company.com\n"
      "    certificates: [spiffe://company/people/Ann, ann.company.com]\n"
      "    grants:\n"
      "      - {roles: operator, accounts: '*'}\n");
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_THAT(file->notes, IsEmpty());
  ASSERT_THAT(file->members, SizeIs(2));

  const access::Member& crm = file->members[0];
  EXPECT_EQ(crm.principal.name, "crm");
  ASSERT_THAT(crm.tokens, SizeIs(2));
  EXPECT_EQ(crm.tokens[0].digest, TokenDigest::Of("one"));
  EXPECT_EQ(crm.tokens[0].until, Day(2027, 1, 31));
  EXPECT_EQ(crm.tokens[1].until,
            Day(2027, 3, 31) + std::chrono::hours(18) + std::chrono::minutes(30));
  ASSERT_THAT(crm.principal.grants, SizeIs(3));
  const Grant& submits = crm.principal.grants[0];
  EXPECT_EQ(submits.role, Role::kSubmitter);
  EXPECT_THAT(submits.accounts, ElementsAre("shop", "bank"));
  EXPECT_FALSE(submits.every_account);
  EXPECT_EQ(submits.operations, (Operations{Operation::kErasure, Operation::kDemerge}));
  EXPECT_FALSE(submits.until);
  EXPECT_EQ(crm.principal.grants[1].role, Role::kReader);
  EXPECT_EQ(crm.principal.grants[1].operations, Operations::All());
  EXPECT_EQ(crm.principal.grants[2].role, Role::kAuditor);
  EXPECT_EQ(crm.principal.grants[2].until, Day(2026, 12, 31));

  const access::Member& ann = file->members[1];
  EXPECT_THAT(ann.certificates, ElementsAre("spiffe://company/people/Ann", "ann.company.com"));
  ASSERT_THAT(ann.principal.grants, SizeIs(1));
  EXPECT_TRUE(ann.principal.grants[0].every_account);
  EXPECT_THAT(ann.principal.grants[0].accounts, IsEmpty());
}

std::string Issuer(const std::string& more) {
  return "issuers:\n  - {name: cluster, issuer: 'https://c', audiences: lethe, keys_file: c.json" +
         more + "}\n";
}
std::string ByJwt(const std::string& issuer = "cluster") {
  return "    jwts: [{issuer: " + issuer + ", subject: 'crm:default'}]\n";
}

TEST(AccessFile, SaysWhoseJwtsNameThem) {
  const auto file = ParseAccessFile(
      "/etc/lethe/access.yaml",
      "issuers:\n"
      "  - {name: cluster, issuer: 'https://c', audiences: lethe, keys_file: keys/c.json}\n"
      "  - {name: idp, issuer: 'https://i/', audiences: [a, b], keys_file: /run/i.json,\n"
      "     algorithms: [PS512, ES256], claim: client_id, clock_skew: 1m}\n" +
          Crm(ByJwt() + Grants()) + "  - name: erp\n" +
          "    jwts: [{issuer: idp, subject: 'Erp 7'}, {issuer: idp, subject: erp8}]\n" + Grants(),
      ShopAndBank());
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_THAT(file->notes, IsEmpty());
  using access::JwtAlgorithm;
  EXPECT_THAT(file->issuers,
              ElementsAre(IssuerEntry{{.name = "cluster",
                                       .url = "https://c",
                                       .audiences = {"lethe"},
                                       .algorithms = {JwtAlgorithm::kRs256, JwtAlgorithm::kEs256,
                                                      JwtAlgorithm::kEdDsa},
                                       .claim = "sub",
                                       .clock_skew = std::chrono::seconds(30)},
                                      "/etc/lethe/keys/c.json"},
                          IssuerEntry{{.name = "idp",
                                       .url = "https://i/",
                                       .audiences = {"a", "b"},
                                       .algorithms = {JwtAlgorithm::kPs512, JwtAlgorithm::kEs256},
                                       .claim = "client_id",
                                       .clock_skew = std::chrono::seconds(60)},
                                      "/run/i.json"}));
  EXPECT_THAT(file->members[0].jwts, ElementsAre(access::JwtName{"cluster", "crm:default"}));
  EXPECT_THAT(file->members[1].jwts,
              ElementsAre(access::JwtName{"idp", "Erp 7"}, access::JwtName{"idp", "erp8"}));
}

TEST(AccessFile, NotesAnIssuerThatNamesNobody) {
  const auto file = ParseText(Issuer("") + Crm(Tokens() + Grants()));
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_THAT(file->notes,
              ElementsAre("access.yaml:2:12: no principal is named by this issuer's tokens"));
}

TEST(IssuerKeys, AreThoseOfAFileThatSaysWhatIsWrongWithIt) {
  const IssuerEntry entry{{.algorithms = {access::JwtAlgorithm::kEs256}}, "/etc/lethe/c.json"};
  EXPECT_EQ(ParseIssuerKeys(entry, R"({"keys":[]})").value().size(), 0u);
  const auto wrong = ParseIssuerKeys(entry, "{}");
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().reason, "BAD_CONFIG");
  EXPECT_EQ(wrong.error().message, "/etc/lethe/c.json: keys: must be a list of JWKs");
}

TEST(AccessFile, NotesAnAccountThatIsNotConfigured) {
  const auto file =
      ParseText(Crm(Tokens() + "    grants: [{roles: reader, accounts: [shopp, elsewhere]}]\n"));
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_THAT(file->members[0].principal.grants[0].accounts, ElementsAre("shopp", "elsewhere"));
  EXPECT_THAT(file->notes,
              ElementsAre("access.yaml:4:41: principals[0].grants[0].accounts[0]: no such account "
                          "is configured; did you mean shop?",
                          "access.yaml:4:48: principals[0].grants[0].accounts[1]: no such account "
                          "is configured; known here: shop, bank"));
}

struct WrongAccess {
  std::string text;
  std::string told;
};

class BadAccessFile : public testing::TestWithParam<WrongAccess> {};

TEST_P(BadAccessFile, IsToldWithItsPlace) {
  const auto file = ParseText(GetParam().text);
  ASSERT_FALSE(file.ok()) << GetParam().told;
  EXPECT_EQ(file.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(file.error().reason, "BAD_CONFIG");
  EXPECT_THAT(file.error().message, HasSubstr("access.yaml:"));
  EXPECT_THAT(file.error().message, HasSubstr(GetParam().told));
  EXPECT_THAT(file.error().message, Not(HasSubstr("hunter2")));
}

INSTANTIATE_TEST_SUITE_P(
    AccessFile, BadAccessFile,
    testing::Values(
        WrongAccess{"", "access.yaml: must be one YAML document"},
        WrongAccess{"principals: [", "is not YAML"},
        WrongAccess{"{}",
                    "access.yaml:1:1: needs the key principals: a list of at least one principal"},
        WrongAccess{"principals: []", "principals: must be a list of at least one principal"},
        WrongAccess{"principal: 1", "unknown key principal; did you mean principals?"},
        WrongAccess{"principals: [{}]", "needs the key name: "},
        WrongAccess{Crm(Grants()),
                    "access.yaml:2:5: principals[0]: nothing names it: give tokens, certificates "
                    "or jwts"},
        WrongAccess{Crm(Tokens()), "principals[0]: needs the key grants: "},
        WrongAccess{Crm(Tokens() + "    grants: []\n"),
                    "grants: must be a list of at least one grant"},
        WrongAccess{"principals: [{name: anonymous}]", "name: is whom callers were before"},
        WrongAccess{"principals: [{name: Hunter2 hunter2}]", "name: must be 1 to 63 of a-z"},
        WrongAccess{Crm("    tokens: [{sha256: hunter2, until: 2027-01-31}]\n" + Grants()),
                    "access.yaml:3:23: principals[0].tokens[0].sha256: must be the 64 hexadecimal"},
        WrongAccess{Crm("    tokens: [{sha256: " + kDigest + "}]\n" + Grants()),
                    "principals[0].tokens[0]: needs the key until: "},
        WrongAccess{Crm("    tokens: [{sha256: " + kDigest + ", until: 2027-02-30}]\n" + Grants()),
                    "until: must be a day, such as 2027-01-31"},
        WrongAccess{Crm("    tokens: [{sha256: " + kDigest + ", until: '2027-01-31T24:00:00Z'}]\n" +
                        Grants()),
                    "until: must be a day"},
        WrongAccess{Crm("    certificates: ['*.company.com']\n" + Grants()), "without a wildcard"},
        WrongAccess{Crm("    certificates: ['spiffe://company']\n" + Grants()),
                    "spiffe://DOMAIN/PATH"},
        WrongAccess{Crm("    certificates: [[a]]\n" + Grants()), "certificates: must be names"},
        WrongAccess{
            Crm(Tokens() + "    grants: [{roles: boss, accounts: shop}]\n"),
            "roles: must be one of submitter, reader, operator, approver, auditor, administrator"},
        WrongAccess{Crm(Tokens() + "    grants: [{accounts: shop}]\n"), "needs the key roles: "},
        WrongAccess{Crm(Tokens() + "    grants: [{roles: reader}]\n"), "needs the key accounts: "},
        WrongAccess{Crm(Tokens() + "    grants: [{roles: reader, accounts: []}]\n"),
                    "accounts: must be names of accounts, or '*' for every one"},
        WrongAccess{Crm(Tokens() + "    grants: [{roles: reader, accounts: Shop}]\n"),
                    "accounts: must be 1 to 63 of a-z"},
        WrongAccess{Crm(Tokens() + "    grants: [{roles: reader, accounts: [shop, '*']}]\n"),
                    "accounts[1]: stands alone: it is every account"},
        WrongAccess{
            Crm(Tokens() + "    grants: [{roles: reader, accounts: shop, operations: delete}]\n"),
            "operations: must be one of erasure, demerge, disassociation"},
        WrongAccess{Crm(Tokens() + "    grants: [{roles: reader, accounts: shop, until: soon}]\n"),
                    "until: must be a day"},
        WrongAccess{
            Crm(Tokens() + Grants() + "  - name: crm\n" + "    certificates: a.b\n" + Grants()),
            "principals[1].name: names another principal already (access.yaml:2:11)"},
        WrongAccess{Crm(Tokens() + Grants() + "  - name: erp\n" + Tokens() + Grants()),
                    "sha256: is of a token that the file has already (access.yaml:3:23)"},
        WrongAccess{Crm("    certificates: [a.b, a.b]\n" + Grants()),
                    "certificates[1]: names a principal already (access.yaml:3:20)"},
        WrongAccess{"issuers: []\n" + Crm(Tokens() + Grants()), "issuers: must be a list of"},
        WrongAccess{"issuers: [{}]\n" + Crm(Tokens() + Grants()),
                    "issuers[0]: needs the key issuer: the claim iss of its tokens"},
        WrongAccess{"issuers: [{}]\n" + Crm(Tokens() + Grants()),
                    "issuers[0]: needs the key audiences: what its tokens for Lethe have"},
        WrongAccess{"issuers: [{}]\n" + Crm(Tokens() + Grants()),
                    "issuers[0]: needs the key keys_file: a JWK set"},
        WrongAccess{Issuer(", algorithms: [none]") + Crm(ByJwt() + Grants()),
                    "access.yaml:2:92: issuers[0].algorithms[0]: must be one of RS256, RS384"},
        WrongAccess{Issuer(", algorithms: HS256") + Crm(ByJwt() + Grants()),
                    "issuers[0].algorithms: must be one of RS256, RS384"},
        WrongAccess{Issuer(", clock_skew: 1h") + Crm(ByJwt() + Grants()),
                    "issuers[0].clock_skew: must be"},
        WrongAccess{Issuer(", claim: \"\"") + Crm(ByJwt() + Grants()),
                    "issuers[0].claim: must be what the token's claim says"},
        WrongAccess{Issuer("") + Crm(ByJwt("clustre") + Grants()),
                    "access.yaml:5:21: principals[0].jwts[0].issuer: no such issuer is in this "
                    "file; did you mean cluster?"},
        WrongAccess{Issuer("") + Crm(ByJwt() + Grants()) + "  - name: erp\n" + ByJwt() + Grants(),
                    "principals[1].jwts[0].subject: names a principal already (access.yaml:5:39)"},
        WrongAccess{Issuer("") + Crm("    jwts: [{issuer: cluster}]\n" + Grants()),
                    "jwts[0]: needs the key subject: the value of the claim that names it"},
        WrongAccess{"issuers:\n  - &i {name: cluster, issuer: 'https://c', audiences: lethe, "
                    "keys_file: c.json}\n  - *i\n" +
                        Crm(ByJwt() + Grants()),
                    "issuers[1].name: names another issuer already (access.yaml:2:15)"},
        WrongAccess{Crm(Tokens() + Grants() + "    token: hunter2\n"),
                    "unknown key token; did you mean tokens?"}));

TEST(AccessFile, IsNotMadeHugeByAliases) {
  std::string accounts = "a0";
  for (int i = 1; i < 1'000; ++i) accounts += ", a" + std::to_string(i);
  std::string text =
      "principals:\n  - name: p\n    certificates: p.q\n    grants:\n      - &g {roles: reader, "
      "accounts: [" +
      accounts + "]}\n";
  for (int i = 0; i < 200; ++i) text += "      - *g\n";
  const auto file = ParseText(text);
  ASSERT_FALSE(file.ok());
  EXPECT_THAT(file.error().message, HasSubstr("access.yaml:1:1: has more than 100000 values"));
}

TEST(AccessFile, TellsEveryErrorAtOnce) {
  const auto file = ParseText(
      "principals:\n"
      "  - {name: '', certificates: A.B, grants: [{roles: boss, accounts: shop}]}\n");
  ASSERT_FALSE(file.ok());
  EXPECT_THAT(file.error().violations, SizeIs(3)) << file.error().message;
}

TEST(AccessText, IsThatOfAFileThatNotEverybodyMayChange) {
  const TemporaryDirectory directory;
  const std::string path = directory.Write("access.yaml", "principals:\n");
  EXPECT_EQ(ReadAccessText(path).value(), "principals:\n");
  std::filesystem::permissions(path, std::filesystem::perms(0644));
  EXPECT_TRUE(ReadAccessText(path).ok());
  std::filesystem::permissions(path, std::filesystem::perms(0646));
  const auto open = ReadAccessText(path);
  ASSERT_FALSE(open.ok());
  EXPECT_THAT(open.error().message, HasSubstr("access.yaml: everybody on this machine may change"));
  EXPECT_EQ(open.error().reason, "BAD_CONFIG");
}

TEST(AccessText, IsNoneWhereThereIsNoFileOrAnEndlessOne) {
  const TemporaryDirectory directory;
  EXPECT_THAT(ReadAccessText(directory.path() / "none").error().message, HasSubstr("No such file"));
  EXPECT_THAT(ReadAccessText(directory.path()).error().message, HasSubstr("not a regular file"));
  const auto large = directory.Write("large", std::string(kMaxAccessFileBytes + 1, ' '));
  EXPECT_THAT(ReadAccessText(large).error().message, HasSubstr("is larger than"));
}

}  // namespace
}  // namespace lethe::runtime
