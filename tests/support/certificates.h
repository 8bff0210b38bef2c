#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lethe/time.h"

struct evp_pkey_st;
struct x509_st;

namespace lethe::test {

/// In PEM.
struct TestCertificate {
  std::string certificate;
  std::string key;
};

/// What a certificate says.
struct TestCertificateParams {
  /// SANs, as OpenSSL's configuration has them: `DNS:a.b`, `URI:spiffe://a/b`, `IP:127.0.0.1`.
  std::vector<std::string> names = {};
  std::chrono::seconds from{-60};  ///< From now on.
  std::chrono::seconds until{3'600};
};

/// A CA that lives as long as a test.
class TestCa {
 public:
  explicit TestCa(const std::string& name = "test CA");
  ~TestCa();
  TestCa(const TestCa&) = delete;
  TestCa& operator=(const TestCa&) = delete;

  /// Its own certificate, in PEM.
  std::string certificate() const;

  TestCertificate Issue(const TestCertificateParams& params) const;

  /// For 127.0.0.1 and localhost.
  TestCertificate IssueServer() const {
    return Issue({.names = {"IP:127.0.0.1", "DNS:localhost"}});
  }

 private:
  struct FreeKey {
    void operator()(evp_pkey_st* key) const;
  };
  struct FreeCertificate {
    void operator()(x509_st* certificate) const;
  };
  std::unique_ptr<evp_pkey_st, FreeKey> key_;
  std::unique_ptr<x509_st, FreeCertificate> certificate_;
};

}  // namespace lethe::test
