#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "support/http.h"

namespace lethe::sandbox {
namespace {

using test::HttpClient;

constexpr const char* kExecutable = LETHE_BIN_DIR "/clevertap-sandbox";

struct Process {
  pid_t pid = -1;
  std::string first_line = {};
};

/// Returns with the first line that it prints to either stream, or with its end.
Process Spawn(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), kExecutable);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  Process process{.pid = fork()};
  if (process.pid == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    execv(kExecutable, argv.data());
    _exit(127);
  }
  close(ends[1]);
  char c = 0;
  while (read(ends[0], &c, 1) == 1 && c != '\n') process.first_line += c;
  close(ends[0]);
  return process;
}

int ExitCode(const Process& process) {
  int status = 0;
  waitpid(process.pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Executable, SaysWhereItListensAndEndsWithSuccessOnASignal) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const Process process = Spawn({"--listen", "127.0.0.1:0", "--night-every", "5s"});
    const std::size_t url = process.first_line.find("http://127.0.0.1:");
    EXPECT_NE(url, std::string::npos) << process.first_line;
    if (url != std::string::npos) {
      HttpClient client;
      EXPECT_EQ(client.Send({.url = process.first_line.substr(url) + "/sandbox/health"}).status,
                200);
    }
    kill(process.pid, signal);
    EXPECT_EQ(ExitCode(process), 0);
  }
}

TEST(Executable, TakesOnlyTheCredentialsThatItIsGiven) {
  const std::string file = ::testing::TempDir() + "passcode-" + std::to_string(getpid());
  std::ofstream(file) << "SECRET\n";
  const Process process =
      Spawn({"--listen", "127.0.0.1:0", "--account-id", "A", "--passcode-file", file});
  const std::string url = process.first_line.substr(process.first_line.find("http"));
  HttpClient client;
  for (const auto& [passcode, status] : {std::pair{"SECRET", 200}, std::pair{"OTHER", 401}}) {
    EXPECT_EQ(client
                  .Send({.url = url + "/1/profile.json?identity=ann",
                         .headers = {"X-CleverTap-Account-Id: A",
                                     std::string("X-CleverTap-Passcode: ") + passcode,
                                     "Content-Type: application/json"}})
                  .status,
              status);
  }
  kill(process.pid, SIGTERM);
  EXPECT_EQ(ExitCode(process), 0);
  std::remove(file.c_str());
}

TEST(Executable, RefusesWhatItCannotUse) {
  const std::vector<std::vector<std::string>> commands = {
      {"--listen", "nowhere"},
      {"--night-every", "soon"},
      {"--night-every", "-5s"},
      {"--account-id", "A"},
      {"--account-id", "A", "--passcode-file", "/does/not/exist"},
      {"--account-id", "A", "--passcode-file", "/dev/null"},
  };
  for (const auto& command : commands) {
    const Process process = Spawn(command);
    EXPECT_NE(process.first_line, "");
    if (process.first_line.find("ready") != std::string::npos) kill(process.pid, SIGTERM);
    EXPECT_NE(ExitCode(process), 0) << command.back();
  }
}

}  // namespace
}  // namespace lethe::sandbox
