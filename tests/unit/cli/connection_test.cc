#include "cli/client/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/certificates.h"
#include "unit/api/in_process_server.h"
#include "unit/cli/lethe_runner.h"

namespace lethe::cli {
namespace {

using test::TestCa;
using test::TestCertificate;
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

/// Files of a person, in a home of its own.
class Home {
 public:
  Home() {
    std::string name = (fs::temp_directory_path() / "lethe_cli_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
    setenv("XDG_CONFIG_HOME", name.c_str(), 1);
  }
  ~Home() {
    unsetenv("XDG_CONFIG_HOME");
    fs::remove_all(path_);
  }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  std::string Write(const std::string& name, const std::string& text) const {
    const fs::path file = path_ / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
    fs::permissions(file, fs::perms(0600));
    return file.string();
  }

 private:
  fs::path path_;
};

class ConnectionTest : public testing::Test {
 protected:
  /// What is wrong; empty if nothing is.
  std::string Wrong(ConnectionOptions options) {
    connection_ = {};
    return Resolve(std::move(options), connection_).value_or("");
  }

  const Home home_;
  Connection connection_;
};

TEST_F(ConnectionTest, IsPlaintextToThisMachineWithoutAnyWord) {
  EXPECT_EQ(Wrong({}), "");
  EXPECT_EQ(connection_.server, "127.0.0.1:50051");
  EXPECT_FALSE(connection_.tls);
  EXPECT_EQ(connection_.token, "");
}

TEST_F(ConnectionTest, IsThatOfTheProfileThatTheFileNames) {
  home_.Write("lethe/ca.crt", "the CA");
  home_.Write("lethe/token", "lethe_abc\n");
  home_.Write("lethe/config.yaml",
              "profile: prod\n"
              "profiles:\n"
              "  prod: {server: 'lethe.internal:443', ca_file: ca.crt, token_file: token, "
              "server_name: lethe}\n"
              "  test: {server: '127.0.0.1:1', tls: true}\n");
  EXPECT_EQ(Wrong({}), "");
  EXPECT_EQ(connection_.server, "lethe.internal:443");
  EXPECT_TRUE(connection_.tls);
  EXPECT_EQ(connection_.ca, "the CA");
  EXPECT_EQ(connection_.token, "lethe_abc");
  EXPECT_EQ(connection_.server_name, "lethe");

  EXPECT_EQ(Wrong({.profile = "test"}), "");
  EXPECT_EQ(connection_.server, "127.0.0.1:1");
  EXPECT_TRUE(connection_.tls);
  EXPECT_EQ(connection_.ca + connection_.token, "");
}

TEST_F(ConnectionTest, CredentialsOfAProfileGoToNoOtherServerUnlessItIsNamed) {
  home_.Write("lethe/token", "lethe_abc");
  home_.Write("lethe/config.yaml",
              "profile: prod\nprofiles:\n  prod: {server: 'localhost:443', token_file: token}\n");
  EXPECT_EQ(Wrong({.named = {.server = "localhost:1"}}), "");
  EXPECT_EQ(connection_.token, "");
  EXPECT_EQ(Wrong({.named = {.server = "localhost:1"}, .profile = "prod"}), "");
  EXPECT_EQ(connection_.server, "localhost:1");
  EXPECT_EQ(connection_.token, "lethe_abc");
}

TEST_F(ConnectionTest, ATokenGoesToNoOtherMachineInPlaintext) {
  const std::string token = home_.Write("token", "lethe_abc");
  EXPECT_EQ(Wrong({.named = {.server = "lethe.internal:1", .token_file = token}}),
            "a token would go to another machine in plaintext: say --tls or --ca-file");
  EXPECT_EQ(Wrong({.named = {.server = "lethe.internal:1", .tls = true, .token_file = token}}), "");
}

TEST_F(ConnectionTest, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(Wrong({.profile = "prod"}), HasSubstr("lethe/config.yaml"));
  const std::string file = home_.Write("lethe/config.yaml",
                                       "profiles:\n"
                                       "  prod:\n"
                                       "    sever: a:1\n");
  EXPECT_EQ(Wrong({}), file + ":1: names no profile: say `profile: NAME`, or --profile");
  EXPECT_EQ(Wrong({.profile = "test"}), file + ":1: has no profile test");
  EXPECT_THAT(Wrong({.profile = "prod"}), HasSubstr(file + ":3: unknown key; known here: server"));
  EXPECT_THAT(Wrong({.named = {.server = "a:1", .ca_file = "/none"}}),
              HasSubstr("/none: No such file"));
  EXPECT_THAT(Wrong({.named = {.server = "a:1", .key_file = "/none"}}), HasSubstr("go together"));
  const std::string token = home_.Write("token", "lethe_abc");
  fs::permissions(token, fs::perms(0604));
  EXPECT_THAT(Wrong({.named = {.server = "localhost:1", .token_file = token}}),
              HasSubstr("chmod o= "));
}

/// A server that asks for certificates, and knows a principal by one and another by a token.
struct Identities {
  TestCa ca;
  access::LiveTls server = [this] {
    const TestCertificate own = ca.IssueServer();
    return access::LiveTls({.certificates = own.certificate,
                            .key = access::PrivateKey(own.key),
                            .client_ca = ca.certificate()});
  }();
};

class WhoAmI : public Identities, public api::InProcessServer {
 protected:
  WhoAmI()
      : InProcessServer(
            api::RunHere, {},
            api::ServerTls{.identity = server,
                           .client_certificates = access::ClientCertificates::kOptional}) {
    const std::vector<Grant> grants{{.role = Role::kReader, .accounts = {"shop"}}};
    directory_.Use(access::Directory(
        {{.principal = {.name = "crm", .grants = grants}, .certificates = {"crm.internal"}},
         {.principal = {.name = "ann", .grants = grants},
          .tokens = {{.digest = access::TokenDigest::Of("lethe_ann"),
                      .until = clock_.Now() + std::chrono::hours(1)}}}}));
  }

  const Home home_;
  LetheRunner lethe_;
};

TEST_F(WhoAmI, IsToldByCertificateAndByToken) {
  const std::string ca_file = home_.Write("ca.crt", ca.certificate());
  const TestCertificate crm = ca.Issue({.names = {"DNS:crm.internal"}});
  EXPECT_EQ(lethe_.Run(server_->port(), {"--ca-file", ca_file, "--certificate-file",
                                         home_.Write("crm.crt", crm.certificate), "--key-file",
                                         home_.Write("crm.key", crm.key), "whoami"}),
            kOk)
      << lethe_.err();
  EXPECT_THAT(lethe_.out(), AllOf(HasSubstr("crm, recognised by certificate until 20"),
                                  HasSubstr("\n  reader for accounts/shop\n")));
  EXPECT_EQ(lethe_.Run(server_->port(), {"--ca-file", ca_file, "--token-file",
                                         home_.Write("token", "lethe_ann\n"), "whoami"}),
            kOk)
      << lethe_.err();
  EXPECT_THAT(lethe_.out(), HasSubstr("ann, recognised by token until 2026-03-02T01:00:00Z\n"));
  EXPECT_EQ(lethe_.Run(server_->port(), {"--ca-file", ca_file, "whoami"}), kFailed);
  EXPECT_THAT(lethe_.err(), HasSubstr("lethe: UNAUTHENTICATED NOT_RECOGNISED: "));
}

TEST_F(WhoAmI, IsNotToldOverPlaintextOrToWhoDoesNotBelieveTheServer) {
  EXPECT_EQ(lethe_.Run(server_->port(), {"whoami"}), kUnavailable);
  EXPECT_EQ(lethe_.Run(server_->port(),
                       {"--ca-file", home_.Write("ca.crt", TestCa("b").certificate()), "whoami"}),
            kUnavailable);
}

}  // namespace
}  // namespace lethe::cli
