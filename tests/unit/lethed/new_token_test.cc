#include "lethed/new_token.h"

#include <gtest/gtest.h>

#include <chrono>

#include "access/token.h"
#include "runtime/access_file.h"

namespace lethe {
namespace {

using namespace std::chrono;

TEST(NewToken, ItsEntryIsOneOfTheAccessFileAndEndsOnADay) {
  const TimePoint now = sys_days{year{2026} / 11 / 30} + hours(16);
  const std::string entry = EntryOf("secret", 30, now);
  EXPECT_EQ(entry.find("secret"), std::string::npos);
  const auto file =
      runtime::ParseAccessFile("access.yaml",
                               "principals:\n  - name: crm\n    tokens:\n      " + entry +
                                   "\n    grants: [{roles: reader, accounts: '*'}]\n",
                               {});
  ASSERT_TRUE(file.ok()) << file.error().message;
  const access::StaticToken& token = file->members[0].tokens[0];
  EXPECT_EQ(token.digest, access::TokenDigest::Of("secret"));
  EXPECT_EQ(token.until, sys_days{year{2026} / 12 / 31});
}

}  // namespace
}  // namespace lethe
