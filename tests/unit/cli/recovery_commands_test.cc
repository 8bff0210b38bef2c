#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/api/operator_world.h"
#include "unit/cli/lethe_runner.h"

namespace lethe::cli {
namespace {

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
                          .complete_until = clock_.Now() - std::chrono::minutes(1),
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
  EXPECT_EQ(out(),
            "history is missing since 2026-03-02T00:00:00Z, or earlier\n"
            "certain:\n"
            "  nothing is missing until 2026-03-01T23:59:00Z\n"
            "sent, as far as it is remembered:\n"
            "  2 of 7 remembered calls to CleverTap\n"
            "  accounts/shop delete: 2 calls, the first at 2026-03-02T00:00:00Z, the last at "
            "2026-03-02T00:00:00Z; of 1 only the places in the queue are known\n"
            "  waiting, and in such a call: 3 identifiers: they count as sent then, with unknown "
            "effect\n"
            "cannot be told:\n"
            "  waiting since before, and in no call that is remembered: 1 identifiers\n"
            "  requests that were accepted in that time: callers repeat them\n");
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
