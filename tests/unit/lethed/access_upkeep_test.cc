#include "lethed/access_upkeep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "telemetry/metrics.h"

namespace lethe {
namespace {

using testing::HasSubstr;

std::string OnePrincipal(const std::string& name) {
  return "principals:\n  - name: " + name +
         "\n    certificates: crm.internal\n    grants: [{roles: reader, accounts: '*'}]\n";
}

class AccessUpkeepTest : public testing::Test {
 protected:
  std::string WhoIsIt() const {
    const std::vector<std::string_view> names{"crm.internal"};
    const auto found = directory_.Current()->Recognise({.certificate = names}, {});
    return found.principal ? found.principal->name : "";
  }
  bool Broken() const {
    return metrics_.Text().find("\nlethe_access_file_broken 1\n") != std::string::npos;
  }

  const std::vector<Account> accounts_;
  telemetry::Metrics metrics_{"1.2.3", {}};
  Observer observer_{metrics_};
  access::LiveDirectory directory_;
  Result<std::string> file_ = OnePrincipal("crm");
  AccessUpkeep upkeep_{{.path = "access.yaml",
                        .accounts = accounts_,
                        .directory = directory_,
                        .observer = observer_,
                        .read = [this](const std::string&) { return file_; }}};
};

TEST_F(AccessUpkeepTest, TakesUpTheFileAtTheStartAndWhenItChanges) {
  ASSERT_TRUE(upkeep_.Begin().ok());
  EXPECT_EQ(WhoIsIt(), "crm");
  file_ = OnePrincipal("erp");
  upkeep_.Look();
  upkeep_.Look();
  EXPECT_EQ(WhoIsIt(), "erp");
  EXPECT_FALSE(Broken());
}

TEST_F(AccessUpkeepTest, LeavesAFileThatIsStillBeingWrittenAlone) {
  ASSERT_TRUE(upkeep_.Begin().ok());
  file_ = OnePrincipal("half");
  upkeep_.Look();
  EXPECT_EQ(WhoIsIt(), "crm");
  file_ = std::string("principals: [");
  upkeep_.Look();
  EXPECT_FALSE(Broken());
  file_ = OnePrincipal("crm");
  upkeep_.Look();
  file_ = OnePrincipal("half");
  upkeep_.Look();
  EXPECT_EQ(WhoIsIt(), "crm") << "it was there before, but not at the last look";
  upkeep_.Look();
  EXPECT_EQ(WhoIsIt(), "half");
}

TEST_F(AccessUpkeepTest, WhatCannotBeUsedLeavesTheOneBeforeItAtWorkAndShows) {
  ASSERT_TRUE(upkeep_.Begin().ok());
  for (const Result<std::string>& broken :
       {Result<std::string>("principals: ["),
        Result<std::string>(Error{ErrorCode::kInvalidArgument, "BAD_CONFIG", "gone"})}) {
    file_ = broken;
    upkeep_.Look();
    upkeep_.Look();
    EXPECT_EQ(WhoIsIt(), "crm");
    EXPECT_TRUE(Broken());
  }
  file_ = OnePrincipal("crm");
  upkeep_.Look();
  EXPECT_FALSE(Broken()) << "the same file as before it broke";
}

TEST_F(AccessUpkeepTest, CannotBeginWithAFileThatCannotBeUsed) {
  file_ = std::string("principals: []");
  const Status begun = upkeep_.Begin();
  ASSERT_FALSE(begun.ok());
  EXPECT_THAT(begun.error().message, HasSubstr("access.yaml:1:1: principals: must be a list"));
  EXPECT_TRUE(directory_.Current()->open()) << "the process does not serve";
}

TEST_F(AccessUpkeepTest, WithoutAFileEveryoneStaysAnonymous) {
  AccessUpkeep none({.path = "",
                     .accounts = accounts_,
                     .directory = directory_,
                     .observer = observer_,
                     .read = [](const std::string&) -> Result<std::string> {
                       ADD_FAILURE() << "there is no file";
                       return std::string();
                     }});
  EXPECT_TRUE(none.Begin().ok());
  none.Look();
  EXPECT_TRUE(directory_.Current()->open());
}

}  // namespace
}  // namespace lethe
