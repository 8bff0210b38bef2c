#include "runtime/passcode_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace lethe::runtime {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Error kAway{ErrorCode::kUnavailable, "AWAY", "away"};

Account Named(const std::string& name) {
  return {.name = name,
          .base_url = "",
          .account_id = "",
          .passcode_file = "",
          .hours = {TimeZone::Find("UTC").value()}};
}

class PasscodeWatchTest : public testing::Test {
 protected:
  std::vector<std::string> Look() {
    std::vector<std::string> told;
    watch_.Look([&](const std::string& account) {
      told.push_back(account);
      return listening_ ? Ok() : Status(kAway);
    });
    return told;
  }

  bool listening_ = true;
  std::map<std::string, std::vector<Passcode>> files_{{"globex", {Passcode("g")}},
                                                      {"shop", {Passcode("s")}}};
  PasscodeWatch watch_{{Named("shop"), Named("globex")},
                       [this](const Account& account) -> Result<std::vector<Passcode>> {
                         const auto file = files_.find(account.name);
                         if (file == files_.end()) return kAway;
                         return file->second;
                       }};
};

TEST_F(PasscodeWatchTest, TellsOfEveryAccountAtFirst) {
  EXPECT_THAT(Look(), ElementsAre("shop", "globex"));
  EXPECT_THAT(Look(), IsEmpty());
}

TEST_F(PasscodeWatchTest, TellsOnceOfEachChange) {
  Look();
  files_["shop"] = {Passcode("s"), Passcode("t")};
  EXPECT_THAT(Look(), ElementsAre("shop"));
  EXPECT_THAT(Look(), IsEmpty());
  files_["shop"] = {Passcode("t")};
  EXPECT_THAT(Look(), ElementsAre("shop"));
}

TEST_F(PasscodeWatchTest, TellsOfAFileThatIsBack) {
  Look();
  files_.erase("shop");
  EXPECT_THAT(Look(), IsEmpty());
  files_["shop"] = {Passcode("s")};
  EXPECT_THAT(Look(), ElementsAre("shop"));
}

TEST_F(PasscodeWatchTest, TellsAgainWhereNobodyListened) {
  listening_ = false;
  EXPECT_THAT(Look(), ElementsAre("shop", "globex"));
  listening_ = true;
  EXPECT_THAT(Look(), ElementsAre("shop", "globex"));
  EXPECT_THAT(Look(), IsEmpty());
}

}  // namespace
}  // namespace lethe::runtime
