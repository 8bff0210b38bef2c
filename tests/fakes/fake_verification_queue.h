#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "lethe/verification_queue.h"

namespace lethe::fakes {

/// A batch in the state in which verification meets it: open or ready, or accepted just now, by its
/// first call.
struct NewLookedBatch {
  Route route{"acme", Operation::kErasure};
  IdentifierKind kind = IdentifierKind::kIdentity;
  int size = 1;
  BatchState state = BatchState::kAccepted;
  std::set<int> sampled = {0};
  milliseconds window{0};                    ///< kAccepted: from now on.
  std::optional<TimePoint> not_before = {};  ///< kReady.
  bool may_have_effect = false;              ///< kReady: an operator sends it again.
};

/// A batch as a test sees it.
struct LookedBatchRow {
  EnvelopeId envelope{};
  Span span{};
  BatchState state = BatchState::kOpen;
  std::string reason = {};
  int call_count = 0;
  std::optional<TimePoint> accepted_at = {};
  std::optional<TimePoint> window_end = {};
  std::optional<TimePoint> finished_at = {};
  std::optional<TimePoint> captured_at = {};
  std::optional<TimePoint> unknown_since = {};
  std::optional<TimePoint> second_look_at = {};
};

/// What a look-up has shown, as a test sees it.
struct ReadBackRow {
  EnvelopeId envelope{};
  int pos = 0;
  int call_number = 0;
  int look = 0;
  ReadBack result{};

  friend bool operator==(const ReadBackRow&, const ReadBackRow&) = default;
};

/// VerificationQueue in memory; all accounts verify alike. Thread-safe.
class FakeVerificationQueue : public VerificationQueue {
 public:
  struct Options {
    int concurrency = 2;
    std::optional<milliseconds> second_look = {};
  };
  FakeVerificationQueue(const Clock& clock, Options options) : clock_(clock), options_(options) {}

  Result<std::vector<Route>> Due(std::span<const Route> routes, milliseconds linger) override;
  Result<std::optional<LookClaim>> Take(const LookParams& params) override;
  Result<Recorded> Record(const LookClaim& claim, const LookResult& result) override;
  Result<int> ForgetCaptures(int limit) override;

  EnvelopeId AddBatch(const NewLookedBatch& batch);
  /// The batch was sent once more and accepted; its window ends now.
  void AcceptAgain(EnvelopeId envelope, int lo);
  /// The batch was sent just now, with an unknown effect, and must not be repeated blindly.
  void LoseAnswer(EnvelopeId envelope, int lo);
  /// The batch has become one of lo..at-1 and one of at..hi.
  void Split(EnvelopeId envelope, int lo, int at);
  /// The batch was cancelled or rejected.
  void End(EnvelopeId envelope, int lo, BatchState state);
  void LoseItem(EnvelopeId envelope, int pos);
  void SetBlocked(bool blocked);

  std::vector<LookedBatchRow> batches() const;
  std::vector<ReadBackRow> read_backs() const;
  int captures() const;  ///< Items that were captured.

 private:
  using BatchKey = std::pair<EnvelopeId, int>;            ///< Envelope and first position.
  using ItemKey = std::pair<EnvelopeId, int>;             ///< Envelope and position.
  using FactKey = std::tuple<EnvelopeId, int, int, int>;  ///< .., call and look.

  struct Batch {
    LookedBatchRow row;
    Route route;
    IdentifierKind kind;
    TimePoint opened_at;
    std::optional<TimePoint> not_before = {};
    std::optional<TimePoint> look_at = {};
    int tries = 0;
    bool may_have_effect = false;
  };
  struct Slot {
    std::int64_t epoch = 0;
    std::optional<TimePoint> lease_until = {};
    TimePoint cool_down_until{};
    int setbacks = 0;
  };

  Batch* OldestDue(const Route& route, LookPurpose purpose, milliseconds linger);
  bool IsDue(const Batch& batch, LookPurpose purpose, milliseconds linger) const;
  static TimePoint DueSince(const Batch& batch, LookPurpose purpose);
  void FillIn(LookClaim& claim) const;
  /// Whether the batch has not gone on without the look. One that is over must have been the only
  /// one.
  bool IsLookedUp(const LookClaim& claim, bool over) const;
  bool WasStillPresent(const ItemKey& item, int before_call) const;
  std::optional<ReadBack> Fact(const FactKey& key) const;
  void Conclude(const LookClaim& claim, const LookResult& result);
  void EndBeforeRepeat(const LookClaim& claim, const LookResult& result);

  const Clock& clock_;
  const Options options_;
  mutable std::mutex mutex_;
  bool blocked_ = false;
  std::int64_t last_envelope_ = 0;
  std::map<BatchKey, Batch> batches_;
  std::set<ItemKey> sampled_;
  std::set<ItemKey> lost_;
  std::map<ItemKey, Capture> captures_;
  std::map<FactKey, ReadBack> facts_;
  std::map<std::pair<std::string, int>, Slot> slots_;
};

}  // namespace lethe::fakes
