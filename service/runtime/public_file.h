#pragma once

#include <cstddef>
#include <string>

#include "lethe/result.h"

namespace lethe::runtime {

/// The text of a file that everybody may read, and nobody but its owner and group may change:
/// whoever changes it lets others in.
///   kInvalidArgument (BAD_CONFIG): it cannot be read, is no regular file, is larger than
///   `most` bytes, or everybody on this machine may change it; says the path and why.
Result<std::string> ReadPublicFile(const std::string& path, std::size_t most);

}  // namespace lethe::runtime
