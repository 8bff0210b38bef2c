#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "support/certificates.h"
#include "support/lethed_process.h"
#include "support/postgres.h"
#include "support/process.h"

namespace lethe::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// examples/python, with what protoc makes of proto/ beside the script.
class PythonExample : public ::testing::Test {
 protected:
  void SetUp() override {
    files_.SetFile("server.crt", server_.certificate);
    files_.SetFile("server.key", server_.key);
    files_.SetFile("ca.crt", ca_.certificate());
    files_.SetFile("crm.crt", crm_.certificate);
    files_.SetFile("crm.key", crm_.key);
    files_.SetFile("people", "ann\nbob\n");
    const auto made =
        Run({"/bin/sh", "-c",
             "cp " LETHE_SOURCE_DIR "/examples/python/hand_over.py . && cd " LETHE_SOURCE_DIR
             "/proto && protoc --proto_path=. --python_out=\"$OLDPWD\" "
             "--grpc_python_out=\"$OLDPWD\" "
             "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin "
             "lethe/v1/*.proto google/rpc/*.proto"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }

  LethedFiles::Finished Run(std::vector<std::string> argv) {
    argv.insert(argv.begin(), {"/usr/bin/env", "-C", files_.directory().string()});
    Process process(argv, files_.directory(), "run-" + std::to_string(++runs_));
    const auto exit = process.Wait(std::chrono::seconds(60));
    return {exit ? exit->code : -1, process.out(), process.err()};
  }
  LethedFiles::Finished HandOver(const std::string& port, std::vector<std::string> credentials,
                                 const std::string& key) {
    std::vector<std::string> argv{"/usr/bin/python3",
                                  "hand_over.py",
                                  "--server",
                                  "localhost:" + port,
                                  "--ca",
                                  "ca.crt",
                                  "--account",
                                  "shop",
                                  "--key",
                                  key,
                                  "--identities-file",
                                  "people"};
    argv.insert(argv.end(), credentials.begin(), credentials.end());
    return Run(std::move(argv));
  }

  const TestCa ca_;
  const TestCertificate server_ = ca_.IssueServer();
  const TestCertificate crm_ = ca_.Issue({.names = {"URI:spiffe://company/crm"}});
  const TestDatabase database_;
  LethedFiles files_{{.database_url = database_.url(),
                      .vendor_url = "http://127.0.0.1:1",
                      .grpc_settings = "tls: {certificate_file: server.crt, key_file: server.key, "
                                       "client_ca_file: ca.crt, client_certificates: optional}",
                      .access = "principals: []"}};
  int runs_ = 0;
};

TEST_F(PythonExample, HandsOverByCertificateAndByTokenAndReadsTheDetailsOfErrors) {
  const LethedFiles::Token token = files_.NewToken();
  files_.SetFile("token", token.token + "\n");
  files_.SetAccess(
      "principals:\n  - name: crm\n    certificates: spiffe://company/crm\n"
      "    grants: [{roles: submitter, accounts: shop}]\n"
      "  - name: erp\n    tokens:\n      " +
      token.entry + "    grants: [{roles: submitter, accounts: shop}]\n");
  const auto lethed = files_.StartReady();
  const std::string port = std::to_string(lethed->grpc_port());
  const std::vector<std::string> by_certificate{"--certificate", "crm.crt", "--key-file",
                                                "crm.key"};

  const auto first = HandOver(port, by_certificate, "ticket-1");
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.out,
              AllOf(HasSubstr("accounts/shop/privacyRequests/"), HasSubstr(" by crm\n")));
  EXPECT_EQ(HandOver(port, by_certificate, "ticket-1").out, first.out) << "a repeat finds the same";
  const auto second = HandOver(port, {"--token-file", "token"}, "ticket-1");
  EXPECT_THAT(second.out, HasSubstr(" by erp\n")) << second.err;

  const auto wrong = HandOver(port, by_certificate, "");
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_THAT(wrong.err, AllOf(HasSubstr("INVALID_ARGUMENT INVALID_REQUEST: "),
                               HasSubstr("\n  idempotency_key: ")));
  EXPECT_THAT(HandOver(port, {}, "ticket-2").err, HasSubstr("UNAUTHENTICATED NOT_RECOGNISED: "));
}

}  // namespace
}  // namespace lethe::test
