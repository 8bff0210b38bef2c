#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fakes/fake_verification_queue.h"
#include "fakes/queue_rows.h"

namespace lethe::contract {

using fakes::LookedBatchRow;
using fakes::NewLookedBatch;
using fakes::ReadBackRow;
using namespace std::chrono_literals;

inline const Route kErase{"acme", Operation::kErasure};
inline const Route kDemerge{"acme", Operation::kDemerge};
inline const Route kEraseOfGlobex{"globex", Operation::kErasure};
inline constexpr milliseconds kLinger = 2s;
inline constexpr milliseconds kLease = 90s;
inline constexpr milliseconds kSecondLook = 72h;

/// The looks of a batch whose call is answered.
inline constexpr std::array kLooksInTurn{LookPurpose::kCapture, LookPurpose::kReadBack,
                                         LookPurpose::kSecondLook};

/// A queue without batches, with a clock that stands still between calls of Advance(). The accounts
/// `acme` and `globex` verify, with a concurrency of 2 and a second look after kSecondLook.
class VerificationHarness {
 public:
  virtual ~VerificationHarness() = default;

  virtual VerificationQueue& queue() = 0;
  /// Ids ascend. Position `pos` holds fakes::IdentifierAt(id, pos).
  virtual EnvelopeId AddBatch(const NewLookedBatch& batch) = 0;
  /// The batch was sent once more and accepted; its window ends now.
  virtual void AcceptAgain(EnvelopeId envelope, int lo) = 0;
  /// The batch was sent just now, with an unknown effect, and must not be repeated blindly.
  virtual void LoseAnswer(EnvelopeId envelope, int lo) = 0;
  /// The batch has become one of lo..at-1 and one of at..hi.
  virtual void Split(EnvelopeId envelope, int lo, int at) = 0;
  /// The batch was cancelled or rejected.
  virtual void End(EnvelopeId envelope, int lo, BatchState state) = 0;
  virtual void LoseItem(EnvelopeId envelope, int pos) = 0;
  virtual void SetBlocked(bool blocked) = 0;

  virtual TimePoint Now() const = 0;
  virtual void Advance(milliseconds by) = 0;

  virtual std::vector<LookedBatchRow> Batches() = 0;  ///< By envelope and first position.
  virtual std::vector<ReadBackRow> ReadBacks() = 0;   ///< By envelope, position, call and look.
  virtual int Captures() = 0;                         ///< Items that were captured.
};

struct Implementation {
  std::string name;
  std::unique_ptr<VerificationHarness> (*make)();

  friend void PrintTo(const Implementation& tested, std::ostream* out) { *out << tested.name; }
};

/// What every implementation of VerificationQueue promises.
class VerificationQueueContract : public testing::TestWithParam<Implementation> {
 protected:
  VerificationHarness& at() { return *harness_; }
  VerificationQueue& queue() { return harness_->queue(); }

  std::optional<LookClaim> Take(const Route& route = kErase) {
    auto taken = queue().Take({.route = route, .linger = kLinger, .lease = kLease});
    if (taken.ok()) return *std::move(taken);
    ADD_FAILURE() << taken.error().reason << ": " << taken.error().message;
    return std::nullopt;
  }
  std::optional<Recorded> Record(const LookClaim& claim, const LookResult& result) {
    const auto recorded = queue().Record(claim, result);
    if (recorded.ok()) return *recorded;
    ADD_FAILURE() << recorded.error().reason << ": " << recorded.error().message;
    return std::nullopt;
  }
  std::vector<Route> Due() {
    const std::vector<Route> routes{kErase, kDemerge, kEraseOfGlobex};
    return queue().Due(routes, kLinger).value();
  }

  /// The look is over, with these results.
  static LookResult Over(const LookClaim& claim, const std::vector<ReadItem>& read) {
    LookResult result{.read = read};
    if (claim.purpose != LookPurpose::kReadBack) return result;
    std::vector<ReadItem> items = claim.known;
    items.insert(items.end(), read.begin(), read.end());
    std::ranges::sort(items, {}, &ReadItem::pos);
    result.transitions =
        ConcludeReadBack(claim.route.operation, claim.span, items, claim.due_since);
    return result;
  }
  /// The look is over. A capture has found no profile; a read-back or second look has this result
  /// for every item.
  static LookResult All(const LookClaim& claim, ReadBack result) {
    std::vector<ReadItem> read;
    std::vector<CapturedItem> captured;
    for (const LookItem& item : claim.items) {
      read.push_back({.pos = item.pos, .result = result, .resent = item.resent});
      captured.push_back({item.pos, {}});
    }
    if (claim.purpose == LookPurpose::kCapture) return {.captured = captured};
    return Over(claim, read);
  }

  /// A batch that is added as kReady goes through all three looks. Brings these to the next one.
  void MakeDue(LookPurpose next, const std::vector<BatchKey>& batches) {
    if (next == LookPurpose::kSecondLook) at().Advance(kSecondLook);
    if (next != LookPurpose::kReadBack) return;
    for (const BatchKey& batch : batches) at().AcceptAgain(batch.envelope, batch.lo);
  }

  /// Takes the next batch, and every item of it has this result.
  void Look(ReadBack result) {
    const auto claim = Take();
    ASSERT_TRUE(claim);
    ASSERT_EQ(Record(*claim, All(*claim, result)), Recorded::kApplied);
  }

  /// A batch of `size` whose people were captured, all of them as absent, and whose answer was lost
  /// a second later.
  EnvelopeId AddLateRepeat(int size) {
    std::set<int> all;
    for (int pos = 0; pos < size; ++pos) all.insert(pos);
    const EnvelopeId envelope =
        at().AddBatch({.size = size, .state = BatchState::kReady, .sampled = all});
    Look(ReadBack::kAbsent);
    at().Advance(1s);
    at().LoseAnswer(envelope, 0);
    return envelope;
  }

  LookedBatchRow OnlyBatch() {
    const auto rows = at().Batches();
    EXPECT_EQ(rows.size(), 1U);
    return rows.empty() ? LookedBatchRow{} : rows.front();
  }

 private:
  std::unique_ptr<VerificationHarness> harness_ = GetParam().make();
};

inline std::string NameOf(const testing::TestParamInfo<Implementation>& info) {
  return info.param.name;
}

}  // namespace lethe::contract
