#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace lethe::test {

/// The clock of a machine, for a process that is started with environment(): a test sets it while
/// the process runs. Monotonic time goes on as it is. By Debian's libfaketime.
class MachineClock {
 public:
  /// Keeps its file in `directory`.
  explicit MachineClock(const std::filesystem::path& directory)
      : file_(directory / "machine-clock") {
    SetAhead(std::chrono::seconds(0));
  }

  /// Puts the clock so far ahead of the true time; behind it, if negative.
  void SetAhead(std::chrono::seconds ahead) const {
    const std::filesystem::path whole = file_.string() + ".new";
    std::ofstream(whole) << (ahead.count() < 0 ? "" : "+") << ahead.count() << "s\n";
    std::filesystem::rename(whole, file_);
  }

  std::vector<std::string> environment() const {
    return {"LD_PRELOAD=/usr/$LIB/faketime/libfaketimeMT.so.1",
            "FAKETIME_TIMESTAMP_FILE=" + file_.string(), "FAKETIME_CACHE_DURATION=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_DISABLE_SHM=1"};
  }

 private:
  std::filesystem::path file_;
};

}  // namespace lethe::test
