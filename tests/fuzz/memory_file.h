#pragma once

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "fuzz/fuzz.h"

namespace lethe::fuzz {

/// A file without a disk, for what reads files by their name.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content, mode_t mode = 0600)
      : file_(memfd_create("fuzz", MFD_CLOEXEC)) {
    Require(
        file_ >= 0 && fchmod(file_, mode) == 0 &&
            write(file_, content.data(), content.size()) == static_cast<ssize_t>(content.size()),
        "this machine has files in memory");
  }
  ~MemoryFile() { close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

}  // namespace lethe::fuzz
