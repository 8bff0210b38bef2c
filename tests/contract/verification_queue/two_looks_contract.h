#pragma once

#include <gmock/gmock.h>

#include <optional>

#include "contract/verification_queue/verification_queue_contract.h"

namespace lethe::contract {

/// Two batches that are looked up at the same time: nothing of one may touch the other.
class TwoLooks : public VerificationQueueContract {
 protected:
  struct Batch {
    Route route;
    BatchKey key;
    Span span;
    std::optional<Profile> profile = {};  ///< What its capture finds for every item.
  };

  void ExpectApart(const Batch& first, const Batch& second) {
    for (const LookPurpose purpose : kLooksInTurn) {
      SCOPED_TRACE(Name(purpose));
      MakeDue(purpose, {first.key, second.key});
      auto claim = Take(first.route);
      auto other = Take(second.route);
      ASSERT_TRUE(claim && other);
      if (KeyOf(*claim) == second.key) claim.swap(other);
      ASSERT_EQ(Record(*claim, {.again_in = 10s}), Recorded::kApplied);
      ASSERT_EQ(Record(*other, {.again_in = 0s}), Recorded::kApplied);
      ASSERT_NO_FATAL_FAILURE(Finish(second, purpose));
      EXPECT_FALSE(Take(first.route)) << "it rests";
      at().Advance(10s);
      ASSERT_NO_FATAL_FAILURE(Finish(first, purpose));
    }
  }

 private:
  static BatchKey KeyOf(const LookClaim& claim) { return {claim.envelope, claim.span.lo}; }

  /// Takes this batch, which is still to be looked up as a whole, and finishes the look.
  void Finish(const Batch& batch, LookPurpose purpose) {
    const auto claim = Take(batch.route);
    ASSERT_TRUE(claim);
    ASSERT_EQ(KeyOf(*claim), batch.key);
    ASSERT_EQ(claim->purpose, purpose);
    ASSERT_EQ(claim->span, batch.span);
    ASSERT_EQ(std::ssize(claim->items), batch.span.size());
    ASSERT_THAT(claim->known, testing::IsEmpty());
    LookResult result = All(*claim, ReadBack::kAbsent);
    for (CapturedItem& item : result.captured) item.capture.profile = batch.profile;
    int pos = batch.span.lo;
    for (const LookItem& item : claim->items) {
      EXPECT_EQ(item.pos, pos++);
      if (purpose != LookPurpose::kReadBack) continue;
      ASSERT_TRUE(item.before);
      ASSERT_EQ(item.before->profile.has_value(), batch.profile.has_value());
      if (batch.profile) {
        EXPECT_EQ(item.before->profile->object_ids, batch.profile->object_ids);
      }
    }
    ASSERT_EQ(Record(*claim, result), Recorded::kApplied);
  }
};

}  // namespace lethe::contract
