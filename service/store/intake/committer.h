#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "lethe/request_store.h"
#include "lethe/time.h"
#include "store/base/connection.h"
#include "store/intake/request_writer.h"

namespace lethe::store {

/// Identifiers that one transaction writes at most: enough to spread the cost of a commit, little
/// enough to answer soon.
inline constexpr int kMaxItemsPerFlush = 5000;

/// One flush that ended.
struct FlushReport {
  /// A request that became durable just now; repeats of known keys are none.
  struct Accepted {
    std::string account;
    Operation operation;
    int items;
  };

  int requests;  ///< Tried.
  milliseconds duration;
  bool committed;
  std::vector<Accepted> accepted;
};

struct CommitterOptions {
  UrlSource url;
  std::string holder;     ///< Names the process in the node table.
  int max_waiting_items;  ///< Identifiers that may wait; more are turned away.
  int writers = 1;        ///< Flushes at a time, each over a session of its own.
  /// How long a database that went away during a flush is looked for before the callers are told
  /// that nobody knows what became of it. Long enough for a fail-over, shorter than callers wait.
  milliseconds reopen_patience{5'000};
  std::function<void(const FlushReport&)> on_flush;  ///< From the committer's thread.
};

/// The one writer of requests in this process. It takes all that is waiting, writes it in one
/// transaction and then answers the callers: idle, a request has a commit to itself; busy, hundreds
/// share one. Further writers help the first where many wait while it writes: one computes while
/// another waits for the disk. Otherwise they rest, so that envelopes fill one after the other.
/// Thread-safe.
class Committer {
 public:
  Committer(CommitterOptions options, const Clock& clock);

  /// Writes what still waits, then stops.
  ~Committer();

  /// As RequestStore::Submit().
  void Submit(SealedRequest request, RequestStore::SubmitDone done);

  int waiting_items() const;

 private:
  struct Waiting {
    SealedRequest request;
    RequestStore::SubmitDone done;
    std::optional<RequestId> id = {};  ///< Drawn at the first try, for all.
  };
  using Batch = std::span<Waiting>;

  /// What one thread writes with.
  struct Writer {
    std::unique_ptr<pqxx::connection> session = {};
    WriterMemory memory = {};
  };

  void Run(bool first);
  bool MayTake(bool first) const;
  std::vector<Waiting> TakeWaiting(bool first);
  void Flush(Writer& writer, Batch batch);
  std::vector<Result<Admission>> WriteOnce(Writer& writer, Batch batch);
  bool Reopen(Writer& writer);
  static std::vector<FlushReport::Accepted> AcceptedOf(
      Batch batch, const std::vector<Result<Admission>>& answers);

  const CommitterOptions options_;
  const Clock& clock_;
  IdSource ids_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  int waiting_items_ = 0;
  bool first_writes_ = false;
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // last: run on all of the above
};

}  // namespace lethe::store
