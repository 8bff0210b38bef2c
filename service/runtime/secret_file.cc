#include "runtime/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
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

bool HasByteOrderMark(std::string_view content) {
  return content.starts_with("\xef\xbb\xbf") || content.starts_with("\xff\xfe") ||
         content.starts_with("\xfe\xff");
}

bool WriteAll(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(file) == 0;
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
  // Its group may read it: Kubernetes gives secrets to the group of a pod.
  if ((status.st_mode & S_IRWXO) != 0) {
    return Unusable(path_, "everybody on this machine may use it: chmod o= " + path_);
  }

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
  if (HasByteOrderMark(content)) {
    return Unusable(path_, "begins with a byte-order mark: save it as plain text without one");
  }
  if (content.ends_with('\n')) {
    content.pop_back();
    if (content.ends_with('\r')) content.pop_back();
  }
  if (content.empty()) return Unusable(path_, "is empty");
  return content;
}

Status WriteSecretFile(const std::string& path, std::string_view content) {
  std::string fresh = path + ".XXXXXX";
  const FileDescriptor file(mkostemp(fresh.data(), O_CLOEXEC));  // mode 0600
  if (file.get() < 0) return SystemError(path);
  if (!WriteAll(file.get(), content) || rename(fresh.c_str(), path.c_str()) != 0) {
    Error error = SystemError(path);
    unlink(fresh.c_str());
    return error;
  }
  // So that the name is as durable as the content.
  const std::string directory = std::filesystem::path(path).parent_path();
  const FileDescriptor parent(
      open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_CLOEXEC));
  if (parent.get() < 0 || fsync(parent.get()) != 0) return SystemError(path);
  return Ok();
}

}  // namespace lethe::runtime
