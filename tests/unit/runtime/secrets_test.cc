#include "runtime/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temporary_directory.h"

namespace lethe::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class PasscodesTest : public testing::Test {
 protected:
  Result<std::vector<Passcode>> Read(const std::string& content) {
    return ReadPasscodes({.name = "shop",
                          .base_url = "",
                          .account_id = "",
                          .passcode_file = directory_.Write("passcode", content),
                          .hours = {TimeZone::Find("UTC").value()}});
  }

  void ExpectUnusable(const std::string& content, const std::string& why) {
    const auto passcodes = Read(content);
    ASSERT_FALSE(passcodes.ok()) << why;
    EXPECT_EQ(passcodes.error().code, ErrorCode::kFailedPrecondition);
    EXPECT_EQ(passcodes.error().reason, "SECRET_FILE");
    EXPECT_THAT(passcodes.error().message, HasSubstr("/passcode: " + why));
    EXPECT_THAT(passcodes.error().message, Not(HasSubstr("hunter2")));
  }

  TemporaryDirectory directory_;
};

TEST_F(PasscodesTest, AreOneOrTwoLines) {
  const Passcode old("old");
  const Passcode fresh("new");
  for (const char* content : {"old", "old\n", "old\r\n"}) {
    EXPECT_THAT(Read(content).value(), ElementsAre(old));
  }
  for (const char* content : {"old\nnew", "old\nnew\n", "old\r\nnew\r\n"}) {
    EXPECT_THAT(Read(content).value(), ElementsAre(old, fresh));
  }
}

TEST_F(PasscodesTest, WhatIsNoneIsSaidAndNotShown) {
  ExpectUnusable("", "is empty");
  ExpectUnusable("hunter2\n\n", "line 2 is empty");
  ExpectUnusable("\nhunter2\n", "line 1 is empty");
  ExpectUnusable("hunter2\na\nb\n", "has more than two lines");
  ExpectUnusable("hunter2\na\n\n", "has more than two lines");
  ExpectUnusable("\xef\xbb\xbfhunter2\n", "begins with a byte-order mark");
  for (const char c : {' ', '\t', '\r', '\0', '\x7f', '\xa0'}) {
    const std::string space(1, c);
    const auto why = "line 2 has white space, control characters or others beyond ASCII in it";
    ExpectUnusable("a\n" + space + "hunter2", why);
    ExpectUnusable("a\nhunter2" + space + " \n", why);
    ExpectUnusable("a\nhun" + space + "ter2\n", why);
  }
}

}  // namespace
}  // namespace lethe::runtime
