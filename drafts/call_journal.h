#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "lethe/result.h"
#include "lethe/time.h"
#include "store/recovery/call_memory.h"

namespace lethe::store {

/// Remembered calls in a file, which outlives the process. The file is PATH; when it is a day old,
/// or large, it becomes PATH.1, PATH.2 .. in the order of their time, and another is begun. Each
/// record has a checksum: what a crash has torn is noticed and cut off. No identifiers. Mode 0600.
/// Thread-safe.
class CallJournal {
 public:
  static constexpr std::uint64_t kMostFileBytes = 64ULL << 20;
  static constexpr std::chrono::days kMostFileAge{1};

  /// The disk is asked to keep what was written at most this often: a crash of the machine loses
  /// what was written since, a crash of the process nothing.
  static constexpr milliseconds kSyncEvery{1'000};

  struct Options {
    std::string path;
    std::chrono::days keep;  ///< A file is deleted once its latest record is older.
  };

  /// What was there when it was opened.
  struct Found {
    std::uint64_t records = 0;
    std::uint64_t cut_bytes = 0;              ///< Behind the last record of a file that is whole.
    std::vector<RememberedCall> newest = {};  ///< In their order, CallMemory::kMostCalls at most.
  };

  /// `now` is the machine's time, as of files. kFailedPrecondition (BAD_JOURNAL), with the file's
  /// name and what is wrong: others can read it, it is no journal, another process uses it, or the
  /// system says no.
  static Result<std::unique_ptr<CallJournal>> Open(const Options& options, TimePoint now);
  ~CallJournal();
  CallJournal(const CallJournal&) = delete;
  CallJournal& operator=(const CallJournal&) = delete;

  const Found& found() const { return found_; }

  /// To be called before these calls are made. `clock` is the machine's.
  Status Append(std::span<const RememberedCall> calls, const Clock& clock);

 private:
  CallJournal(Options options, Found found, TimePoint begun);
  Status Begin();
  Status Rotate(TimePoint now);

  const Options options_;
  const Found found_;
  std::mutex mutex_;
  int file_ = -1;
  std::uint64_t size_ = 0;
  TimePoint begun_;
  milliseconds synced_at_{0};
};

}  // namespace lethe::store
