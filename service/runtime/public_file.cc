#include "runtime/public_file.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "lethe/reasons.h"

namespace lethe::runtime {
namespace {

Error UnusablePublicFile(const std::string& path, const std::string& why) {
  return {.code = ErrorCode::kInvalidArgument,
          .reason = Text(ErrorReason::kBadConfig),
          .message = path + ": " + why,
          .violations = {{path, why}}};
}

}  // namespace

Result<std::string> ReadPublicFile(const std::string& path, std::size_t most) {
  namespace fs = std::filesystem;
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (!fs::exists(status)) return UnusablePublicFile(path, failed.message());
  if (!fs::is_regular_file(status)) return UnusablePublicFile(path, "is not a regular file");
  if ((status.permissions() & fs::perms::others_write) != fs::perms::none) {
    return UnusablePublicFile(path, "everybody on this machine may change it: chmod o-w " + path);
  }
  if (fs::file_size(path, failed) > most && !failed) {
    return UnusablePublicFile(path, "is larger than " + std::to_string(most) + " bytes");
  }
  std::ifstream file(path);
  if (!file) return UnusablePublicFile(path, std::generic_category().message(errno));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace lethe::runtime
