#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "runtime/config.h"
#include "temporary_directory.h"

namespace lethe::runtime {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using Keys = std::map<std::string, std::string>;

/// An account that loads, with some keys changed; an empty value leaves the key out.
std::string AccountYaml(Keys changes) {
  Keys keys{{"name", "demo"},
            {"region", "in1"},
            {"account_id", "TEST-000"},
            {"passcode_file", "p"},
            {"time_zone", "UTC"}};
  if (changes.contains("base_url")) keys.erase("region");
  for (auto& [key, value] : changes) keys.insert_or_assign(key, value);
  std::string yaml = "  -";
  for (const auto& [key, value] : keys) {
    if (!value.empty()) yaml += (yaml == "  -" ? " " : "    ") + key + ": " + value + "\n";
  }
  return yaml;
}

std::string Quoted(const char* text) {
  std::string quoted = "'";
  return quoted.append(text).append("'");
}

class ConfigAccountTest : public testing::Test {
 protected:
  Result<Config> Load(const std::vector<Keys>& accounts) {
    std::string text = "database: {url: 'host=db'}\nkeys_file: keys\naccounts:\n";
    for (const Keys& keys : accounts) text += AccountYaml(keys);
    return LoadConfig(directory_.Write("lethe.yaml", text),
                      [](const std::string&) { return std::nullopt; });
  }

  void ExpectGood(const std::string& key, const std::string& value) {
    const auto config = Load({{{key, value}}});
    EXPECT_TRUE(config.ok()) << key << ": " << value << "\n" << config.error().message;
  }

  void ExpectBad(const std::string& key, const std::string& value) {
    const auto config = Load({{{key, value}}});
    ASSERT_FALSE(config.ok()) << key << ": " << value;
    EXPECT_THAT(config.error().violations, SizeIs(1)) << config.error().message;
    EXPECT_THAT(config.error().message, HasSubstr(": accounts[0]." + key + ": must be "));
  }

  TemporaryDirectory directory_;
};

TEST_F(ConfigAccountTest, KnowsTheTermsOfSomeLawsAndTakesOthers) {
  const auto terms = [this](const Keys& keys) {
    const auto config = Load({keys});
    EXPECT_TRUE(config.ok()) << config.error().message;
    return config.ok() ? config->accounts.at(0).legal_terms : LegalTerms{};
  };
  EXPECT_EQ(terms({}), kDefaultLegalTerms);
  EXPECT_EQ(terms({}).term, LegalTerm{.months = 1});
  EXPECT_EQ(terms({{"law", "ccpa"}}),
            (LegalTerms{.term = {.days = 45}, .extension = {.days = 45}, .max_extensions = 1}));
  EXPECT_EQ(terms({{"law", "dpdp"}, {"legal_terms", "{days: 90}"}}),
            (LegalTerms{.term = {.days = 90}}));
  EXPECT_EQ(
      terms({{"law", "lgpd"}, {"legal_terms", "{days: 15, extension_days: 5, max_extensions: 2}"}}),
      (LegalTerms{.term = {.days = 15}, .extension = {.days = 5}, .max_extensions = 2}));
}

TEST_F(ConfigAccountTest, RefusesTermsThatAreNoTerms) {
  const auto faults = [this](const Keys& keys) {
    const auto config = Load({keys});
    return config.ok() ? 0U : config.error().violations.size();
  };
  EXPECT_EQ(faults({{"law", "dpdp"}}), 1U);
  EXPECT_EQ(faults({{"law", "GDPR"}}), 1U);
  EXPECT_EQ(faults({{"law", "gdpr"}, {"legal_terms", "{days: 90}"}}), 1U);
  EXPECT_EQ(faults({{"legal_terms", "{days: 90}"}}), 1U);
  EXPECT_EQ(faults({{"law", "dpdp"}, {"legal_terms", "{days: 0}"}}), 1U);
  EXPECT_EQ(faults({{"law", "dpdp"}, {"legal_terms", "{days: 367}"}}), 2U);
  EXPECT_EQ(faults({{"law", "dpdp"}, {"legal_terms", "{days: 9, max_extensions: 1}"}}), 1U);
  EXPECT_EQ(faults({{"law", "dpdp"}, {"legal_terms", "{days: 9, extension_days: 1}"}}), 1U);
  EXPECT_EQ(faults({{"law", "dpdp"}, {"legal_terms", "{weeks: 9}"}}), 2U);
}

TEST_F(ConfigAccountTest, KeepsWhatItIsTold) {
  const auto config = Load({{{"base_url", "HTTPS://CleverTap.Example:8443/"},
                             {"time_zone", "Asia/Kolkata"},
                             {"concurrency", "3"},
                             {"disassociate_path", "/1/disassociate/"},
                             {"probe_path", "/2/hello"},
                             {"sandbox_window", "10s"}}});
  ASSERT_TRUE(config.ok()) << config.error().message;
  const Account& account = config->accounts.at(0);
  EXPECT_EQ(account.name, "demo");
  EXPECT_EQ(account.base_url, "https://clevertap.example:8443");
  EXPECT_EQ(account.account_id, "TEST-000");
  EXPECT_EQ(account.hours.zone.name(), "Asia/Kolkata");
  EXPECT_EQ(account.hours.sandbox_window, std::chrono::seconds{10});
  EXPECT_EQ(account.concurrency, 3);
  EXPECT_EQ(account.disassociate_path, "/1/disassociate/");
  EXPECT_EQ(account.probe_path, "/2/hello");
}

TEST_F(ConfigAccountTest, RegionsHaveTheHostsOfCleverTapsDocumentation) {
  for (const auto& [region, url] : Keys{{"in1", "https://in1.api.clevertap.com"},
                                        {"sg1", "https://sg1.api.clevertap.com"},
                                        {"us1", "https://us1.api.clevertap.com"},
                                        {"aps3", "https://aps3.api.clevertap.com"},
                                        {"mec1", "https://mec1.api.clevertap.com"},
                                        {"eu1", "https://eu1.api.clevertap.com"},
                                        {"eu", "https://api.clevertap.com"}}) {
    const auto config = Load({{{"region", region}}});
    ASSERT_TRUE(config.ok()) << region;
    EXPECT_EQ(config->accounts[0].base_url, url);
  }
}

TEST_F(ConfigAccountTest, NamesAreSlugs) {
  for (const std::string& name : {std::string("a"), std::string("a-1"), std::string(63, 'a')}) {
    ExpectGood("name", name);
  }
  for (const std::string& name :
       {std::string(64, 'a'), std::string("1a"), std::string("-a"), std::string("A"),
        std::string("a_b"), std::string("'a b'"), std::string("\xc3\xa9"), std::string("''")}) {
    ExpectBad("name", name);
  }
}

TEST_F(ConfigAccountTest, ConcurrencyIsAtMostWhatCleverTapAllows) {
  ExpectGood("concurrency", "1");
  ExpectGood("concurrency", "3");
  ExpectBad("concurrency", "0");
  ExpectBad("concurrency", "4");
}

TEST_F(ConfigAccountTest, AccountIdsTravelInAHeader) {
  ExpectGood("account_id", "W9R-486-4W5Z");
  ExpectGood("account_id", std::string(128, 'x'));
  ExpectBad("account_id", std::string(129, 'x'));
  ExpectBad("account_id", R"("A\r\nX-Evil: 1")");
  ExpectBad("account_id", R"("A\0B")");
  ExpectBad("account_id", "A B");
  ExpectBad("account_id", "\xc3\xa9");
  ExpectBad("account_id", "''");
}

TEST_F(ConfigAccountTest, BaseUrlsAreAHostAndNothingElse) {
  for (const char* url : {"https://h", "https://h.example/", "https://h:1", "https://h:65535",
                          "https://[2001:db8::1]", "http://localhost:8480", "http://127.0.0.1",
                          "http://127.8.9.1:1", "http://[::1]:1"}) {
    ExpectGood("base_url", Quoted(url));
  }
  for (const char* url : {"",
                          "h",
                          "h.example",
                          "//h",
                          "https://",
                          "https:///x",
                          "https:/h",
                          "ftp://h",
                          "file:///etc/passwd",
                          "https://h/1",
                          "https://h//",
                          "https://h?",
                          "https://h?a=b",
                          "https://h#",
                          "https://u@h",
                          "https://u:p@h",
                          "https://@h",
                          "https://h.",
                          "https://1",
                          "https://127.1",
                          "https://0x7f000001",
                          "http://2130706433",
                          "https://h:0",
                          "https://h:65536",
                          "https://h:x",
                          "https://a b",
                          "https://h\\x",
                          "https://\xc3\xa9.example",
                          "http://h.example",
                          "http://127.0.0.1.example",
                          "http://localhost.example",
                          "http://0.0.0.0"}) {
    ExpectBad("base_url", Quoted(url));
  }
}

TEST_F(ConfigAccountTest, DisassociatePathsAreNotThoseThatDelete) {
  ExpectGood("disassociate_path", "/1/disassociate/");
  ExpectGood("disassociate_path", "/v2/profile/disassociate.json");
  for (const char* path :
       {"''", "/", "1/disassociate", "'/1/d?dryRun=1'", "'/1/d#'", "'/1/d x'", "'/1/%64elete'",
        "/1/delete/profiles.json", "/1/DELETE/profiles.json", "/1/demerge/profiles.json"}) {
    ExpectBad("disassociate_path", path);
  }
}

TEST_F(ConfigAccountTest, ProbePathsTouchNobody) {
  ExpectGood("probe_path", "/v1/connect");
  ExpectGood("probe_path", "/1/profile.json");
  for (const char* path :
       {"''", "/", "v1/connect", "'/v1/connect?a=b'", "'/v1/c#'", "'/1/%64elete'",
        "/1/delete/profiles.json", "/1/DEMERGE/profiles.json", "/1/disassociate"}) {
    ExpectBad("probe_path", path);
  }
}

TEST_F(ConfigAccountTest, ASandboxWindowIsNotForCleverTap) {
  const std::string refused = "is for sandboxes; CleverTap's own windows cannot be shortened";
  for (const Keys& where :
       {Keys{{"region", "in1"}}, Keys{{"base_url", "https://API.clevertap.com"}},
        Keys{{"base_url", "https://clevertap.com:8443"}}}) {
    Keys keys = where;
    keys["sandbox_window"] = "10s";
    const auto config = Load({keys});
    ASSERT_FALSE(config.ok());
    EXPECT_THAT(config.error().message, HasSubstr("accounts[0].sandbox_window: " + refused));
  }
  for (const auto& [window, good] : std::map<std::string, bool>{
           {"0ms", false}, {"1ms", true}, {"48h", true}, {"172800001ms", false}}) {
    EXPECT_EQ(Load({{{"base_url", "https://h"}, {"sandbox_window", window}}}).ok(), good) << window;
  }
}

TEST_F(ConfigAccountTest, DeletionsBeginAtATimeOfDay) {
  using namespace std::chrono_literals;
  const auto begin = [this](const std::string& time) {
    return Load({{{"deletions_begin", time}}}).value().accounts.at(0).hours.deletions_begin;
  };
  EXPECT_EQ(Load({{}}).value().accounts.at(0).hours.deletions_begin, 2h);
  EXPECT_EQ(begin("00:00"), 0min);
  EXPECT_EQ(begin("'23:59'"), 23h + 59min);
  EXPECT_EQ(begin("02:30"), 2h + 30min);
  for (const char* time :
       {"''", "2", "2:00", "24:00", "02:60", "02-00", "02:0x", "-1:00", "002:0"}) {
    ExpectBad("deletions_begin", time);
  }
}

TEST_F(ConfigAccountTest, HorizonsAndAgesAreSetByOperation) {
  using namespace std::chrono_literals;
  const auto config = Load({{{"resend_horizon", "{erasure: 24h, disassociation: 0ms}"},
                             {"send_within", "{demerge: 1s, disassociation: 8784h}"}}});
  ASSERT_TRUE(config.ok()) << config.error().message;
  const ProcessingHours& hours = config->accounts.at(0).hours;
  EXPECT_EQ(hours.resend[Operation::kErasure], 24h);
  EXPECT_EQ(hours.resend[Operation::kDemerge], std::nullopt);
  EXPECT_EQ(hours.resend[Operation::kDisassociation], 0ms);
  EXPECT_EQ(hours.send_within[Operation::kErasure], std::nullopt);
  EXPECT_EQ(hours.send_within[Operation::kDemerge], 1s);
  EXPECT_EQ(hours.send_within[Operation::kDisassociation], 8'784h);
  for (const char* wrong : {"{erasure: 25h}", "{rename: 1h}"}) {
    EXPECT_FALSE(Load({{{"resend_horizon", wrong}}}).ok()) << wrong;
  }
  for (const char* wrong : {"{erasure: 0ms}", "{erasure: 8785h}", "{rename: 1h}"}) {
    EXPECT_FALSE(Load({{{"send_within", wrong}}}).ok()) << wrong;
  }
}

TEST_F(ConfigAccountTest, TimeZonesAreThoseOfIana) {
  ExpectGood("time_zone", "America/Argentina/Buenos_Aires");
  for (const char* zone : {"''", "localtime", "asia/kolkata", "+05:30", "../UTC", "Asia"}) {
    ExpectBad("time_zone", zone);
  }
}

TEST_F(ConfigAccountTest, RegionOrBaseUrlAndNotBoth) {
  for (const Keys& keys :
       {Keys{{"region", ""}}, Keys{{"base_url", "https://h"}, {"region", "in1"}}}) {
    const auto config = Load({keys});
    ASSERT_FALSE(config.ok());
    EXPECT_THAT(config.error().message,
                HasSubstr(":4:5: accounts[0]: give exactly one of region, base_url"));
  }
}

TEST_F(ConfigAccountTest, ThereIsAtLeastOne) {
  const auto config = Load({});
  ASSERT_FALSE(config.ok());
  EXPECT_THAT(config.error().message,
              HasSubstr(":3:1: accounts: must be a list of at least one account"));
}

TEST_F(ConfigAccountTest, NamesAreUnique) {
  const auto config = Load({{{"account_id", "A"}}, {{"account_id", "B"}}});
  ASSERT_FALSE(config.ok());
  EXPECT_THAT(config.error().violations, SizeIs(1));
  EXPECT_THAT(config.error().message,
              HasSubstr(":10:11: accounts[1].name: names another account already ("));
}

TEST_F(ConfigAccountTest, OneProjectHasOneAccount) {
  const auto load = [this](const Keys& first, const Keys& second) {
    Keys a = first, b = second;
    a["name"] = "a";
    b["name"] = "b";
    return Load({a, b});
  };
  const std::vector<std::pair<Keys, Keys>> same = {
      {{}, {}},
      {{{"account_id", "abc"}}, {{"account_id", "ABC"}}},
      {{{"region", "eu"}}, {{"region", "eu1"}}},
      {{{"region", "in1"}}, {{"base_url", "https://in1.api.clevertap.com"}}},
      {{{"region", "in1"}}, {{"base_url", "https://IN1.API.clevertap.com:443/"}}},
      {{{"base_url", "http://localhost:80"}}, {{"base_url", "http://localhost/"}}},
      {{{"base_url", "http://127.0.0.1:8080"}}, {{"base_url", "http://localhost:8080"}}},
      {{{"base_url", "http://127.0.0.1:8080"}}, {{"base_url", "http://[::1]:8080"}}},
      {{{"base_url", "http://localhost:8443"}}, {{"base_url", "https://0.0.0.0:8443"}}}};
  for (const auto& [first, second] : same) {
    const auto config = load(first, second);
    ASSERT_FALSE(config.ok());
    EXPECT_THAT(config.error().violations, SizeIs(1)) << config.error().message;
    EXPECT_THAT(config.error().message,
                HasSubstr("accounts[1].account_id: names a CleverTap project "
                          "that another account has already"));
    EXPECT_THAT(config.error().message, HasSubstr("accounts a and b"));
  }
  EXPECT_TRUE(load({{"account_id", "A"}}, {{"account_id", "B"}}).ok());
  EXPECT_TRUE(load({{"base_url", "https://h:1"}}, {{"base_url", "https://h:2"}}).ok());
  EXPECT_TRUE(
      load({{"base_url", "http://localhost:1"}}, {{"base_url", "http://127.0.0.1:2"}}).ok());
}

TEST_F(ConfigAccountTest, OneCleverTapAccountIdIsInOneRegion) {
  const auto load = [this](Keys a, Keys b) {
    a["name"] = "shop-in";
    b["name"] = "shop-sg";
    return Load({{{"name", "other"}, {"account_id", "OTHER"}}, a, b});
  };
  const std::vector<std::pair<Keys, Keys>> same = {
      {{{"region", "in1"}}, {{"region", "sg1"}}},
      {{{"region", "eu"}, {"account_id", "abc"}}, {{"region", "us1"}, {"account_id", "ABC"}}},
      {{{"region", "in1"}}, {{"base_url", "https://clevertap.proxy.example"}}},
      {{{"base_url", "https://SG1.API.CLEVERTAP.COM"}}, {{"base_url", "https://h"}}},
      {{{"base_url", "http://localhost:8080"}}, {{"region", "aps3"}}}};
  for (const auto& [first, second] : same) {
    const auto config = load(first, second);
    ASSERT_FALSE(config.ok());
    EXPECT_THAT(config.error().violations, SizeIs(1)) << config.error().message;
    EXPECT_THAT(config.error().message,
                AllOf(HasSubstr("accounts[2].account_id: is the id of another account already, at "
                                "another host"),
                      HasSubstr("accounts shop-in and shop-sg"), HasSubstr("lethe.yaml:")));
  }
  EXPECT_TRUE(load({{"region", "in1"}}, {{"region", "sg1"}, {"account_id", "B"}}).ok());
}

TEST_F(ConfigAccountTest, VerificationIsOffUnlessAskedFor) {
  const auto config = Load({{}, {{"name", "b"}, {"account_id", "B"}, {"verification", "off"}}});
  ASSERT_TRUE(config.ok()) << config.error().message;
  for (const Account& account : config->accounts) {
    EXPECT_FALSE(account.verification.on());
    EXPECT_EQ(account.verification.second_look, std::nullopt);
  }
}

TEST_F(ConfigAccountTest, VerificationTakesAllOrAShare) {
  const auto config = Load({{{"verification", "all"}, {"second_look", "20s"}},
                            {{"name", "b"}, {"account_id", "B"}, {"verification", "sample"}},
                            {{"name", "c"},
                             {"account_id", "C"},
                             {"verification", "sample"},
                             {"verification_sample", "0.25"}}});
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->accounts[0].verification.share, 1);
  EXPECT_EQ(config->accounts[0].verification.second_look, std::chrono::seconds(20));
  EXPECT_EQ(config->accounts[1].verification.share, 0.05);
  EXPECT_EQ(config->accounts[2].verification.share, 0.25);
}

TEST_F(ConfigAccountTest, BadVerificationIsRefused) {
  for (const char* value : {"yes", "ALL", "some", "''"}) ExpectBad("verification", value);
  for (const char* value : {"0", "0.009", "1.01", "-1", "5%", "1e-1", "nan", "''", "0.5x"}) {
    const auto config = Load({{{"verification", "sample"}, {"verification_sample", value}}});
    ASSERT_FALSE(config.ok()) << value;
    EXPECT_THAT(config.error().message, HasSubstr("must be a number from 0.01 to 1"));
  }
  for (const char* value : {"0.01", "1", "0.5"}) {
    EXPECT_TRUE(Load({{{"verification", "sample"}, {"verification_sample", value}}}).ok()) << value;
  }
}

TEST_F(ConfigAccountTest, SettingsOfVerificationThatWouldDoNothingAreRefused) {
  for (const Keys& keys : {Keys{{"verification_sample", "0.5"}},
                           Keys{{"verification", "all"}, {"verification_sample", "0.5"}},
                           Keys{{"second_look", "720h"}}}) {
    const auto config = Load({keys});
    ASSERT_FALSE(config.ok());
    EXPECT_THAT(config.error().message, HasSubstr("needs verification"));
  }
}

}  // namespace
}  // namespace lethe::runtime
