#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "contract/delivery_queue/delivery_queue_contract.h"

namespace lethe::contract {

/// What the contract says about identifiers that CleverTap refuses. Instantiate it like
/// DeliveryQueueContract.
class RefusalContract : public DeliveryQueueContract {
 protected:
  RefusalEvidence Evidence() {
    const auto cases = queue().RefusalCases();
    EXPECT_TRUE(cases.ok());
    if (!cases.ok() || cases->empty()) return {};
    EXPECT_EQ(cases->size(), 1U);
    EXPECT_EQ(cases->front().route, kErase);
    return cases->front().evidence;
  }
  bool HasCases() { return !queue().RefusalCases().value().empty(); }

  Recorded Settle(const RefusalRuling& ruling) {
    return queue().Settle({kErase, Evidence()}, ruling).value();
  }

  /// A batch of one, refused alone.
  void AddHeld(Reason reason, milliseconds refused_ago = 0ms,
               std::optional<TimePoint> unknown_since = {}) {
    Add();
    const auto claim = Take();
    ASSERT_TRUE(claim);
    const Plan plan{.transitions = {{.span = claim->facts.span,
                                     .to = BatchState::kHeld,
                                     .reason = Text(reason),
                                     .unknown_since = unknown_since,
                                     .refused_since = claim->facts.started_at - refused_ago}}};
    ASSERT_EQ(Record(*claim, {.outcome = OutcomeClass::kRefused, .http_status = 400}, plan),
              Recorded::kApplied);
  }
  void AcceptOne() {
    Add();
    const auto claim = Take();
    ASSERT_TRUE(claim);
    ASSERT_EQ(Record(*claim, Yes(), Accepted(*claim)), Recorded::kApplied);
  }
  int Count(BatchState state) {
    int count = 0;
    for (const BatchRow& row : at().Batches()) count += row.state == state;
    return count;
  }
};

}  // namespace lethe::contract
