#pragma once

#include <string>

namespace lethe {

struct RotateKeysOptions {
  std::string file;
  std::string out;  ///< Where the new file goes; empty: in place of `file`.
  bool use_newest;  ///< The second step of a rotation instead of the first.
};

/// Makes the next step of a rotation of keys (crypto/key_file.h): writes the new key file at once
/// or not at all, readable for its owner only, and says what to do next. No key is printed. The
/// exit code.
int RotateKeys(const RotateKeysOptions& options);

}  // namespace lethe
