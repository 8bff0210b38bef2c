#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/queue_rows.h"
#include "integration/store/world.h"
#include "lethe/reasons.h"
#include "support/pg_rows.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using testing::ElementsAre;
using testing::Field;

class RefusalRaces : public testing::Test {
 protected:
  RefusalRaces() { EXPECT_TRUE(queue_.RegisterAccounts().ok()); }

  /// One identifier that was refused alone.
  void Hold(const std::string& key, Reason reason) {
    ASSERT_TRUE(Submit(store_.requests(), Erasure(key, People(1, key))).ok());
    const auto taken = queue_.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s});
    ASSERT_TRUE(taken.ok() && *taken);
    const Claim& claim = **taken;
    const auto recorded = queue_.Record(claim, {.outcome = OutcomeClass::kRefused},
                                        {.transitions = {{.span = claim.facts.span,
                                                          .to = BatchState::kHeld,
                                                          .reason = Text(reason),
                                                          .refused_since = claim.facts.started_at,
                                                          .lone_refusals = 1}},
                                         .taken = false});
    ASSERT_TRUE(recorded.ok() && *recorded == Recorded::kApplied);
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  PgDeliveryQueue queue_{"test", Accounts(), store_.keys(), store_.pool()};
};

// A sender writes a refusal down without waiting for a ruling about the others. A trigger stands
// for that sender: it confirms a refusal as soon as the ruling has moved one.
TEST_F(RefusalRaces, ARulingDoesNotReachARefusalThatIsConfirmedMeanwhile) {
  Hold("judged", Reason::kRefusedConfirmed);
  Hold("later", Reason::kRefusedUnconfirmed);
  database_.Run("update slot set accepted_at = lethe_now() where number = 1");
  const auto cases = queue_.RefusalCases({});
  ASSERT_TRUE(cases.ok() && cases->size() == 1);
  database_.Run(
      "create function confirm() returns trigger language plpgsql as $$ begin "
      "  update batch set reason = 'refused_confirmed' where reason = 'refused_unconfirmed'; "
      "  return null; end $$; "
      "create trigger rival after update of state on batch for each statement "
      "  when (pg_trigger_depth() = 0) execute function confirm()");
  EXPECT_EQ(queue_.Settle(cases->front(), {.verdict = RefusalVerdict::kReject, .room = 5}).value(),
            Recorded::kApplied);
  EXPECT_THAT(test::ReadBatches(database_),
              ElementsAre(Field(&fakes::BatchRow::state, BatchState::kRejected),
                          Field(&fakes::BatchRow::state, BatchState::kHeld)));
}

}  // namespace
}  // namespace lethe::store
