#include "runtime/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "temporary_directory.h"

namespace lethe::runtime {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Variables = std::map<std::string, std::string>;

Environment Env(Variables variables) {
  return [variables = std::move(variables)](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

/// The least that loads; what a test adds comes first, so that its lines are easy to count.
constexpr auto kDatabase = "database: {url: 'postgresql://lethe@db/lethe'}\n";
constexpr auto kKeys = "keys_file: keys\n";
constexpr auto kAccounts =
    "accounts:\n"
    "  - {name: demo, region: in1, account_id: TEST-000, passcode_file: p, time_zone: UTC}\n";

class ConfigTest : public testing::Test {
 protected:
  Result<Config> Load(const std::string& text, Variables variables = {}) {
    return LoadConfig(directory_.Write("lethe.yaml", text), Env(std::move(variables)));
  }

  Result<Config> LoadWith(const std::string& more, Variables variables = {}) {
    return Load(more + kDatabase + kKeys + kAccounts, std::move(variables));
  }

  /// `LINE:COLUMN: TEXT` of each error, or what the variable is called in place of the position.
  std::vector<std::string> Errors(const Result<Config>& config) {
    if (config.ok()) return {};
    EXPECT_EQ(config.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(config.error().reason, "BAD_CONFIG");
    std::vector<std::string> errors;
    const std::string file = (directory_.path() / "lethe.yaml").string() + ":";
    std::string message;
    for (const FieldViolation& violation : config.error().violations) {
      const std::string line = violation.field + ": " + violation.description;
      errors.push_back(line.starts_with(file) ? line.substr(file.size()) : line);
      message += (message.empty() ? "" : "\n") + line;
    }
    EXPECT_EQ(config.error().message, message);
    return errors;
  }

  TemporaryDirectory directory_;
};

TEST_F(ConfigTest, WhatIsLeftOutHasItsDefault) {
  const auto config = LoadWith("");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->grpc_listen, "127.0.0.1:50051");
  EXPECT_EQ(config->operations_listen, "127.0.0.1:9464");
  EXPECT_EQ(config->database.url->Reveal(), "postgresql://lethe@db/lethe");
  EXPECT_EQ(config->dispatcher.lease, std::chrono::seconds{90});
  ASSERT_EQ(config->accounts.size(), 1u);
  EXPECT_EQ(config->accounts[0].base_url, "https://in1.api.clevertap.com");
  EXPECT_EQ(config->accounts[0].concurrency, 2);
  EXPECT_EQ(config->accounts[0].disassociate_path, "/1/disassociate");
  EXPECT_EQ(config->accounts[0].probe_path, "/v1/connect");
  EXPECT_EQ(config->accounts[0].hours.sandbox_window, std::nullopt);
}

TEST_F(ConfigTest, FilesAreRelativeToTheConfiguration) {
  const auto config = Load(
      "keys_file: ../keys\n"
      "database: {url_file: secrets/url}\n"
      "accounts:\n"
      "  - {name: a, region: eu, account_id: A, passcode_file: /run/p, time_zone: UTC}\n");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->keys_file, directory_.path().parent_path() / "keys");
  EXPECT_EQ(config->database.url_file, directory_.path() / "secrets/url");
  EXPECT_EQ(config->accounts[0].passcode_file, "/run/p");
}

TEST_F(ConfigTest, TellsEveryErrorAtOnceWithItsPlace) {
  EXPECT_THAT(
      Errors(Load("grpc:\n"
                  "  listen: nowhere\n"
                  "  port: 1\n"
                  "dispatcher:\n"
                  "  lingers: 2s\n"
                  "  poll: 250\n"
                  "accounts:\n"
                  "  - name: Demo\n"
                  "    region: mars\n"
                  "    time_zone: IST\n")),
      ElementsAre("2:11: grpc.listen: must be HOST:PORT, such as 127.0.0.1:50051, 0.0.0.0:50051 or "
                  "[::]:50051",
                  "3:3: grpc: unknown key port; known here: listen, insecure, "
                  "reflection, tls",
                  "1:1: database: give url, url_file or the variable LETHE_DATABASE_URL",
                  "1:1: needs the key keys_file: the keys that seal identifiers",
                  "6:9: dispatcher.poll: must be a duration from 10ms to 10s, a whole number and "
                  "one of ms, s, m, h",
                  "5:3: dispatcher: unknown key lingers; did you mean linger?",
                  "8:11: accounts[0].name: must be 1 to 63 of a-z, 0-9 and '-', starting with a "
                  "letter",
                  "9:13: accounts[0].region: must be one of in1 (India), sg1 (Singapore), us1 "
                  "(United States), aps3 (Indonesia), mec1 (Middle East), eu1 or eu (Europe); for "
                  "another host give base_url",
                  "8:5: accounts[0]: needs the key account_id: as CleverTap's settings show it",
                  "8:5: accounts[0]: needs the key passcode_file: a file with the passcode and "
                  "nothing else",
                  "10:16: accounts[0].time_zone: must be a time zone of the IANA database, such as "
                  "Asia/Kolkata"));
}

struct Bad {
  std::string yaml;
  std::string error;
  friend std::ostream& operator<<(std::ostream& out, const Bad& bad) { return out << bad.yaml; }
};

class BadConfig : public ConfigTest, public testing::WithParamInterface<Bad> {};

TEST_P(BadConfig, IsToldWithItsPlace) {
  EXPECT_THAT(Errors(LoadWith(GetParam().yaml)), ElementsAre(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Structure, BadConfig,
    testing::Values(
        Bad{"grcp: {}\n", "1:1: unknown key grcp; did you mean grpc?"},
        Bad{"zzz: 1\n",
            "1:1: unknown key zzz; known here: grpc, operations, database, access, keys_file, log, "
            "intake, "
            "dispatcher, recovery, shutdown, accounts"},
        Bad{"s3cret!: 1\n",
            "1:1: unknown key; known here: grpc, operations, database, access, keys_file, log, "
            "intake, "
            "dispatcher, recovery, shutdown, accounts"},
        Bad{"log:\n  level: info\n  level: info\n", "3:3: log.level: this key is here twice"},
        Bad{"keys_file: a\n", "3:1: keys_file: this key is here twice"},
        Bad{"log: text\n", "1:1: log: must be a mapping of keys to values"},
        Bad{"log: [text]\n", "1:1: log: must be a mapping of keys to values"},
        Bad{"log:\n", "1:1: log: must be a mapping of keys to values"},
        Bad{"log:\n  level:\n", "2:3: log.level: needs one value"},
        Bad{"log:\n  level: [info]\n", "2:3: log.level: needs one value"},
        Bad{"log: {level: INFO}\n", "1:14: log.level: must be one of debug, info, warning, error"},
        Bad{"log: {format: xml}\n", "1:15: log.format: must be one of json, text"},
        Bad{"log: {level: *passw0rd}\n", "1:14: is not YAML: the referenced anchor is not defined"},
        Bad{"log: {level: \"info\n", "6:1: is not YAML: end of map flow not found"},
        Bad{"operations: {listen: '127.0.0.1:50051'}\n",
            "1:22: operations.listen: must differ from grpc.listen"},
        Bad{"dispatcher:\n  call_timeout: 89s\n",
            "2:17: dispatcher.call_timeout: lease must be at least call_timeout and 2s, here 91s"},
        Bad{"dispatcher:\n  lease: 31999ms\n",
            "2:10: dispatcher.lease: lease must be at least call_timeout and 2s, here 32s"},
        Bad{"dispatcher:\n  call_timeout: 4s\n",
            "2:17: dispatcher.call_timeout: connect_timeout must not exceed call_timeout"},
        Bad{"dispatcher: {lease: 20s, call_timeout: nonsense}\n",
            "1:40: dispatcher.call_timeout: must be a duration from 1s to 5m, a whole number and "
            "one of ms, s, m, h"}));

TEST_F(ConfigTest, AFileThatIsNoConfigurationIsAnError) {
  EXPECT_THAT(Errors(Load("")), Not(testing::IsEmpty()));
  EXPECT_THAT(Errors(Load("just text")), Contains("1:1: must be a mapping of keys to values"));
  EXPECT_THAT(Errors(Load("- a\n- b\n")), Contains("1:1: must be a mapping of keys to values"));
  EXPECT_FALSE(LoadWith("a: 1\n---\n").ok());
  EXPECT_FALSE(Load(std::string(100'000, '[')).ok());
  EXPECT_FALSE(Load("\xff\xfe\x01").ok());
  const auto missing = LoadConfig("/nonexistent/lethe.yaml", Env({}));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().message, "/nonexistent/lethe.yaml: No such file or directory");
  EXPECT_FALSE(LoadConfig(directory_.path(), Env({})).ok());
}

struct Bound {
  std::string section;
  std::string key;
  std::vector<std::string> good;
  std::vector<std::string> bad;
  friend std::ostream& operator<<(std::ostream& out, const Bound& bound) {
    return out << bound.section << "." << bound.key;
  }
};

class Bounds : public ConfigTest, public testing::WithParamInterface<Bound> {};

TEST_P(Bounds, HoldAtTheLimitsAndNotBeyond) {
  const Bound& bound = GetParam();
  const auto yaml = [&](const std::string& value) {
    // Wide enough that one bound does not meet another's.
    if (bound.key == "call_timeout") {
      return "dispatcher: {connect_timeout: 1s, lease: 15m, call_timeout: " + value + "}\n";
    }
    if (bound.key == "lease")
      return "dispatcher: {connect_timeout: 1s, call_timeout: 1s, lease: " + value + "}\n";
    return bound.section + ": {" + bound.key + ": " + value + "}\n";
  };
  for (const std::string& value : bound.good) {
    EXPECT_THAT(Errors(LoadWith(yaml(value))), ElementsAre()) << value;
  }
  for (const std::string& value : bound.bad) {
    EXPECT_THAT(Errors(LoadWith(yaml(value))),
                ElementsAre(HasSubstr(bound.section + "." + bound.key + ": must be ")))
        << value;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Bounds,
    testing::Values(
        Bound{"intake",
              "max_waiting_identifiers",
              {"1000", "1000000"},
              {"999", "1000001", "-1", "+1000", "1e4", "1000.0", "0x3e8", "99999999999999999999"}},
        Bound{"dispatcher",
              "linger",
              {"10ms", "1h", "60m", "3600s"},
              {"9ms", "3600001ms", "61m", "2h", "0s", "2", "2 s", "-2s", "2S", "s", "''", "1.5s",
               "9223372036854775807h", "99999999999999999999ms", "2days"}},
        Bound{"dispatcher", "poll", {"10ms", "10s"}, {"9ms", "10001ms"}},
        Bound{"dispatcher", "connect_timeout", {"100ms", "30s"}, {"99ms", "30001ms"}},
        Bound{"dispatcher", "call_timeout", {"1s", "5m"}, {"999ms", "300001ms"}},
        Bound{"dispatcher", "lease", {"3s", "15m"}, {"2999ms", "900001ms"}},
        Bound{"dispatcher", "senders", {"1", "256"}, {"0", "257"}},
        Bound{"recovery", "keep", {"1h", "8784h"}, {"59m", "8785h"}},
        Bound{"shutdown", "grace", {"1s", "29s"}, {"999ms", "29001ms", "30s"}},
        Bound{"grpc",
              "listen",
              {"'127.0.0.1:0'", "'[::1]:65535'", "'localhost:1'"},
              {"'127.0.0.1:65536'", "'127.0.0.1:'", "'127.0.0.1'", "':50051'", "'50051'", "'::1:1'",
               "'[::g]:1'", "'[]:1'", "'a b:1'", "'h:-1'", "'http://h:1'", "'h:1,h:2'", "''"}}));

constexpr char kReachedInPlaintext[] =
    "others than this machine reach it, and the port speaks no TLS: give tls, listen on "
    "127.0.0.1, or say insecure: true where something in front of it encrypts";
constexpr char kPair[] = "certificate_file: tls/a.crt, key_file: tls/a.key";

TEST_F(ConfigTest, AnAddressThatOthersReachIsRefusedUnlessItSpeaksTlsOrIsSaidToBeInsecure) {
  const std::string access = "access: {file: access.yaml}\n";
  for (const std::string port : {"grpc", "operations"}) {
    for (const std::string listen :
         {"0.0.0.0:50061", "[::]:50061", "10.1.2.3:50061", "lethe.internal:50061"}) {
      EXPECT_THAT(Errors(LoadWith(port + ":\n  listen: '" + listen + "'\n" + access)),
                  ElementsAre("2:11: " + port + ".listen: " + kReachedInPlaintext));
      const auto insecure =
          LoadWith(port + ": {listen: '" + listen + "', insecure: true}\n" + access);
      ASSERT_TRUE(insecure.ok()) << listen;
      EXPECT_TRUE(port == "grpc" ? insecure->grpc_insecure : insecure->operations_insecure);
      const auto tls =
          LoadWith(port + ": {listen: '" + listen + "', tls: {" + kPair + "}}\n" + access);
      ASSERT_TRUE(tls.ok()) << listen << tls.error().message;
      EXPECT_TRUE(port == "grpc" ? tls->grpc_tls : tls->operations_tls);
    }
    for (const std::string listen : {"127.0.0.1:1", "127.9.9.9:1", "localhost:1", "[::1]:1"}) {
      const auto config = LoadWith(port + ": {listen: '" + listen + "'}\n");
      ASSERT_TRUE(config.ok()) << listen << config.error().message;
      EXPECT_FALSE(config->grpc_insecure || config->operations_insecure);
    }
  }
  EXPECT_THAT(Errors(LoadWith(access, {{"LETHE_GRPC_LISTEN", "[::]:50051"}})),
              ElementsAre(std::string("LETHE_GRPC_LISTEN: ") + kReachedInPlaintext));
  EXPECT_THAT(Errors(LoadWith("grpc: {insecure: yes}\n")),
              ElementsAre("1:18: grpc.insecure: must be true or false"));
  EXPECT_THAT(Errors(LoadWith(std::string("grpc: {insecure: true, tls: {") + kPair + "}}\n")),
              ElementsAre("1:18: grpc.insecure: the port speaks TLS: leave it out"));
}

TEST_F(ConfigTest, TlsIsReadFromFilesBesideTheConfiguration) {
  const auto config = LoadWith(std::string("grpc:\n  tls: {") + kPair +
                               ", client_certificates: required, client_ca_file: tls/ca.crt}\n"
                               "operations: {tls: {" +
                               kPair + "}}\n");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->grpc_tls->certificate_file, directory_.path() / "tls/a.crt");
  EXPECT_EQ(config->grpc_tls->key_file, directory_.path() / "tls/a.key");
  EXPECT_EQ(config->grpc_tls->client_ca_file, directory_.path() / "tls/ca.crt");
  EXPECT_EQ(config->grpc_tls->client_certificates, access::ClientCertificates::kRequired);
  EXPECT_EQ(config->operations_tls->client_certificates, access::ClientCertificates::kOff);
  EXPECT_FALSE(LoadWith("")->grpc_tls);
}

TEST_F(ConfigTest, TlsNeedsWhatBelongsTogether) {
  EXPECT_THAT(Errors(LoadWith("grpc: {tls: {}}\n")),
              ElementsAre("1:8: grpc.tls: needs the key certificate_file: the port's certificate, "
                          "in PEM",
                          "1:8: grpc.tls: needs the key key_file: the key of the certificate, in "
                          "PEM"));
  const std::string pair = kPair;
  EXPECT_THAT(Errors(LoadWith("grpc: {tls: {client_certificates: optional, " + pair + "}}\n")),
              ElementsAre("1:35: grpc.tls.client_certificates: needs client_ca_file"));
  EXPECT_THAT(Errors(LoadWith("grpc: {tls: {client_ca_file: ca.crt, " + pair + "}}\n")),
              ElementsAre("1:30: grpc.tls.client_ca_file: needs client_certificates: optional or "
                          "required"));
  EXPECT_THAT(Errors(LoadWith("operations: {tls: {client_ca_file: ca.crt, " + pair + "}}\n")),
              ElementsAre(testing::HasSubstr("unknown key client_ca_file")));
}

TEST_F(ConfigTest, WithoutAnAccessFileOthersThanThisMachineAreRefusedUnlessItIsSaidToBeOpen) {
  const std::string reached = "grpc: {listen: '[::]:50051', insecure: true}\n";
  EXPECT_THAT(Errors(LoadWith(reached)),
              ElementsAre("1:1: access: others than this machine reach grpc.listen: give file, or "
                          "say open: true where every caller may do everything"));
  constexpr auto kNeither =
      "access: give file, or say open: true where every caller may do everything";
  EXPECT_THAT(Errors(LoadWith(reached + "access: {open: false}\n")),
              ElementsAre(std::string("2:1: ") + kNeither));
  EXPECT_THAT(Errors(LoadWith("access: {}\n")), ElementsAre(std::string("1:1: ") + kNeither));
  EXPECT_THAT(Errors(LoadWith("access: {file: a, open: true}\n")),
              ElementsAre("1:1: access: give file or open: true, not both"));
  EXPECT_THAT(Errors(LoadWith("access: {open: yes}\n")),
              ElementsAre("1:16: access.open: must be true or false"));
  EXPECT_THAT(Errors(LoadWith("access: {file: }\n")),
              ElementsAre("1:10: access.file: needs one value"));
  EXPECT_TRUE(LoadWith(reached + "access: {open: true}\n")->access_open);
  EXPECT_TRUE(LoadWith("access: {open: true}\n").ok());
}

TEST_F(ConfigTest, ReflectionIsAChoice) {
  EXPECT_TRUE(LoadWith("")->grpc_reflection);
  EXPECT_FALSE(LoadWith("grpc: {reflection: false}\n")->grpc_reflection);
}

TEST_F(ConfigTest, TheAccessFileIsRelativeToTheConfiguration) {
  EXPECT_EQ(LoadWith("")->access_file, "");
  EXPECT_EQ(LoadWith("access: {file: who.yaml}\n")->access_file, directory_.path() / "who.yaml");
}

TEST_F(ConfigTest, DatabaseConnectionsHaveBounds) {
  for (const auto& [value, good] :
       std::map<std::string, bool>{{"0", false}, {"1", true}, {"100", true}, {"101", false}}) {
    const auto config = Load("database: {url: 'host=db', connections: " + value + "}\n" + kKeys +
                             std::string(kAccounts));
    EXPECT_EQ(config.ok(), good) << value;
  }
}

TEST_F(ConfigTest, TheDatabaseIsGivenOnce) {
  const auto load = [this](const std::string& database, Variables variables = {}) {
    return Load("database: " + database + "\n" + kKeys + kAccounts, std::move(variables));
  };
  EXPECT_TRUE(load("{url: 'host=db dbname=lethe'}").ok());
  EXPECT_TRUE(load("{url_file: url}").ok());
  EXPECT_THAT(Errors(load("{url: 'host=db', url_file: url}")),
              ElementsAre("1:1: database: give url or url_file, not both"));
  EXPECT_THAT(Errors(load("{}")),
              ElementsAre("1:1: database: give url, url_file or the variable LETHE_DATABASE_URL"));
  // libpq would see the text before the zero byte only.
  EXPECT_THAT(Errors(load("{url: \"host=db\\0 user=x\"}")),
              ElementsAre(testing::StartsWith("1:17: database.url: must be a connection string")));
  const auto config = load("{url_file: url}", {{"LETHE_DATABASE_URL", "host=other"}});
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->database.url->Reveal(), "host=other");
  EXPECT_EQ(config->database.url_file, "");
}

TEST_F(ConfigTest, ARoleMayReadReports) {
  const auto load = [this](const std::string& role) {
    return Load("database: {url: 'host=db'" + role + "}\n" + kKeys + kAccounts);
  };
  EXPECT_EQ(load("")->database.report_role, "");
  EXPECT_EQ(load(", report_role: grafana")->database.report_role, "grafana");
  EXPECT_THAT(Errors(load(", report_role: ''")),
              ElementsAre(testing::HasSubstr("report_role: must be the name of a role")));
}

TEST_F(ConfigTest, TheOwnerOfTheTablesIsGivenOnceIfAtAll) {
  const auto load = [this](const std::string& owner, Variables variables = {}) {
    return Load("database: {url: 'host=db'" + owner + "}\n" + kKeys + kAccounts,
                std::move(variables));
  };
  const auto none = load("");
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->database.owner_url, std::nullopt);
  EXPECT_EQ(load(", owner_url: 'user=owner'")->database.owner_url->Reveal(), "user=owner");
  EXPECT_EQ(load(", owner_url_file: url")->database.owner_url_file, directory_.path() / "url");
  EXPECT_THAT(Errors(load(", owner_url: 'user=owner', owner_url_file: url")),
              ElementsAre("1:1: database: give owner_url or owner_url_file, not both"));
  const auto other = load(", owner_url_file: url", {{"LETHE_DATABASE_OWNER_URL", "user=other"}});
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other->database.owner_url->Reveal(), "user=other");
  EXPECT_EQ(other->database.owner_url_file, "");
}

TEST_F(ConfigTest, NoErrorRepeatsASecret) {
  const std::vector<std::string> files = {
      std::string("database: {url: 'postgresql://u:hunter2@[db/x'}\n") + kKeys + kAccounts,
      std::string("database: {url: hunter2}\n") + kKeys + kAccounts,
      std::string("database: {url: *hunter2}\n") + kKeys + kAccounts,
      std::string("database: {hunter2: 1, url: 'host=db'}\n") + kKeys + kAccounts,
      std::string("database: {url: 'password=''hunter2'}\n") + kKeys + kAccounts,
      std::string(kDatabase) + kKeys +
          "accounts: [{name: hunter2 x, base_url: 'https://u:hunter2@h', account_id: 'hunter2 ', "
          "passcode_file: '', passcode: hunter2, time_zone: hunter2}]\n"};
  for (const std::string& file : files) {
    const auto config = Load(file);
    ASSERT_FALSE(config.ok()) << file;
    EXPECT_THAT(config.error().message, Not(HasSubstr("hunter2"))) << file;
  }
  const auto config = LoadWith("", {{"LETHE_DATABASE_URL", "postgresql://u:hunter2@[db/x"}});
  ASSERT_FALSE(config.ok());
  EXPECT_THAT(config.error().message, Not(HasSubstr("hunter2")));
}

TEST_F(ConfigTest, VariablesWinOverTheFile) {
  const auto config = LoadWith("grpc: {listen: '127.0.0.1:1'}\nlog: {level: error}\n",
                               {{"LETHE_GRPC_LISTEN", "127.0.0.2:2"},
                                {"LETHE_OPERATIONS_LISTEN", "127.0.0.3:3"},
                                {"LETHE_LOG_LEVEL", "debug"},
                                {"LETHE_DATABASE_URL", "host=other"}});
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->grpc_listen, "127.0.0.2:2");
  EXPECT_EQ(config->operations_listen, "127.0.0.3:3");
  EXPECT_EQ(config->log.level, telemetry::LogLevel::kDebug);
  EXPECT_EQ(config->database.url->Reveal(), "host=other");
}

TEST_F(ConfigTest, ErrorsInVariablesNameTheVariable) {
  EXPECT_THAT(Errors(LoadWith("", {{"LETHE_GRPC_LISTEN", "x"},
                                   {"LETHE_OPERATIONS_LISTEN", ""},
                                   {"LETHE_LOG_LEVEL", "loud"},
                                   {"LETHE_DATABASE_URL", ""}})),
              ElementsAre(testing::StartsWith("LETHE_GRPC_LISTEN: must be HOST:PORT"),
                          testing::StartsWith("LETHE_OPERATIONS_LISTEN: must be HOST:PORT"),
                          testing::StartsWith("LETHE_DATABASE_URL: must be a connection string"),
                          "LETHE_LOG_LEVEL: must be one of debug, info, warning, error"));
}

TEST_F(ConfigTest, RefusesAFileThatIsNestedBeyondReason) {
  std::string dashes;
  for (int level = 0; level < 20'000; ++level) dashes += "- ";
  for (const std::string& deep :
       {std::string(50'000, '['), std::string(50'000, '[') + std::string(50'000, ']'),
        std::string(50'000, '{'), dashes}) {
    EXPECT_FALSE(Load(deep).ok());
    EXPECT_FALSE(Load("database: " + deep).ok());
    EXPECT_FALSE(Load("accounts:\n  - " + deep).ok());
  }
}

}  // namespace
}  // namespace lethe::runtime
