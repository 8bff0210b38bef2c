#include "store/recovery/call_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "store/recovery/journal_record.h"

namespace lethe::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHead = "lethe calls 1\n";

Error Bad(const std::string& path, const std::string& what) {
  return {ErrorCode::kFailedPrecondition, "BAD_JOURNAL", "journal " + path + ": " + what};
}

Error System(const std::string& path) {
  return Bad(path, std::generic_category().message(errno));
}

/// The files that were closed, from the oldest on, by their numbers.
std::vector<std::pair<std::uint64_t, std::string>> ClosedFiles(const std::string& path) {
  std::vector<std::pair<std::uint64_t, std::string>> files;
  const fs::path directory = fs::absolute(path).parent_path();
  const std::string begin = fs::path(path).filename().string() + '.';
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(begin)) continue;
    const std::string number = name.substr(begin.size());
    const bool digits = !number.empty() && number.size() < 10 &&
                        std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
    if (digits) files.emplace_back(std::stoull(number), entry.path().string());
  }
  std::ranges::sort(files);
  return files;
}

/// Whether nobody but its owner can use the file; one that is not there is fine.
Status CheckMode(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return errno == ENOENT ? Ok() : Status(System(path));
  if (!S_ISREG(status.st_mode)) return Bad(path, "is not a regular file");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Bad(path, "others may use it: chmod 0600 " + path);
  }
  return Ok();
}

struct Contents {
  std::uint64_t whole = 0;  ///< Bytes up to the end of the last record that is whole.
  std::uint64_t size = 0;
  std::vector<RememberedCall> calls = {};
};

Result<Contents> Read(const std::string& path) {
  if (Status mode = CheckMode(path); !mode.ok()) return mode.error();
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  Contents contents{.size = text.size()};
  if (text.empty()) return contents;
  // A crash may have left a part of the head.
  if (kHead.starts_with(text)) return contents;
  if (!text.starts_with(kHead)) return Bad(path, "is no journal of calls");
  contents.whole = kHead.size();
  while (auto record = FirstRecord(std::string_view(text).substr(contents.whole))) {
    contents.whole += record->size;
    contents.calls.push_back(std::move(record->call));
  }
  return contents;
}

bool IsOlder(const RememberedCall& call, TimePoint now, std::chrono::days keep) {
  return call.started_at < now - keep;
}

bool WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<CallJournal>> CallJournal::Open(const Options& options, TimePoint now) {
  Found found;
  std::deque<RememberedCall> newest;
  TimePoint begun = now;
  std::vector<std::string> paths;
  for (const auto& [number, path] : ClosedFiles(options.path)) paths.push_back(path);
  paths.push_back(options.path);
  for (const std::string& path : paths) {
    auto contents = Read(path);
    if (!contents.ok()) return contents.error();
    found.cut_bytes += contents->size - contents->whole;
    const bool current = path == options.path;
    if (!contents->calls.empty() && current) begun = contents->calls.front().started_at;
    if (!current && (contents->calls.empty() ||
                     IsOlder(contents->calls.back(), now, options.keep))) {
      unlink(path.c_str());
      continue;
    }
    for (RememberedCall& call : contents->calls) {
      if (IsOlder(call, now, options.keep)) continue;
      ++found.records;
      newest.push_back(std::move(call));
      if (newest.size() > CallMemory::kMostCalls) newest.pop_front();
    }
    if (current && contents->whole < contents->size &&
        truncate(path.c_str(), static_cast<off_t>(contents->whole)) != 0) {
      return System(path);
    }
  }
  found.newest.assign(std::make_move_iterator(newest.begin()), std::make_move_iterator(newest.end()));
  std::unique_ptr<CallJournal> journal(new CallJournal(options, std::move(found), begun));
  if (Status begin = journal->Begin(); !begin.ok()) return begin.error();
  return journal;
}

CallJournal::CallJournal(Options options, Found found, TimePoint begun)
    : options_(std::move(options)), found_(std::move(found)), begun_(begun) {}

CallJournal::~CallJournal() {
  if (file_ < 0) return;
  fdatasync(file_);
  close(file_);
}

Status CallJournal::Begin() {
  const std::string& path = options_.path;
  file_ = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) return System(path);
  if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? Status(Bad(path, "another process uses it")) : System(path);
  }
  struct stat status {};
  if (fstat(file_, &status) != 0) return System(path);
  size_ = static_cast<std::uint64_t>(status.st_size);
  if (size_ > 0) return Ok();
  if (!WriteAll(file_, kHead)) return System(path);
  size_ = kHead.size();
  return Ok();
}

Status CallJournal::Rotate(TimePoint now) {
  fdatasync(file_);
  const auto closed = ClosedFiles(options_.path);
  const std::uint64_t number = closed.empty() ? 1 : closed.back().first + 1;
  const std::string name = options_.path + '.' + std::to_string(number);
  if (rename(options_.path.c_str(), name.c_str()) != 0) return System(options_.path);
  close(std::exchange(file_, -1));
  begun_ = now;
  for (const auto& [old, path] : closed) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) continue;
    // Nothing was written to it since its latest record.
    const TimePoint latest{std::chrono::seconds(status.st_mtime)};
    if (latest < now - options_.keep) unlink(path.c_str());
  }
  return Begin();
}

Status CallJournal::Append(std::span<const RememberedCall> calls, const Clock& clock) {
  std::string records;
  for (const RememberedCall& call : calls) records += ToRecord(call);
  const std::lock_guard lock(mutex_);
  const TimePoint now = clock.Now();
  const bool full = size_ > kHead.size() &&
                    (size_ + records.size() > kMostFileBytes || now - begun_ >= kMostFileAge);
  if (file_ < 0 || full) {
    Status begun = file_ < 0 ? Begin() : Rotate(now);
    if (!begun.ok()) return begun;
  }
  if (!WriteAll(file_, records)) {
    Error error = System(options_.path);
    // Half a record would hide those that come after it.
    if (ftruncate(file_, static_cast<off_t>(size_)) != 0) close(std::exchange(file_, -1));
    return error;
  }
  size_ += records.size();
  if (clock.Monotonic() - synced_at_ >= kSyncEvery) {
    synced_at_ = clock.Monotonic();
    if (fdatasync(file_) != 0) return System(options_.path);
  }
  return Ok();
}

}  // namespace lethe::store
