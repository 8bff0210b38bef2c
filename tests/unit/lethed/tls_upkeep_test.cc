#include "lethed/tls_upkeep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "telemetry/metrics.h"

namespace lethe {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

access::TlsIdentity Called(const std::string& certificates, std::chrono::seconds until) {
  return {.certificates = certificates, .until = TimePoint(until)};
}

Error Gone() {
  return {.code = ErrorCode::kFailedPrecondition, .reason = "SECRET_FILE", .message = "gone"};
}

class TlsUpkeepTest : public testing::Test {
 protected:
  std::string InUse() const { return upkeep_.identity().Current()->certificates; }
  bool Broken() const {
    return metrics_.Text().find("lethe_tls_files_broken{port=\"grpc\"} 1\n") != std::string::npos;
  }

  telemetry::Metrics metrics_{"1.2.3", {}};
  Observer observer_{metrics_};
  Result<access::TlsIdentity> files_ = Called("first", std::chrono::seconds(1'800'000'000));
  std::vector<std::string> used_;
  Status takes_it_ = Ok();
  TlsUpkeep upkeep_{{.port = Port::kGrpc,
                     .files = runtime::TlsFiles{.certificate_file = "a", .key_file = "b"},
                     .observer = observer_,
                     .load = [this](const runtime::TlsFiles&) { return files_; },
                     .use =
                         [this](const access::TlsIdentity& identity) {
                           used_.push_back(identity.certificates);
                           return takes_it_;
                         }}};
};

TEST_F(TlsUpkeepTest, TakesUpTheFilesAtTheStartAndWhenTheyChange) {
  ASSERT_TRUE(upkeep_.Begin().ok());
  EXPECT_EQ(InUse(), "first");
  upkeep_.Look();
  files_ = Called("second", std::chrono::seconds(1'900'000'000));
  upkeep_.Look();
  EXPECT_EQ(InUse(), "second");
  EXPECT_THAT(used_, ElementsAre("first", "second"));
  EXPECT_FALSE(Broken());
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("lethe_tls_certificate_end_timestamp_seconds{certificate=\"server\",port="
                        "\"grpc\"} 1900000000\n"));
}

TEST_F(TlsUpkeepTest, WhatCannotBeUsedLeavesWhatWasBeforeItAtWorkAndShows) {
  ASSERT_TRUE(upkeep_.Begin().ok());
  files_ = Gone();
  upkeep_.Look();
  upkeep_.Look();
  EXPECT_EQ(InUse(), "first");
  EXPECT_TRUE(Broken());
  files_ = Called("first", std::chrono::seconds(1'800'000'000));
  upkeep_.Look();
  EXPECT_FALSE(Broken()) << "the same files as before they broke";
}

TEST_F(TlsUpkeepTest, WhatThePortDoesNotTakeIsBrokenTooAndIsTriedOnce) {
  ASSERT_TRUE(upkeep_.Begin().ok());
  takes_it_ = Gone();
  files_ = Called("second", std::chrono::seconds(1'900'000'000));
  upkeep_.Look();
  upkeep_.Look();
  EXPECT_EQ(InUse(), "first");
  EXPECT_TRUE(Broken());
  EXPECT_THAT(used_, ElementsAre("first", "second"));
  files_ = Called("first", std::chrono::seconds(1'800'000'000));
  upkeep_.Look();
  EXPECT_FALSE(Broken());
}

TEST_F(TlsUpkeepTest, CannotBeginWithFilesThatCannotBeUsed) {
  files_ = Gone();
  EXPECT_FALSE(upkeep_.Begin().ok());
}

TEST_F(TlsUpkeepTest, WithoutFilesThereIsNothingToDo) {
  TlsUpkeep none({.port = Port::kOperations,
                  .files = {},
                  .observer = observer_,
                  .load = [](const runtime::TlsFiles&) -> Result<access::TlsIdentity> {
                    ADD_FAILURE() << "there are no files";
                    return Gone();
                  }});
  EXPECT_TRUE(none.Begin().ok());
  none.Look();
}

}  // namespace
}  // namespace lethe
