#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lethe::test {

/// How a process ended: by itself with a code, or by a signal.
struct Exit {
  int code = 0;
  int signal = 0;

  friend bool operator==(const Exit&, const Exit&) = default;
};

/// A program that runs beside the test, what it prints kept in files. Killed when the object goes,
/// and when the thread that started it ends, however that comes: so start it from a thread that
/// lives as long.
class Process {
 public:
  /// `argv[0]` is a path. What it prints goes to NAME.out and NAME.err in `directory`. Throws
  /// std::runtime_error if it cannot be started.
  Process(std::vector<std::string> argv, const std::filesystem::path& directory,
          const std::string& name);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int signal) const;

  /// Nothing if it still runs when the time is over. May be asked again.
  std::optional<Exit> Wait(std::chrono::milliseconds deadline);
  bool running() { return !Wait(std::chrono::milliseconds(0)); }

  /// What it has printed so far.
  std::string out() const;
  std::string err() const;

 private:
  std::filesystem::path out_;
  std::filesystem::path err_;
  pid_t pid_ = -1;
  int pidfd_ = -1;
  std::optional<Exit> exit_;
};

}  // namespace lethe::test
