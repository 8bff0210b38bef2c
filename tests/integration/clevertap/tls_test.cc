#include <gtest/gtest.h>

#include "rig.h"
#include "tls_server.h"

namespace lethe {
namespace {

using clevertap::HttpVendorClient;

TEST(Tls, TrustsOnlyACertificateOfItsAuthority) {
  const Certificate certificate("IP:127.0.0.1");
  TlsServer server(certificate);

  HttpVendorClient trusts_the_system = ClientOf(AccountAt(server.base_url()));
  const VendorReply refused = Erase(trusts_the_system, {"ana"});
  EXPECT_EQ(refused.outcome, OutcomeClass::kNotSent);
  EXPECT_EQ(refused.code, "tls");

  HttpVendorClient has_no_authority =
      ClientOf(AccountAt(server.base_url()), {.ca_file = "/nonexistent"});
  EXPECT_EQ(Erase(has_no_authority, {"ana"}).code, "tls");
  EXPECT_EQ(server.request_count(), 0);

  HttpVendorClient trusts_it =
      ClientOf(AccountAt(server.base_url()), {.ca_file = certificate.cert_file()});
  EXPECT_EQ(Erase(trusts_it, {"ana"}).outcome, OutcomeClass::kAccepted);
  EXPECT_EQ(server.request_count(), 1);
}

TEST(Tls, RefusesACertificateForAnotherName) {
  const Certificate certificate("DNS:elsewhere.test");
  TlsServer server(certificate);
  HttpVendorClient client =
      ClientOf(AccountAt(server.base_url()), {.ca_file = certificate.cert_file()});
  const VendorReply reply = Erase(client, {"ana"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kNotSent);
  EXPECT_EQ(reply.code, "tls");
  EXPECT_EQ(server.request_count(), 0);
}

TEST(Tls, RefusesVersionsBelow12) {
  const Certificate certificate("IP:127.0.0.1");
  TlsServer server(certificate, TlsServer::Newest::kTls11);
  HttpVendorClient client =
      ClientOf(AccountAt(server.base_url()), {.ca_file = certificate.cert_file()});
  EXPECT_EQ(Erase(client, {"ana"}).code, "tls");
  EXPECT_EQ(server.request_count(), 0);
}

}  // namespace
}  // namespace lethe
