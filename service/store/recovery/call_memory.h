#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lethe/batch.h"
#include "lethe/delivery_queue.h"
#include "lethe/operation.h"
#include "lethe/time.h"
#include "store/ids/id_source.h"

namespace lethe::store {

class CallJournal;

/// A call whose attempt the database has confirmed to have.
struct RememberedCall {
  Route route;
  EnvelopeId envelope;
  Span span;
  int number;             ///< Claim::call_number().
  TimePoint started_at;   ///< By the database's clock. With the four above: the attempt.
  std::string digests{};  ///< Newest MACs of its identifiers, one after the other; or nothing.

  friend bool operator==(const RememberedCall&, const RememberedCall&) = default;
};

/// What a process knows that the database has confirmed, kept outside of the database: an older
/// state of it that comes up does not know it. Thread-safe.
class CallMemory {
 public:
  /// To be called before anything is remembered: what the journal has found is, and what comes is
  /// written there first. `journal` outlives the memory.
  void Keep(CallJournal& journal);

  /// Null: this process keeps no journal.
  CallJournal* journal() const { return journal_; }

  /// The newest calls. What a busy account sends in an hour and a half; about a megabyte.
  static constexpr std::size_t kMostCalls = 10'000;

  /// Of the newest calls, while they fit. Digests of a hundred thousand identifiers.
  static constexpr std::size_t kMostDigestBytes = 2'000'000;

  struct Contents {
    std::vector<RememberedCall> calls;  ///< In the order in which they came.
    std::optional<NodeRenewal> node;

    bool empty() const { return calls.empty() && !node; }
  };

  /// How many checks of new sessions have begun.
  std::uint64_t checks() const;
  void CheckBegins();

  /// Takes calls in that are about to be made. Whether no check began since `checks` was checks():
  /// one that did may have missed these calls.
  bool Remember(std::vector<RememberedCall> calls, std::uint64_t checks);

  /// Takes in the latest renewal of the process's node row.
  void Remember(const NodeRenewal& node);

  Contents contents() const;

  /// The loss of this renewal has been told. Does nothing if there is a later one.
  void Forget(const NodeRenewal& node);

 private:
  CallJournal* journal_ = nullptr;
  mutable std::mutex mutex_;
  std::uint64_t checks_ = 0;
  std::deque<RememberedCall> calls_;
  std::size_t digest_bytes_ = 0;
  std::size_t without_digests_ = 0;  ///< So many of the oldest.
  std::optional<NodeRenewal> node_;
};

}  // namespace lethe::store
