#include "runtime/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "lethe/reasons.h"

namespace lethe::runtime {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return fd_; }

 private:
  int fd_;
};

Error Unusable(const std::string& path, const std::string& why) {
  return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kSecretFile),
               "secret file " + path + ": " + why};
}

Error SystemError(const std::string& path) {
  return Unusable(path, std::generic_category().message(errno));
}

}  // namespace

SecretFile::SecretFile(std::string path) : path_(std::move(path)) {}

Result<std::string> SecretFile::Read() const {
  // Non-blocking, because a path to a FIFO would wait for a writer for ever.
  const FileDescriptor file(open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return SystemError(path_);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return SystemError(path_);
  if (!S_ISREG(status.st_mode)) return Unusable(path_, "is not a regular file");

  std::string content(kMaxBytes + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = read(file.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(path_);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kMaxBytes) {
    return Unusable(path_, "is larger than " + std::to_string(kMaxBytes) + " bytes");
  }
  content.resize(size);
  if (content.ends_with('\n')) {
    content.pop_back();
    if (content.ends_with('\r')) content.pop_back();
  }
  if (content.empty()) return Unusable(path_, "is empty");
  return content;
}

}  // namespace lethe::runtime
