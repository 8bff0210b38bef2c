#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lethe/result.h"
#include "lethe/time.h"
#include "store/recovery/journal_record.h"

namespace lethe::store {

/// What a process remembers, in files of a directory, which outlive it: calls before they are made,
/// and renewals of its node. `calls` grows; when it is a day old, or large, it becomes `calls.1`,
/// `calls.2` .. in the order of their time, and another is begun. Each record has a checksum: what
/// a crash has torn is noticed. No identifiers. For one process at a time. Thread-safe. Its time is
/// that of what it is given: the database's.
class CallJournal {
 public:
  static constexpr std::uint64_t kMostFileBytes = 64ULL << 20;
  static constexpr std::chrono::days kMostFileAge{1};

  /// Of all files. Beyond it the oldest is deleted before its time.
  static constexpr std::uint64_t kMostBytes = 1ULL << 30;

  /// The disk is asked to keep what was written at most this often: a crash of the machine loses
  /// what was written since, a crash of the process nothing.
  static constexpr milliseconds kSyncEvery{1'000};

  struct Options {
    std::string directory;
    milliseconds keep;  ///< A file is deleted once its latest record is older.

    /// Told when something cannot be written any more, and, without an error, when it can again.
    std::function<void(const std::optional<Error>&)> on_failure;
  };

  /// What was there when it was opened.
  struct Found {
    bool nothing = true;          ///< It was begun now: it proves nothing about what was before.
    std::uint64_t cut_bytes = 0;  ///< Behind the last whole record of a file.
    std::vector<RememberedCall> newest = {};  ///< In their order, CallMemory::kMostCalls at most.
    std::optional<NodeRenewal> node = {};     ///< The latest.
  };

  /// kFailedPrecondition (BAD_JOURNAL), with the file's name and what is wrong: it is no journal,
  /// another process uses it, or the system says no.
  static Result<std::unique_ptr<CallJournal>> Open(Options options);
  ~CallJournal();
  CallJournal(const CallJournal&) = delete;
  CallJournal& operator=(const CallJournal&) = delete;

  /// Of the journal, in all of its files. Random.
  const std::string& id() const { return id_; }
  const Found& found() const { return found_; }
  const std::string& directory() const { return options_.directory; }

  /// To be called before these calls are made. What fails is told by Options::on_failure.
  void Append(std::span<const RememberedCall> calls);
  void Append(const NodeRenewal& node);

  /// Its files, from the newest on, and the calls of one in the order of their time.
  std::vector<std::string> Files() const;
  static std::vector<RememberedCall> Read(const std::string& file);

 private:
  explicit CallJournal(Options options) : options_(std::move(options)) {}
  Status Lock();
  Status Load();
  Status Begin();
  Status Rotate();
  void DeleteOld();
  void Append(const std::string& records, TimePoint now);
  Status Write(const std::string& records, TimePoint now);
  std::string current() const { return options_.directory + "/calls"; }

  const Options options_;
  std::string id_;
  Found found_;
  int directory_ = -1;  ///< Its lock keeps other processes out.
  mutable std::mutex mutex_;
  int file_ = -1;
  std::uint64_t size_ = 0;
  TimePoint begun_ = {};   ///< Time of the first record of the file.
  TimePoint latest_ = {};  ///< Of the latest.
  TimePoint synced_at_ = {};
  bool failing_ = false;
};

}  // namespace lethe::store
