#include "runtime/tls_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/certificates.h"
#include "temporary_directory.h"

namespace lethe::runtime {
namespace {

using access::ClientCertificates;
using test::TestCa;
using test::TestCertificate;
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

class TlsFilesTest : public testing::Test {
 protected:
  TlsFiles Files(const std::string& certificate, const std::string& key,
                 const std::string& client_ca = {}) const {
    TlsFiles files{.certificate_file = Write("server.crt", certificate),
                   .key_file = Write("server.key", key)};
    if (!client_ca.empty()) {
      files.client_ca_file = Write("client_ca.crt", client_ca);
      files.client_certificates = ClientCertificates::kRequired;
    }
    return files;
  }
  std::string Write(const std::string& name, const std::string& text) const {
    const std::string path = directory_.Write(name, text);
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    return path;
  }

  const TemporaryDirectory directory_;
  const TestCa ca_;
  const TestCertificate server_ = ca_.IssueServer();
};

TEST_F(TlsFilesTest, AreReadTogether) {
  const auto identity =
      LoadTls(Files(server_.certificate + ca_.certificate(), server_.key, ca_.certificate()));
  ASSERT_TRUE(identity.ok()) << identity.error().message;
  EXPECT_EQ(identity->certificates, server_.certificate + ca_.certificate());
  EXPECT_EQ(identity->key.Reveal() + "\n", server_.key);
  EXPECT_EQ(identity->client_ca, ca_.certificate());
  EXPECT_EQ(identity->until, access::FirstEnd(identity->certificates).value());
  EXPECT_EQ(identity->client_ca_until, access::FirstEnd(ca_.certificate()).value());
}

TEST_F(TlsFilesTest, TheClientCaIsNotReadWhereNobodyIsAsked) {
  const auto identity = LoadTls(Files(server_.certificate, server_.key));
  ASSERT_TRUE(identity.ok()) << identity.error().message;
  EXPECT_FALSE(identity->client_ca_until);
}

TEST_F(TlsFilesTest, ErrorsSayThePathAndWhyAndNothingOfAKey) {
  const TestCertificate other = ca_.IssueServer();
  TlsFiles missing = Files(server_.certificate, server_.key);
  missing.certificate_file += ".gone";
  EXPECT_THAT(LoadTls(missing).error().message,
              HasSubstr("server.crt.gone: No such file or directory"));
  EXPECT_THAT(LoadTls(Files("", server_.key)).error().message,
              HasSubstr("server.crt: has no certificate in PEM"));
  EXPECT_THAT(LoadTls(Files(other.certificate, server_.key)).error().message,
              AllOf(HasSubstr("server.key: is not the key of the certificate"),
                    testing::Not(HasSubstr("BEGIN"))));
  EXPECT_THAT(LoadTls(Files(server_.certificate, server_.key, "x")).error().message,
              HasSubstr("client_ca.crt: has no certificate in PEM"));
}

TEST_F(TlsFilesTest, NobodyElseMayUseTheKeyOrChangeTheClientCa) {
  const TlsFiles files = Files(server_.certificate, server_.key, ca_.certificate());
  fs::permissions(files.key_file, fs::perms::others_read, fs::perm_options::add);
  EXPECT_THAT(LoadTls(files).error().message, HasSubstr("chmod o= "));
  fs::permissions(files.key_file, fs::perms::others_read, fs::perm_options::remove);
  fs::permissions(files.client_ca_file, fs::perms::others_read, fs::perm_options::add);
  EXPECT_TRUE(LoadTls(files).ok());
  fs::permissions(files.client_ca_file, fs::perms::others_write, fs::perm_options::add);
  EXPECT_THAT(LoadTls(files).error().message, HasSubstr("chmod o-w "));
}

}  // namespace
}  // namespace lethe::runtime
