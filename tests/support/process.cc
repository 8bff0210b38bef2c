#include "support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace lethe::test {
namespace {

std::string Content(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

Process::Process(std::vector<std::string> argv, const std::filesystem::path& directory,
                 const std::string& name)
    : out_(directory / (name + ".out")), err_(directory / (name + ".err")) {
  argv.insert(argv.begin(), {"/usr/bin/setpriv", "--pdeathsig", "KILL"});
  std::vector<char*> pointers;
  for (std::string& argument : argv) pointers.push_back(argument.data());
  pointers.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND;
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out_.c_str(), kFlags, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err_.c_str(), kFlags, 0600);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  const int failed = posix_spawn(&pid_, pointers[0], &files, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) throw std::system_error(failed, std::generic_category(), argv[3]);
  // glibc 2.36 declares pidfd_open() for C only.
  pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (pidfd_ < 0) throw std::system_error(errno, std::generic_category(), "pidfd_open");
}

Process::~Process() {
  if (running()) {
    Signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(pidfd_);
}

void Process::Signal(int signal) const {
  if (!exit_) kill(pid_, signal);
}

std::optional<Exit> Process::Wait(std::chrono::milliseconds deadline) {
  if (exit_) return exit_;
  pollfd ended{.fd = pidfd_, .events = POLLIN, .revents = 0};
  if (poll(&ended, 1, static_cast<int>(deadline.count())) <= 0) return std::nullopt;
  int status = 0;
  waitpid(pid_, &status, 0);
  exit_ = WIFSIGNALED(status) ? Exit{.signal = WTERMSIG(status)} : Exit{WEXITSTATUS(status)};
  return exit_;
}

std::string Process::out() const { return Content(out_); }
std::string Process::err() const { return Content(err_); }

}  // namespace lethe::test
