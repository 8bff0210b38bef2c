#include "store/committer.h"

#include <chrono>
#include <stdexcept>

#include "store/connection.h"
#include "store/statements.h"

namespace lethe::store {
namespace {

/// Tries of one flush after deadlocks and cut sessions, before its callers are told to come back.
constexpr int kMaxTries = 5;

/// Identifiers that must wait before another writer helps the first: as many as make a commit of
/// their own worth while.
constexpr int kWorthHelping = 24;

/// How often, and how far apart, a COMMIT without an answer is asked after before its callers are
/// told that nobody knows.
constexpr int kMaxResolveTries = 50;
constexpr std::chrono::milliseconds kResolveEvery{100};

constexpr std::chrono::milliseconds kBusyRetryAfter{1000};

/// A COMMIT without an answer whose transaction turned out not to have happened.
struct CommitLost : std::runtime_error {
  CommitLost() : std::runtime_error("the transaction did not commit") {}
};

/// A COMMIT without an answer, and nobody to ask.
struct CommitUnresolved : std::runtime_error {
  CommitUnresolved() : std::runtime_error("nobody can tell whether the transaction committed") {}
};

}  // namespace

Committer::Committer(CommitterOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), ids_(options_.holder) {
  for (int i = 0; i < options_.writers; ++i) {
    threads_.emplace_back([this, first = i == 0] { Run(first); });
  }
}

Committer::~Committer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Committer::Submit(SealedRequest request, RequestStore::SubmitDone done) {
  const int items = static_cast<int>(request.items.size());
  {
    std::unique_lock lock(mutex_);
    if (stopping_) {
      lock.unlock();
      done(Error{ErrorCode::kUnavailable, "STORE_UNAVAILABLE",
                 "Lethe is stopping: try again with the same key"});
      return;
    }
    if (waiting_items_ + items > options_.max_waiting_items) {
      lock.unlock();
      done(Error{.code = ErrorCode::kResourceExhausted,
                 .reason = "TOO_BUSY",
                 .message = "too many identifiers wait to be written: try again with the same key",
                 .retry_after = kBusyRetryAfter});
      return;
    }
    waiting_items_ += items;
    waiting_.push_back({std::move(request), std::move(done)});
  }
  changed_.notify_all();
}

int Committer::waiting_items() const {
  std::lock_guard lock(mutex_);
  return waiting_items_;
}

void Committer::Run(bool first) {
  Writer writer;
  while (true) {
    std::vector<Waiting> batch = TakeWaiting(first);
    if (batch.empty()) return;
    Flush(writer, batch);
    if (!first) continue;
    std::lock_guard lock(mutex_);
    first_writes_ = false;
  }
}

bool Committer::MayTake(bool first) const {
  return !waiting_.empty() && (first || (first_writes_ && waiting_items_ >= kWorthHelping));
}

std::vector<Committer::Waiting> Committer::TakeWaiting(bool first) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this, first] { return stopping_ || MayTake(first); });
  std::vector<Waiting> batch;
  int items = 0;
  while (!waiting_.empty()) {
    const int more = static_cast<int>(waiting_.front().request.items.size());
    if (!batch.empty() && items + more > kMaxItemsPerFlush) break;
    items += more;
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  waiting_items_ -= items;
  if (first) first_writes_ = true;
  return batch;
}

void Committer::Flush(Writer& writer, Batch batch) {
  const milliseconds started = clock_.Monotonic();
  const auto report = [&](bool committed, std::vector<FlushReport::Accepted> accepted) {
    options_.on_flush({static_cast<int>(batch.size()), clock_.Monotonic() - started, committed,
                       std::move(accepted)});
  };
  Error error{
      ErrorCode::kUnavailable, "STORE_UNAVAILABLE",
      "the database went away while the request was being kept: try again with the same key"};
  for (int tries = 0; tries < kMaxTries; ++tries) {
    try {
      FlushResult result = WriteOnce(writer, batch);
      writer.open = std::move(result.open);
      report(true, AcceptedOf(batch, result));
      for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move(result.answers[i]));
      return;
    } catch (const CommitLost&) {
      // It did not happen: once more, in a new session.
      writer.session.reset();
    } catch (const CommitUnresolved&) {
      writer.open.clear();
      break;
    } catch (const std::exception& caught) {
      error = ToError(caught);
      if (IsBroken(caught) || !writer.session || !writer.session->is_open()) {
        writer.session.reset();
        // One new session is tried at once; more would keep the callers waiting.
        if (tries > 0) break;
      } else if (IsDataError(caught) && batch.size() > 1) {
        // One request that the database refuses must fail alone.
        Flush(writer, batch.first(batch.size() / 2));
        Flush(writer, batch.subspan(batch.size() / 2));
        return;
      } else if (!IsTransient(caught)) {
        break;
      }
    }
  }
  report(false, {});
  for (Waiting& waiting : batch) waiting.done(error);
}

std::vector<FlushReport::Accepted> Committer::AcceptedOf(Batch batch, const FlushResult& result) {
  std::vector<FlushReport::Accepted> accepted;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Result<Admission>& answer = result.answers[i];
    if (!answer.ok() || answer->repeated) continue;
    const SealedRequest& request = batch[i].request;
    accepted.push_back(
        {request.lane.account, request.lane.operation, static_cast<int>(request.items.size())});
  }
  return accepted;
}

FlushResult Committer::WriteOnce(Writer& writer, Batch batch) {
  std::vector<const SealedRequest*> requests;
  for (const Waiting& waiting : batch) requests.push_back(&waiting.request);
  const TimePoint now = clock_.Now();
  pqxx::connection& session = SessionOf(writer);
  ids_.Prepare(session, now);
  pqxx::work work(session);
  FlushResult result = WriteRequests(work, requests, writer.open, ids_, now);
  switch (Commit(work, result.transaction)) {
    case CommitFate::kCommitted: return result;
    case CommitFate::kAborted: throw CommitLost();
    case CommitFate::kUnresolved: break;
  }
  throw CommitUnresolved();
}

Committer::CommitFate Committer::Commit(pqxx::work& work, const std::string& transaction) {
  try {
    work.commit();
    return CommitFate::kCommitted;
  } catch (const std::exception& error) {
    // The server answered: it did not commit.
    if (!IsBroken(error) && work.conn().is_open()) throw;
    return ResolveCommit(transaction);
  }
}

Committer::CommitFate Committer::ResolveCommit(const std::string& transaction) {
  if (transaction.empty()) return CommitFate::kAborted;  // It wrote nothing: once more is harmless.
  for (int tries = 0; tries < kMaxResolveTries; ++tries) {
    try {
      const auto connection = Connect(options_.url);
      pqxx::nontransaction work(*connection);
      const auto row = work.exec_prepared1(kTransactionStatus.name, transaction);
      if (row[0].is_null()) return CommitFate::kUnresolved;
      const std::string status = row[0].c_str();
      if (status == "committed") return CommitFate::kCommitted;
      if (status == "aborted") return CommitFate::kAborted;
    } catch (const std::exception&) {
      // The database is still away; whatever it is, the next try tells.
    }
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kResolveEvery, [] { return false; });
  }
  return CommitFate::kUnresolved;
}

pqxx::connection& Committer::SessionOf(Writer& writer) const {
  if (!writer.session) writer.session = Connect(options_.url);
  return *writer.session;
}

}  // namespace lethe::store
