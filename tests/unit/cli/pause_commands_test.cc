#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "unit/api/operator_world.h"
#include "unit/cli/lethe_runner.h"

namespace lethe::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class PauseCommands : public api::OperatorWorld {
 protected:
  int Lethe(std::vector<std::string> arguments) {
    return lethe_.Run(server_->port(), std::move(arguments));
  }
  /// A person sits there and answers so.
  int Asked(std::vector<std::string> arguments, const std::string& answer) {
    return lethe_.Run(server_->port(), std::move(arguments), answer, false, true);
  }
  std::string out() const { return lethe_.out(); }
  std::string err() const { return lethe_.err(); }

 private:
  LetheRunner lethe_;
};

TEST_F(PauseCommands, PauseShowAndResume) {
  pauses_.calls_under_way = 1;
  EXPECT_EQ(Lethe({"pause", "--account", "shop", "--api", "demerge", "--reason", "ticket 17",
                   "--until", "2026-03-03T00:00:00Z", "--yes"}),
            kOk)
      << err();
  const std::string paused =
      "demerge paused since 2026-03-02T00:00:00Z by anonymous (ticket 17) until "
      "2026-03-03T00:00:00Z";
  EXPECT_EQ(out(), "accounts/shop " + paused + "; 1 call under way\n");
  EXPECT_EQ(Lethe({"pauses"}), kOk);
  EXPECT_EQ(out(), "accounts/shop " + paused + "\n");
  EXPECT_EQ(Lethe({"accounts", "show", "shop"}), kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr("accounts/shop served; " + paused), HasSubstr("; etag ")));
  EXPECT_EQ(Lethe({"accounts", "show", "bank"}), kOk);
  EXPECT_THAT(out(), Not(HasSubstr("paused")));

  const std::vector<std::string> resume = {"resume",  "--account",       "shop", "--api",
                                           "demerge", "--justification", "over", "--yes"};
  EXPECT_EQ(Lethe(resume), kOk) << err();
  EXPECT_THAT(pauses_.pauses, IsEmpty());
  EXPECT_EQ(Lethe(resume), kFailed);
  EXPECT_THAT(err(), HasSubstr("FAILED_PRECONDITION NOT_PAUSED"));
}

TEST_F(PauseCommands, PauseEverythingBesideABlockThatStays) {
  Block(Resume::kConnect);
  EXPECT_EQ(Lethe({"pause", "--everything", "--reason", "ticket 17", "--yes"}), kOk) << err();
  EXPECT_THAT(out(), HasSubstr("every account paused since "));
  EXPECT_EQ(Lethe({"accounts", "list"}), kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr("accounts/shop blocked since "), HasSubstr("; paused since "),
                           HasSubstr("accounts/bank served; paused since ")));
  EXPECT_EQ(Lethe({"--json", "pauses"}), kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr("\"accounts/-\""), HasSubstr("KIND_OPERATOR")));
}

TEST_F(PauseCommands, AskAPersonAndNobodyElse) {
  const std::vector<std::string> pause = {"pause", "--account", "shop", "--reason", "ticket 17"};
  EXPECT_EQ(Lethe(pause), kUsage);
  EXPECT_THAT(err(), HasSubstr("say --yes"));
  EXPECT_EQ(Asked(pause, "n\n"), kFailed);
  EXPECT_THAT(err(), AllOf(HasSubstr("This stops every call for accounts/shop, until `lethe "
                                     "resume`"),
                           HasSubstr("accounts/shop served"), HasSubstr("not confirmed")));
  EXPECT_THAT(pauses_.pauses, IsEmpty());
  EXPECT_EQ(Asked(pause, "y\n"), kOk) << err();
  EXPECT_THAT(pauses_.pauses, SizeIs(1));
}

TEST_F(PauseCommands, RefuseWhatMakesNoSense) {
  EXPECT_EQ(Lethe({"pause", "--reason", "r", "--yes"}), kUsage);
  EXPECT_EQ(Lethe({"pause", "--everything", "--account", "shop", "--reason", "r", "--yes"}),
            kUsage);
  EXPECT_EQ(Lethe({"pause", "--account", "shop", "--yes"}), kUsage);
  EXPECT_EQ(Lethe({"pause", "--account", "shop", "--api", "upload", "--reason", "r", "--yes"}),
            kUsage);
  EXPECT_EQ(Lethe({"pause", "--account", "shop", "--reason", "r", "--until", "noon", "--yes"}),
            kUsage);
  EXPECT_EQ(Lethe({"pause", "--account", "shop", "--reason", "r", "--until", "2020-01-01T00:00:00Z",
                   "--yes"}),
            kFailed);
  EXPECT_THAT(err(), HasSubstr("end_time"));
  EXPECT_EQ(Lethe({"pause", "--account", "nobody", "--reason", "r", "--yes"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("ACCOUNT_NOT_FOUND"));
  EXPECT_THAT(pauses_.pauses, IsEmpty());
}

}  // namespace
}  // namespace lethe::cli
