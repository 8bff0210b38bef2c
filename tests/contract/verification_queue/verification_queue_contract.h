#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
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
inline constexpr milliseconds kLinger = 2s;
inline constexpr milliseconds kLease = 90s;
inline constexpr milliseconds kSecondLook = 72h;

/// A queue without batches, with a clock that stands still between calls of Advance(). The account
/// `acme` verifies, with a concurrency of 2 and a second look after kSecondLook.
class VerificationHarness {
 public:
  virtual ~VerificationHarness() = default;

  virtual VerificationQueue& queue() = 0;
  /// Ids ascend. Position `pos` holds fakes::IdentifierAt(id, pos).
  virtual EnvelopeId AddBatch(const NewLookedBatch& batch) = 0;
  virtual void AcceptAgain(EnvelopeId envelope, int lo) = 0;
  virtual void Cancel(EnvelopeId envelope) = 0;
  virtual void LoseItem(EnvelopeId envelope, int pos) = 0;
  virtual void SetBlocked(bool blocked) = 0;

  virtual TimePoint Now() const = 0;
  virtual void Advance(milliseconds by) = 0;

  virtual std::vector<LookedBatchRow> Batches() = 0;  ///< By envelope and first position.
  virtual std::vector<ReadBackRow> ReadBacks() = 0;   ///< By envelope, position, call and look.
  virtual int Captures() = 0;
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
    const std::vector<Route> routes{kErase, kDemerge};
    return queue().Due(routes, kLinger).value();
  }

  /// Every item of the claim shows `result`, and the look is over.
  static LookResult All(const LookClaim& claim, ReadBack result) {
    LookResult looked;
    for (const LookItem& item : claim.items) {
      looked.read.push_back({.pos = item.pos, .result = result, .resent = item.resent});
    }
    if (claim.purpose == LookPurpose::kReadBack) {
      looked.transitions = ConcludeReadBack(claim.span, looked.read);
    }
    return looked;
  }

  /// Takes the next batch, and every item of it shows `result`.
  void Look(ReadBack result) {
    const auto claim = Take();
    ASSERT_TRUE(claim);
    ASSERT_EQ(Record(*claim, All(*claim, result)), Recorded::kApplied);
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
