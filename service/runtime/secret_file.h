#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "lethe/result.h"

namespace lethe::runtime {

/// A file that holds one secret: a passcode, a database URL, keys. Thread-safe.
class SecretFile {
 public:
  /// Far above any passcode, URL or key ring: a larger file is a wrong path.
  static constexpr std::size_t kMaxBytes = 64 * 1024;

  explicit SecretFile(std::string path);

  /// The content without one line end at its end. Reads the file each time, so that a secret
  /// rotates without a restart, whether the file is rewritten, replaced, or behind a symbolic link
  /// that is swapped (Kubernetes). A secret that was taken away is gone: no earlier content is
  /// kept.
  ///   kFailedPrecondition (SECRET_FILE): missing, unreadable, empty, too large, no regular file,
  ///   one that others than its owner and group may use, or one with a byte-order mark; says the
  ///   path, never the content.
  Result<std::string> Read() const;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Writes a secret at once or not at all, readable for its owner only. Errors: as
/// SecretFile::Read().
Status WriteSecretFile(const std::string& path, std::string_view content);

}  // namespace lethe::runtime
