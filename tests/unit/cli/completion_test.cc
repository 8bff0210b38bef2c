#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

#include "lethe_runner.h"

namespace lethe::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CommandLine : public testing::Test {
 protected:
  int Lethe(const std::vector<std::string>& arguments) { return runner_.Run(1, arguments); }
  std::string out() const { return runner_.out(); }
  std::string err() const { return runner_.err(); }

  /// What bash would offer behind these words, of which the last is being written.
  std::string Completed(const std::string& words) {
    EXPECT_EQ(Lethe({"completion", "bash"}), kOk) << err();
    const std::string path = testing::TempDir() + "lethe_completion_test.sh";
    {
      std::FILE* const file = std::fopen(path.c_str(), "w");
      std::fputs((out() + "COMP_WORDS=(" + words +
                  ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_lethe\necho \"${COMPREPLY[*]}\"\n")
                     .c_str(),
                 file);
      std::fclose(file);
    }
    std::FILE* const bash = popen(("bash -u " + path + " 2>&1").c_str(), "r");
    std::string answer;
    std::array<char, 4'096> part{};
    while (std::fgets(part.data(), part.size(), bash) != nullptr) answer += part.data();
    EXPECT_EQ(pclose(bash), 0);
    std::remove(path.c_str());
    return answer;
  }

 private:
  LetheRunner runner_;
};

TEST_F(CommandLine, BashCompletesCommandsAndTheirOptions) {
  EXPECT_EQ(Completed("lethe cr"), "create\n");
  EXPECT_EQ(Completed("lethe reviews resolve --just"), "--justification\n");
  EXPECT_EQ(Completed("lethe --json reviews li"), "list\n");
  EXPECT_THAT(Completed("lethe reviews ''"), AllOf(HasSubstr("resolve"), Not(HasSubstr("create"))));
  EXPECT_EQ(Completed("lethe health --ser"), "--server --server-name\n") << "options of all";
  EXPECT_EQ(Completed("lethe create --account sho"), "\n");
}

TEST_F(CommandLine, ZshHasTheSameByItsBashCompletion) {
  EXPECT_EQ(Lethe({"completion", "zsh"}), kOk);
  EXPECT_THAT(out(), AllOf(StartsWith("#compdef lethe\n"), HasSubstr("bashcompinit\n_lethe() {")));
  EXPECT_EQ(Lethe({"completion", "fish"}), kUsage);
}

TEST_F(CommandLine, AnUnknownCommandSuggestsTheNearOne) {
  EXPECT_EQ(Lethe({"craete"}), kUsage);
  EXPECT_EQ(err(), "lethe: there is no command craete; did you mean create?\n");
  EXPECT_EQ(Lethe({"reviews", "lst", "--account", "shop"}), kUsage);
  EXPECT_EQ(err(), "lethe: there is no command lst; did you mean list?\n");
  EXPECT_EQ(Lethe({"frobnicate"}), kUsage);
  EXPECT_THAT(err(), StartsWith("lethe: there is no command frobnicate; known here: create get"));
}

TEST_F(CommandLine, SaysItsVersion) {
  EXPECT_EQ(Lethe({"--version"}), kOk);
  EXPECT_THAT(out(), testing::MatchesRegex("lethe [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_F(CommandLine, SaysByWhatCodesHealthEnds) {
  EXPECT_EQ(Lethe({"health", "--help"}), kOk);
  EXPECT_THAT(out(),
              HasSubstr("0 it is serving; 1 it is not, or refuses to tell; 2 usage; 3 no answer"));
}

}  // namespace
}  // namespace lethe::cli
