#include "store/intake/committer.h"

#include <chrono>
#include <stdexcept>

#include "store/base/connection.h"

namespace lethe::store {
namespace {

/// Tries of one flush after deadlocks and cut sessions, before its callers are told to come back.
constexpr int kMaxTries = 5;

/// Identifiers that must wait before another writer helps the first: as many as make a commit of
/// their own worth while.
constexpr int kWorthHelping = 24;

constexpr milliseconds kReopenEvery{100};
constexpr milliseconds kBusyRetryAfter{1000};

std::unique_ptr<pqxx::connection> ConnectIfThere(const UrlSource& url) {
  try {
    return Connect(url);
  } catch (const std::exception&) {
    return nullptr;
  }
}

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
  Error error;
  for (int tries = 0; tries < kMaxTries; ++tries) {
    try {
      std::vector<Result<Admission>> answers = WriteOnce(writer, batch);
      report(true, AcceptedOf(batch, answers));
      for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move(answers[i]));
      return;
    } catch (const std::exception& caught) {
      error = ToError(caught);
      if (!writer.session) break;  // The database is away, and nothing was written.
      if (IsBroken(caught) || !writer.session->is_open()) {
        // It may have been written. To write it again finds out.
        error = {ErrorCode::kUnavailable, "STORE_UNAVAILABLE",
                 "the database went away while the request was being kept: try again with the "
                 "same key"};
        if (!Reopen(writer)) break;
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

std::vector<FlushReport::Accepted> Committer::AcceptedOf(
    Batch batch, const std::vector<Result<Admission>>& answers) {
  std::vector<FlushReport::Accepted> accepted;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Result<Admission>& answer = answers[i];
    if (!answer.ok() || answer->repeated) continue;
    const SealedRequest& request = batch[i].request;
    accepted.push_back(
        {request.lane.account, request.lane.operation, static_cast<int>(request.items.size())});
  }
  return accepted;
}

std::vector<Result<Admission>> Committer::WriteOnce(Writer& writer, Batch batch) {
  if (!writer.session) writer.session = Connect(options_.url);
  const TimePoint now = clock_.Now();
  ids_.Prepare(*writer.session, now);
  std::vector<NumberedRequest> requests;
  requests.reserve(batch.size());
  for (Waiting& waiting : batch) {
    if (!waiting.id) waiting.id = RequestId{ids_.Take(now, 1)};
    requests.push_back({*waiting.id, &waiting.request});
  }
  return WriteRequests(*writer.session, requests, writer.memory, ids_, now);
}

bool Committer::Reopen(Writer& writer) {
  writer.session.reset();
  const milliseconds began = clock_.Monotonic();
  // Both bounds: one try may itself take seconds.
  for (auto tries = options_.reopen_patience / kReopenEvery; tries >= 0; --tries) {
    writer.session = ConnectIfThere(options_.url);
    if (writer.session) return true;
    if (clock_.Monotonic() - began >= options_.reopen_patience) return false;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kReopenEvery, [] { return false; });
  }
  return false;
}

}  // namespace lethe::store
