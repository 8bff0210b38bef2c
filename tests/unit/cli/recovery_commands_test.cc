#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/api/operator_world.h"
#include "unit/cli/lethe_runner.h"

namespace lethe::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class RecoveryCommands : public api::OperatorWorld {
 protected:
  int Lethe(std::vector<std::string> arguments) {
    return lethe_.Run(server_->port(), std::move(arguments));
  }
  std::string out() const { return lethe_.out(); }
  std::string err() const { return lethe_.err(); }

  void Lose() {
    recovery_.recovery = {.since = clock_.Now(),
                          .remembered = 7,
                          .lost = {{.account = "shop",
                                    .api = Api::kDelete,
                                    .calls = 2,
                                    .without_digests = 1,
                                    .first = clock_.Now(),
                                    .last = clock_.Now()}},
                          .doubtful_items = 3,
                          .untold_items = 1};
  }

 private:
  LetheRunner lethe_;
};

TEST_F(RecoveryCommands, ShowWhatIsMissing) {
  EXPECT_EQ(Lethe({"recovery", "show"}), kOk) << err();
  EXPECT_EQ(out(), "no history is missing\n");
  Lose();
  EXPECT_EQ(Lethe({"recovery", "show"}), kOk) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("history is missing since 2026-03-02T00:00:00Z, or earlier: the "
                                     "database lacks 2 of 7 remembered calls"),
                           HasSubstr("accounts/shop delete: 2 calls, the first at "),
                           HasSubstr("of 1 only the places in the queue are known"),
                           HasSubstr("3 items that wait were called in that time"),
                           HasSubstr("1 item that wait since before cannot be told")));
  EXPECT_EQ(Lethe({"--json", "recovery", "show"}), kOk);
  EXPECT_THAT(out(), HasSubstr("lostCalls"));
}

TEST_F(RecoveryCommands, ResumeWithAJustificationAndOnce) {
  Lose();
  EXPECT_EQ(Lethe({"recovery", "resume", "--yes"}), kUsage);
  const std::vector<std::string> resume = {"recovery", "resume", "--justification", "OPS-17",
                                           "--yes"};
  EXPECT_EQ(Lethe(resume), kOk) << err();
  EXPECT_THAT(out(), HasSubstr("resumed every call"));
  EXPECT_EQ(recovery_.resumed.justification, "OPS-17");
  EXPECT_EQ(recovery_.resumed.principal, "anonymous");
  EXPECT_EQ(Lethe(resume), kFailed);
  EXPECT_THAT(err(), HasSubstr("FAILED_PRECONDITION NOT_PAUSED"));
}

TEST_F(RecoveryCommands, AskAPersonBeforeTheyResume) {
  Lose();
  EXPECT_EQ(Lethe({"recovery", "resume", "--justification", "OPS-17"}), kUsage);
  EXPECT_TRUE(recovery_.recovery.since) << "nobody has said yes";
}

}  // namespace
}  // namespace lethe::cli
