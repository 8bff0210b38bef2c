#include "lethed/access_upkeep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "support/jwt_key.h"
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

  /// An access file whose principal is named by JWTs of one issuer, whose keys are in `keys_file`.
  static std::string ByJwt(const std::string& keys_file) {
    return "issuers:\n  - {name: cluster, issuer: i, audiences: lethe, keys_file: " + keys_file +
           "}\nprincipals:\n  - {name: crm, jwts: [{issuer: cluster, subject: s}], grants: "
           "[{roles: reader, accounts: '*'}]}\n";
  }
  static std::string SignedWith(const test::TestJwtKey& key) {
    return key.Sign(R"({"iss":"i","aud":"lethe","sub":"s","exp":1700000000})");
  }
  bool IsKnown(const test::TestJwtKey& key) const {
    return !directory_.Current()->Recognise({.token = SignedWith(key)}, {}).refusal;
  }
  bool Shows(const std::string& line) const {
    return metrics_.Text().find("\n" + line + "\n") != std::string::npos;
  }
  bool KeysBroken() const { return Shows("lethe_issuer_keys_broken{issuer=\"cluster\"} 1"); }
  void LookTwice() {
    upkeep_.Look();
    upkeep_.Look();
  }

  const std::vector<Account> accounts_;
  telemetry::Metrics metrics_{"1.2.3", {}};
  Observer observer_{metrics_};
  access::LiveDirectory directory_;
  Result<std::string> file_ = OnePrincipal("crm");
  std::map<std::string, std::string> key_files_;
  AccessUpkeep upkeep_{{.path = "access.yaml",
                        .accounts = accounts_,
                        .directory = directory_,
                        .observer = observer_,
                        .read = [this](const std::string&) { return file_; },
                        .read_keys = [this](const std::string& path) -> Result<std::string> {
                          if (const auto found = key_files_.find(path); found != key_files_.end()) {
                            return found->second;
                          }
                          return Error{ErrorCode::kInvalidArgument, "BAD_CONFIG", path + ": gone"};
                        }}};
  const test::TestJwtKey one_{"one"};
  const test::TestJwtKey two_{"two"};
};

TEST_F(AccessUpkeepTest, TakesUpTheKeysOfIssuersAtTheStartAndWhenTheyChange) {
  file_ = ByJwt("k.json");
  key_files_["k.json"] = test::JwkSetOf(one_.Jwk());
  ASSERT_TRUE(upkeep_.Begin().ok());
  EXPECT_TRUE(IsKnown(one_));
  EXPECT_FALSE(IsKnown(two_));
  key_files_["k.json"] = test::JwkSetOf(one_.Jwk(), two_.Jwk());
  upkeep_.Look();
  EXPECT_FALSE(IsKnown(two_)) << "its writer may not be done";
  upkeep_.Look();
  EXPECT_TRUE(IsKnown(one_));
  EXPECT_TRUE(IsKnown(two_));
  EXPECT_TRUE(Shows("lethe_issuer_keys{issuer=\"cluster\"} 2"));
  key_files_["k.json"] = test::JwkSetOf(two_.Jwk());
  LookTwice();
  EXPECT_FALSE(IsKnown(one_)) << "it was withdrawn";
  key_files_["k.json"] = test::JwkSetOf();
  LookTwice();
  EXPECT_FALSE(IsKnown(two_)) << "all were withdrawn";
  EXPECT_TRUE(Shows("lethe_issuer_keys{issuer=\"cluster\"} 0"));
}

TEST_F(AccessUpkeepTest, KeysThatCannotBeUsedLeaveThoseBeforeThemAtWorkAndShow) {
  file_ = ByJwt("k.json");
  key_files_["k.json"] = test::JwkSetOf(one_.Jwk());
  ASSERT_TRUE(upkeep_.Begin().ok());
  for (const bool gone : {false, true}) {
    key_files_["k.json"] = "{";
    if (gone) key_files_.erase("k.json");
    LookTwice();
    EXPECT_TRUE(IsKnown(one_));
    EXPECT_TRUE(KeysBroken());
    EXPECT_FALSE(Broken());
  }
  file_ = OnePrincipal("erp");
  LookTwice();
  EXPECT_EQ(WhoIsIt(), "erp") << "who loses access loses it all the same";
  EXPECT_FALSE(KeysBroken()) << "the issuer is gone";
}

TEST_F(AccessUpkeepTest, AnotherAccessFileKeepsTheKeysOfAnIssuerWhoseFileIsBroken) {
  file_ = ByJwt("k.json");
  key_files_["k.json"] = test::JwkSetOf(one_.Jwk());
  ASSERT_TRUE(upkeep_.Begin().ok());
  key_files_.clear();
  file_ = ByJwt("k.json") + "# changed\n";
  LookTwice();
  EXPECT_TRUE(IsKnown(one_));
  EXPECT_FALSE(Broken());
  EXPECT_TRUE(KeysBroken());
}

TEST_F(AccessUpkeepTest, AnIssuerWithoutKeysMakesANewAccessFileUnusable) {
  ASSERT_TRUE(upkeep_.Begin().ok());
  file_ = ByJwt("none.json");
  LookTwice();
  EXPECT_EQ(WhoIsIt(), "crm");
  EXPECT_TRUE(Broken());
  key_files_["none.json"] = test::JwkSetOf(one_.Jwk());
  upkeep_.Look();
  EXPECT_TRUE(IsKnown(one_));
  EXPECT_FALSE(Broken());

  key_files_.clear();
  AccessUpkeep another({.path = "access.yaml",
                        .accounts = accounts_,
                        .directory = access::LiveDirectory(),
                        .observer = observer_,
                        .read = [this](const std::string&) { return file_; },
                        .read_keys = [](const std::string&) -> Result<std::string> {
                          return Error{ErrorCode::kInvalidArgument, "BAD_CONFIG", "gone"};
                        }});
  EXPECT_EQ(another.Begin().error().message, "gone");
}

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
