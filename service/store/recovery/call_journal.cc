#include "store/recovery/call_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <system_error>
#include <utility>

#include "lethe/reasons.h"

namespace lethe::store {
namespace {

namespace fs = std::filesystem;

/// And the id, and a line end.
constexpr std::string_view kHead = "lethe calls 1 ";
constexpr std::size_t kIdLength = 32;
constexpr std::size_t kHeadLength = kHead.size() + kIdLength + 1;

Error Bad(const std::string& path, const std::string& what) {
  return {ErrorCode::kFailedPrecondition, Text(ErrorReason::kBadJournal),
          "journal " + path + ": " + what};
}

Error SystemSays(const std::string& path) {
  return Bad(path, std::generic_category().message(errno));
}

std::string RandomId() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) {
    std::array<char, 9> word{};
    static_cast<void>(std::snprintf(word.data(), word.size(), "%08x", random()));
    id += word.data();
  }
  return id;
}

struct ClosedFile {
  std::uint64_t number;
  std::string path;
};

/// From the oldest on.
std::vector<ClosedFile> ClosedFiles(const std::string& directory) {
  constexpr std::string_view kBegin = "calls.";
  std::vector<ClosedFile> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kBegin)) continue;
    const std::string number = name.substr(kBegin.size());
    const bool digits = !number.empty() && number.size() < 10 &&
                        std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
    if (digits) files.push_back({std::stoull(number), entry.path().string()});
  }
  std::ranges::sort(files, {}, &ClosedFile::number);
  return files;
}

struct Contents {
  bool is_journal = false;  ///< Or empty, or a part of a head.
  std::string id = {};
  std::uint64_t whole = 0;  ///< Bytes up to the end of the last record that is whole.
  std::uint64_t size = 0;
  std::vector<RememberedCall> calls = {};
  std::optional<NodeRenewal> node = {};
  TimePoint first = {};
  TimePoint latest = {};

  void Take(Remembered remembered);
};

void Contents::Take(Remembered remembered) {
  if (auto* call = std::get_if<RememberedCall>(&remembered)) {
    latest = call->started_at;
    calls.push_back(std::move(*call));
  } else {
    node = std::get<NodeRenewal>(std::move(remembered));
    latest = node->renewed_at;
  }
  if (first == TimePoint{}) first = latest;
}

Contents ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  Contents contents{.size = text.size()};
  const std::string_view all = text;
  const std::string_view head = all.substr(0, kHead.size());
  contents.is_journal = kHead.starts_with(head);
  // A crash may have left a part of the head.
  if (!contents.is_journal || text.size() < kHeadLength) return contents;
  contents.id = text.substr(kHead.size(), kIdLength);
  contents.whole = kHeadLength;
  while (auto record = FirstRecord(all.substr(contents.whole))) {
    contents.whole += record->size;
    contents.Take(std::move(record->remembered));
  }
  return contents;
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

Result<std::unique_ptr<CallJournal>> CallJournal::Open(Options options) {
  std::unique_ptr<CallJournal> journal(new CallJournal(std::move(options)));
  if (Status locked = journal->Lock(); !locked.ok()) return locked.error();
  if (Status loaded = journal->Load(); !loaded.ok()) return loaded.error();
  journal->DeleteOld();
  return journal;
}

CallJournal::~CallJournal() {
  if (file_ >= 0) {
    fdatasync(file_);
    close(file_);
  }
  if (directory_ >= 0) close(directory_);
}

Status CallJournal::Lock() {
  directory_ = open(options_.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory_ < 0) return SystemSays(options_.directory);
  if (flock(directory_, LOCK_EX | LOCK_NB) == 0) return Ok();
  return errno == EWOULDBLOCK ? Bad(options_.directory, "another process uses it")
                              : SystemSays(options_.directory);
}

Status CallJournal::Load() {
  std::deque<RememberedCall> newest;
  bool torn = false;
  for (const std::string& path : Files()) {
    Contents contents = ReadFile(path);
    if (!contents.is_journal) return Bad(path, "is no journal of calls");
    found_.nothing = found_.nothing && contents.id.empty();
    if (id_.empty()) id_ = contents.id;
    found_.cut_bytes += contents.size - contents.whole;
    if (path == current()) {
      torn = contents.whole < contents.size;
      begun_ = contents.first;
    }
    latest_ = std::max(latest_, contents.latest);
    if (!found_.node) found_.node = contents.node;
    newest.insert(newest.begin(), std::make_move_iterator(contents.calls.begin()),
                  std::make_move_iterator(contents.calls.end()));
    if (newest.size() >= CallMemory::kMostCalls && found_.node) break;
  }
  while (newest.size() > CallMemory::kMostCalls) newest.pop_front();
  found_.newest.assign(std::make_move_iterator(newest.begin()),
                       std::make_move_iterator(newest.end()));
  if (id_.empty()) id_ = RandomId();
  // What came behind a torn record could not be read.
  return torn ? Rotate() : Begin();
}

Status CallJournal::Begin() {
  const std::string path = current();
  file_ = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  struct stat status {};
  if (file_ < 0 || fstat(file_, &status) != 0) return SystemSays(path);
  size_ = static_cast<std::uint64_t>(status.st_size);
  if (size_ > 0) return Ok();
  const std::string head = std::string(kHead) + id_ + '\n';
  if (!WriteAll(file_, head) || fsync(directory_) != 0) {
    Status failed = SystemSays(path);
    close(std::exchange(file_, -1));  // It may have a part of its head.
    return failed;
  }
  size_ = head.size();
  begun_ = {};
  return Ok();
}

Status CallJournal::Rotate() {
  if (file_ >= 0) {
    fdatasync(file_);
    close(std::exchange(file_, -1));
  }
  const auto closed = ClosedFiles(options_.directory);
  const std::uint64_t number = closed.empty() ? 1 : closed.back().number + 1;
  const std::string name = current() + '.' + std::to_string(number);
  if (rename(current().c_str(), name.c_str()) != 0 && errno != ENOENT) {
    return SystemSays(current());
  }
  Status begun = Begin();
  DeleteOld();
  return begun;
}

void CallJournal::DeleteOld() {
  auto closed = ClosedFiles(options_.directory);
  std::ranges::reverse(closed);
  std::uint64_t bytes = size_;
  for (const ClosedFile& file : closed) {
    struct stat status {};
    if (stat(file.path.c_str(), &status) != 0) continue;
    bytes += static_cast<std::uint64_t>(status.st_size);
    // Nothing was written to it since its latest record.
    const TimePoint latest{std::chrono::seconds(status.st_mtime)};
    if (bytes > kMostBytes || latest + options_.keep < latest_) unlink(file.path.c_str());
  }
}

void CallJournal::Append(std::span<const RememberedCall> calls) {
  if (calls.empty()) return;
  std::string records;
  for (const RememberedCall& call : calls) records += ToRecord(call);
  Append(records, calls.back().started_at);
}

void CallJournal::Append(const NodeRenewal& node) { Append(ToRecord(node), node.renewed_at); }

void CallJournal::Append(const std::string& records, TimePoint now) {
  const std::lock_guard lock(mutex_);
  const Status written = Write(records, now);
  if (written.ok() != failing_) return;
  failing_ = !failing_;
  options_.on_failure(failing_ ? std::optional(written.error()) : std::nullopt);
}

Status CallJournal::Write(const std::string& records, TimePoint now) {
  latest_ = std::max(latest_, now);
  const bool old = begun_ != TimePoint{} && now - begun_ >= kMostFileAge;
  const bool full = size_ > kHeadLength && size_ + records.size() > kMostFileBytes;
  if (file_ < 0 || old || full) {
    if (Status begun = Rotate(); !begun.ok()) return begun;
  }
  if (!WriteAll(file_, records)) {
    Status failed = SystemSays(current());
    // Half a record would hide those that come after it.
    if (ftruncate(file_, static_cast<off_t>(size_)) != 0) close(std::exchange(file_, -1));
    return failed;
  }
  size_ += records.size();
  if (begun_ == TimePoint{}) begun_ = now;
  if (now - synced_at_ < kSyncEvery && now >= synced_at_) return Ok();
  synced_at_ = now;
  return fdatasync(file_) == 0 ? Ok() : Status(SystemSays(current()));
}

std::vector<std::string> CallJournal::Files() const {
  std::vector<std::string> files{current()};
  auto closed = ClosedFiles(options_.directory);
  std::ranges::reverse(closed);
  for (ClosedFile& file : closed) files.push_back(std::move(file.path));
  return files;
}

std::vector<RememberedCall> CallJournal::Read(const std::string& file) {
  return ReadFile(file).calls;
}

}  // namespace lethe::store
