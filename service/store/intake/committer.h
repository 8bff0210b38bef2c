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
#include "store/intake/request_writer.h"
#include "store/session/connector.h"

namespace lethe::store {

/// Identifiers that one flush has at most: enough to spread the cost of a commit, few enough to
/// answer soon. A flush is the requests that one transaction commits.
inline constexpr int kMaxItemsPerFlush = 5000;

/// A request of so many identifiers overtakes longer ones in the waiting line, up to half of a
/// flush: a caller who asks for one person does not wait for the bulk of others, and the bulk goes
/// on.
inline constexpr int kMaxItemsOfAFew = 10;

/// A flush that ended.
struct FlushReport {
  /// A request that was kept just now. A repeat of a known key is not.
  struct Accepted {
    std::string account;
    Operation operation;
    int items;
  };

  int requests;  ///< All that it tried to commit.
  milliseconds duration;
  bool committed;
  std::vector<Accepted> accepted;
  std::optional<Error> error = {};  ///< Why not; what all its callers are told.
};

struct CommitterOptions {
  std::shared_ptr<Connector> connector;
  std::string holder;  ///< Names the process in the node table.

  /// Identifiers that may wait; Submit() refuses more. A tenth of it is for requests of a few only.
  int max_waiting_items;
  int writers = 1;  ///< Threads that commit, each over a session of its own.
  /// How long the committer tries to reach a database that went away during a flush. After that the
  /// callers are told that the outcome is unknown. Longer than a fail-over, shorter than callers
  /// wait.
  milliseconds reopen_patience{5'000};
  std::function<void(const FlushReport&)> on_flush;  ///< Called by the writers' threads.
};

/// Commits the requests of this process. The first writer takes the requests that wait, commits
/// them in one transaction and then answers the callers: an idle process commits each request by
/// itself, a busy one hundreds together. The other writers help while the first commits and many
/// wait: one computes while another waits for the disk. Otherwise they rest, so that envelopes fill
/// one after the other. A flush that the database leaves without an answer ends with its session's
/// limits, and its callers are told to try again. Thread-safe.
class Committer {
 public:
  Committer(CommitterOptions options, const Clock& clock);

  /// Commits what still waits, then stops.
  ~Committer();

  /// As RequestStore::Submit().
  void Submit(SealedRequest request, RequestStore::SubmitDone done);

  int waiting_items() const;

  /// Why flushes fail although the database answers: it is out of disk or the like. Only for
  /// kRefusalCounts after the last such flush, and until one is committed.
  std::optional<Error> Refusal() const;

  /// Long enough for a probe of readiness to see it, and for callers to go elsewhere; then the next
  /// flush is the one that finds out.
  static constexpr milliseconds kRefusalCounts{10'000};

  /// Makes sure that ids can be made for a while, over the caller's session; for the pass that
  /// tells whether the process is ready. Throws as IdSource::Prepare().
  std::optional<NodeRenewal> PrepareIds(pqxx::connection& session) {
    return ids_.Prepare(session, clock_.Now());
  }

  /// As IdSource::GiveUp().
  std::optional<NodeRenewal> GiveUpIds() { return ids_.GiveUp(); }

 private:
  struct Waiting {
    SealedRequest request;
    RequestStore::SubmitDone done;
    std::optional<RequestId> id = {};  ///< From the first try on.
  };

  /// What one thread writes with.
  struct Writer {
    std::unique_ptr<Session> session = {};
    WriterMemory memory = {};
  };

  void CommitUntilStopped(bool first);
  std::vector<Waiting> TakeFlush(bool first);
  bool IsEmpty() const { return few_.empty() && many_.empty(); }
  bool MayTake(bool first) const;
  void CommitWithRetries(Writer& writer, std::span<Waiting> flush);
  void SetRefusal(std::optional<Error> error);
  std::vector<Result<Admission>> CommitOnce(Writer& writer, std::span<Waiting> flush);
  bool Reopen(Writer& writer);
  static std::vector<FlushReport::Accepted> AcceptedOf(
      std::span<const Waiting> flush, const std::vector<Result<Admission>>& answers);

  const CommitterOptions options_;
  const Clock& clock_;
  IdSource ids_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> few_;   ///< What waits, of kMaxItemsOfAFew at most.
  std::deque<Waiting> many_;  ///< All else that waits.
  int waiting_items_ = 0;
  bool first_commits_ =
      false;  ///< The first writer is between TakeFlush() and its callers' answers.
  std::optional<Error> refusal_;
  milliseconds refused_at_{0};
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // last: run on all of the above
};

}  // namespace lethe::store
