#include "store/intake/committer.h"

#include <chrono>
#include <stdexcept>

#include "lethe/reasons.h"
#include "store/session/sql_errors.h"

namespace lethe::store {
namespace {

/// How often one flush is tried, after deadlocks and broken sessions, before its callers are told
/// to try again.
constexpr int kMaxTries = 5;

/// How many identifiers must wait before another writer helps the first: as many as are worth a
/// commit of their own.
constexpr int kWorthHelping = 24;

constexpr milliseconds kReopenEvery{100};
constexpr milliseconds kBusyRetryAfter{1000};

std::unique_ptr<Session> ConnectIfThere(Connector& connector) {
  try {
    return connector.Connect();
  } catch (const std::exception&) {
    return nullptr;
  }
}

}  // namespace

Committer::Committer(CommitterOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), ids_(options_.holder) {
  for (int i = 0; i < options_.writers; ++i) {
    threads_.emplace_back([this, first = i == 0] { CommitUntilStopped(first); });
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
      done(Unavailable("Lethe is stopping: try again with the same key"));
      return;
    }
    const bool few = items <= kMaxItemsOfAFew;
    const int for_few_only = few ? 0 : options_.max_waiting_items / 10;
    if (waiting_items_ + items > options_.max_waiting_items - for_few_only) {
      lock.unlock();
      done(Error{.code = ErrorCode::kResourceExhausted,
                 .reason = Text(ErrorReason::kTooBusy),
                 .message = "too many identifiers wait to be written: try again with the same key",
                 .retry_after = kBusyRetryAfter});
      return;
    }
    waiting_items_ += items;
    (few ? few_ : many_).push_back({std::move(request), std::move(done)});
  }
  changed_.notify_all();
}

int Committer::waiting_items() const {
  std::lock_guard lock(mutex_);
  return waiting_items_;
}

std::optional<Error> Committer::Refusal() const {
  std::lock_guard lock(mutex_);
  const bool counts = refusal_ && clock_.Monotonic() - refused_at_ < kRefusalCounts;
  return counts ? refusal_ : std::nullopt;
}

void Committer::SetRefusal(std::optional<Error> error) {
  std::lock_guard lock(mutex_);
  refusal_ = std::move(error);
  refused_at_ = clock_.Monotonic();
}

void Committer::CommitUntilStopped(bool first) {
  Writer writer;
  while (true) {
    std::vector<Waiting> flush = TakeFlush(first);
    if (flush.empty()) return;
    CommitWithRetries(writer, flush);
    if (!first) continue;
    std::lock_guard lock(mutex_);
    first_commits_ = false;
  }
}

std::vector<Committer::Waiting> Committer::TakeFlush(bool first) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this, first] { return stopping_ || MayTake(first); });
  std::vector<Waiting> flush;
  int items = 0;
  const auto take = [&](std::deque<Waiting>& line, int up_to) {
    while (!line.empty()) {
      const int more = static_cast<int>(line.front().request.items.size());
      if (!flush.empty() && items + more > up_to) break;
      items += more;
      flush.push_back(std::move(line.front()));
      line.pop_front();
    }
  };
  take(few_, kMaxItemsPerFlush / 2);
  take(many_, kMaxItemsPerFlush);
  take(few_, kMaxItemsPerFlush);
  waiting_items_ -= items;
  if (first) first_commits_ = true;
  return flush;
}

bool Committer::MayTake(bool first) const {
  return !IsEmpty() && (first || (first_commits_ && waiting_items_ >= kWorthHelping));
}

void Committer::CommitWithRetries(Writer& writer, std::span<Waiting> flush) {
  const milliseconds started = clock_.Monotonic();
  const auto report = [&](std::vector<FlushReport::Accepted> accepted, std::optional<Error> error) {
    options_.on_flush({static_cast<int>(flush.size()), clock_.Monotonic() - started, !error,
                       std::move(accepted), std::move(error)});
  };
  Error error;
  for (int tries = 0; tries < kMaxTries; ++tries) {
    try {
      std::vector<Result<Admission>> answers = CommitOnce(writer, flush);
      report(AcceptedOf(flush, answers), std::nullopt);
      SetRefusal(std::nullopt);
      for (std::size_t i = 0; i < flush.size(); ++i) flush[i].done(std::move(answers[i]));
      return;
    } catch (const std::exception& caught) {
      error = ToError(caught);
      if (!writer.session) break;  // It could not connect, so it has written nothing.
      if (IsBroken(caught) || !writer.session->is_open()) {
        // The flush may be committed or not: the next try finds out.
        error = Unavailable("the database went away while the request was being kept (" +
                            CauseOf(caught) + "): try again with the same key");
        // Its callers have waited for long enough.
        const bool silent = dynamic_cast<const NoAnswer*>(&caught) != nullptr;
        const bool late = clock_.Monotonic() - started >= options_.reopen_patience;
        if (IsReadOnly(caught)) options_.connector->Distrust(caught);
        writer.session.reset();
        if (silent || late || !Reopen(writer)) break;
      } else if (IsDataError(caught) && flush.size() > 1) {
        // One request that the database refuses must fail alone.
        CommitWithRetries(writer, flush.first(flush.size() / 2));
        CommitWithRetries(writer, flush.subspan(flush.size() / 2));
        return;
      } else if (!IsTransient(caught)) {
        if (IsOutOfResources(caught)) SetRefusal(error);
        break;
      }
    }
  }
  report({}, error);
  for (Waiting& waiting : flush) waiting.done(error);
}

std::vector<Result<Admission>> Committer::CommitOnce(Writer& writer, std::span<Waiting> flush) {
  if (!writer.session) writer.session = options_.connector->Connect();
  return writer.session->Use([&] {
    const TimePoint now = clock_.Now();
    ids_.Prepare(*writer.session, now);
    std::vector<NumberedRequest> requests;
    requests.reserve(flush.size());
    for (Waiting& waiting : flush) {
      if (!waiting.id) waiting.id = RequestId{ids_.Take(now, 1)};
      SetDueTime(waiting.request, now);
      requests.push_back({*waiting.id, &waiting.request});
    }
    return WriteFlush(*writer.session, {requests, now}, writer.memory, ids_);
  });
}

std::vector<FlushReport::Accepted> Committer::AcceptedOf(
    std::span<const Waiting> flush, const std::vector<Result<Admission>>& answers) {
  std::vector<FlushReport::Accepted> accepted;
  for (std::size_t i = 0; i < flush.size(); ++i) {
    const Result<Admission>& answer = answers[i];
    if (!answer.ok() || answer->repeated) continue;
    const SealedRequest& request = flush[i].request;
    accepted.push_back(
        {request.lane.account, request.lane.operation, static_cast<int>(request.items.size())});
  }
  return accepted;
}

bool Committer::Reopen(Writer& writer) {
  const milliseconds began = clock_.Monotonic();
  // Bounded by time as well as by tries, because one try may take seconds.
  for (auto tries = options_.reopen_patience / kReopenEvery; tries >= 0; --tries) {
    writer.session = ConnectIfThere(*options_.connector);
    if (writer.session) return true;
    if (clock_.Monotonic() - began >= options_.reopen_patience) return false;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kReopenEvery, [] { return false; });
  }
  return false;
}

}  // namespace lethe::store
