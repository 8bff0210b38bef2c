#include "access/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "access/tls.h"
#include "support/certificates.h"

namespace lethe::access {
namespace {

using test::TestCa;
using test::TestCertificate;
using testing::ElementsAre;
using testing::HasSubstr;

std::chrono::seconds FromNow(TimePoint time) {
  return std::chrono::round<std::chrono::seconds>(time - std::chrono::system_clock::now());
}

/// Within the time that a test may take.
MATCHER_P(IsAbout, seconds, "") {
  return arg > std::chrono::seconds(seconds - 60) && arg < std::chrono::seconds(seconds + 60);
}

TEST(Certificate, SaysTheNamesOfItsHolderAndWhenItEnds) {
  const TestCertificate issued =
      TestCa().Issue({.names = {"URI:spiffe://company/ns/crm/sa/default", "DNS:crm.internal",
                                "IP:10.0.0.1", "email:ann@company.com"},
                      .until = std::chrono::seconds(7'200)});
  const auto read = ReadCertificate(issued.certificate);
  ASSERT_TRUE(read);
  EXPECT_THAT(read->names, ElementsAre("spiffe://company/ns/crm/sa/default", "crm.internal"));
  EXPECT_THAT(FromNow(read->until), IsAbout(7'200));
}

TEST(Certificate, WithoutNamesHasNone) {
  const auto read = ReadCertificate(TestCa().Issue({}).certificate);
  ASSERT_TRUE(read);
  EXPECT_THAT(read->names, ElementsAre());
}

TEST(Certificate, OtherTextIsNone) {
  for (const std::string text :
       {"", "nothing", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
    EXPECT_FALSE(ReadCertificate(text)) << text;
    EXPECT_FALSE(CertificateCache().Read(text)) << text;
  }
}

TEST(CertificateCache, ReadsEachOnce) {
  const TestCa ca;
  const TestCertificate first = ca.Issue({.names = {"DNS:a"}});
  const TestCertificate second = ca.Issue({.names = {"DNS:b"}});
  CertificateCache cache;
  const auto read = cache.Read(first.certificate);
  EXPECT_EQ(cache.Read(first.certificate), read);
  EXPECT_THAT(cache.Read(second.certificate)->names, ElementsAre("b"));
  EXPECT_EQ(cache.Read(first.certificate), read);
}

TEST(FirstEnd, IsThatOfTheCertificateThatEndsFirst) {
  const TestCa ca;
  const std::string longer = ca.Issue({.until = std::chrono::seconds(7'200)}).certificate;
  const std::string shorter = ca.Issue({.until = std::chrono::seconds(600)}).certificate;
  for (const std::string& chain : {longer + shorter, shorter + longer, "a comment\n" + shorter}) {
    const auto end = FirstEnd(chain);
    ASSERT_TRUE(end.ok()) << end.error().message;
    EXPECT_THAT(FromNow(*end), IsAbout(600));
  }
}

TEST(FirstEnd, NeedsCertificatesAllOfWhichCanBeRead) {
  const TestCertificate good = TestCa().Issue({});
  for (const std::string& text : {std::string(), std::string("nothing"), good.key}) {
    EXPECT_EQ(FirstEnd(text).error().message, "has no certificate in PEM");
  }
  const std::string cut = good.certificate.substr(0, good.certificate.size() / 2);
  EXPECT_EQ(FirstEnd(good.certificate + cut).error().message,
            "has a certificate that cannot be read");
}

TEST(CheckPair, NeedsTheKeyOfTheFirstCertificate) {
  const TestCa ca;
  const TestCertificate one = ca.IssueServer();
  const TestCertificate other = ca.IssueServer();
  EXPECT_TRUE(CheckPair(one.certificate + ca.certificate(), PrivateKey(one.key)).ok());
  EXPECT_EQ(CheckPair(other.certificate, PrivateKey(one.key)).error().message,
            "is not the key of the certificate");
  EXPECT_THAT(CheckPair(one.certificate, PrivateKey(one.certificate)).error().message,
              HasSubstr("has no private key in PEM"));
}

TEST(LiveTls, HasTheIdentityThatWasGivenLast) {
  const LiveTls live(TlsIdentity{.certificates = "a"});
  const LiveTls copy = live;
  const auto before = live.Current();
  copy.Use({.certificates = "b"});
  EXPECT_EQ(live.Current()->certificates, "b");
  EXPECT_EQ(before->certificates, "a");
}

}  // namespace
}  // namespace lethe::access
