#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "lethe/result.h"

namespace lethe::runtime {

/// A file that holds one secret: a passcode, a database URL, keys. Read again when the file that
/// the path leads to has become another (Kubernetes swaps a symbolic link) or has changed, so that
/// secrets rotate without a restart. Thread-safe.
class SecretFile {
 public:
  /// Far above any passcode, URL or key ring: a larger file is a wrong path.
  static constexpr std::size_t kMaxBytes = 64 * 1024;

  explicit SecretFile(std::string path);

  /// The content without one line end at its end. When reading fails there is no falling back on an
  /// earlier content: a secret that was taken away is gone.
  ///   kFailedPrecondition (SECRET_FILE): missing, unreadable, empty, too large or no regular file;
  ///   says the path, never the content.
  Result<std::string> Read();

  const std::string& path() const { return path_; }

 private:
  /// What tells one state of the file from the next.
  struct Version {
    std::int64_t modified_ns = 0;
    std::int64_t size = 0;
    std::uint64_t inode = 0;
    std::uint64_t device = 0;

    friend bool operator==(const Version&, const Version&) = default;
  };

  const std::string path_;
  std::mutex mutex_;
  std::optional<Version> version_;  ///< Of content_; nothing before the first good reading.
  std::string content_;
};

}  // namespace lethe::runtime
