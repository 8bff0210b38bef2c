#include "lethe/project.h"

#include <gtest/gtest.h>

#include <string>

namespace lethe {
namespace {

Project Of(std::string base_url, std::string account_id = "TEST-1") {
  return ProjectOf({.name = "acme",
                    .base_url = std::move(base_url),
                    .account_id = std::move(account_id),
                    .passcode_file = {},
                    .hours = {.zone = *TimeZone::Find("UTC")}});
}

TEST(Project, IsAHostAndAnAccountId) {
  EXPECT_EQ(Of("https://in1.api.clevertap.com"), (Project{"in1.api.clevertap.com", "TEST-1"}));
  EXPECT_NE(Of("https://in1.api.clevertap.com"), Of("https://sg1.api.clevertap.com"));
  EXPECT_NE(Of("https://in1.api.clevertap.com"), Of("https://in1.api.clevertap.com", "TEST-2"));
  EXPECT_EQ(ToText(Of("https://in1.api.clevertap.com")), "TEST-1 at in1.api.clevertap.com");
}

TEST(Project, IsOneUnderEverySpellingOfItsHost) {
  const Project project = Of("https://api.clevertap.com", "W9R-486-4W5Z");
  for (const char* url :
       {"https://API.CleverTap.com", "https://api.clevertap.com:443", "https://api.clevertap.com.",
        "https://api.clevertap.com.:443", "https://eu1.api.clevertap.com",
        "HTTPS://EU1.api.clevertap.com:443", "https://api.clevertap.com/"}) {
    EXPECT_EQ(Of(url, "w9r-486-4w5z"), project) << url;
  }
}

TEST(Project, IsOneUnderEveryNameOfLoopback) {
  for (const char* host : {"127.0.0.1", "127.9.9.9", "0.0.0.0", "localhost", "LOCALHOST",
                           "localhost.", "a.localhost", "ip6-localhost", "[::1]",
                           "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"}) {
    EXPECT_EQ(Of(std::string("http://") + host + ":8080").host, "localhost:8080") << host;
  }
  for (const char* host : {"128.0.0.1", "10.0.0.1", "[::2]", "[::ffff:10.0.0.1]", "localhost.com",
                           "notlocalhost", "127.0.0.1.example.com"}) {
    EXPECT_NE(Of(std::string("http://") + host + ":8080").host, "localhost:8080") << host;
  }
}

TEST(Project, OfAnotherPortIsAnother) {
  EXPECT_NE(Of("http://localhost:8080"), Of("http://localhost:8081"));
  EXPECT_NE(Of("http://localhost"), Of("https://localhost"));
  EXPECT_EQ(Of("http://localhost:443"), Of("https://localhost"));
  EXPECT_EQ(Of("http://[::1]"), Of("http://127.0.0.1:80"));
}

}  // namespace
}  // namespace lethe
