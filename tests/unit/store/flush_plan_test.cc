#include "store/intake/flush_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <utility>
#include <vector>

#include "lethe/operation_traits.h"

namespace lethe::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int kCapacity = EnvelopeCapacity(Operation::kErasure);
constexpr TimePoint kNow{std::chrono::hours(480'000)};

const Lane kErasures{"acme", Operation::kErasure, IdentifierKind::kIdentity};
const Lane kOtherErasures{"globex", Operation::kErasure, IdentifierKind::kIdentity};
const Lane kGuids{"initech", Operation::kErasure, IdentifierKind::kGuid};
const Lane kDemerges{"initech", Operation::kDemerge, IdentifierKind::kIdentity};
const Lane kPhones{"initech", Operation::kDisassociation, IdentifierKind::kPhone};

class PlanFlushTest : public testing::Test {
 protected:
  /// The request comes into the flush.
  void Add(const Lane& lane, int items = 1) {
    SealedRequest& request =
        sealed_.emplace_back(SealedRequest{.principal = "anonymous",
                                           .lane = lane,
                                           .key_forms = {{"key", "account key", "payload"}},
                                           .items = {},
                                           .duplicate_count = 0,
                                           .submit_time = {},
                                           .due_time = {}});
    for (int i = 0; i < items; ++i) request.items.push_back({i, "sealed", "digest"});
    requests_.push_back({RequestId{std::ssize(requests_) + 1}, &request});
  }

  FlushPlan Plan(const OpenEnvelopes& open = {}, KeyHandling keys = KeyHandling::kInThisStatement) {
    const auto take_ids = [this](int count) {
      return EnvelopeId{std::exchange(next_envelope_, next_envelope_ + count)};
    };
    return PlanFlush({requests_, kNow}, keys, open, take_ids);
  }

  std::int64_t next_envelope_ = 1000;
  std::deque<SealedRequest> sealed_;
  std::vector<NumberedRequest> requests_;
};

TEST_F(PlanFlushTest, AppendsRequestsOneAfterTheOtherToTheOpenEnvelope) {
  Add(kErasures, 3);
  Add(kErasures, 4);
  const FlushPlan plan = Plan({{kErasures, {EnvelopeId{7}, 10}}});
  EXPECT_EQ(plan.placements[0].first_envelope, EnvelopeId{7});
  EXPECT_EQ(plan.placements[0].first_pos, 10);
  EXPECT_EQ(plan.placements[1].first_envelope, EnvelopeId{7});
  EXPECT_EQ(plan.placements[1].first_pos, 13);
  EXPECT_EQ(plan.open.at(kErasures).size, 17);
  EXPECT_THAT(plan.appended, ElementsAre(kErasures));
  EXPECT_EQ(plan.write_requests.appends.size(), 1);
}

TEST_F(PlanFlushTest, OpensNoEnvelopeForWhatItAppends) {
  Add(kErasures);
  const FlushPlan plan = Plan({{kErasures, {EnvelopeId{7}, 10}}});
  EXPECT_TRUE(plan.write_requests.envelopes.empty());
  EXPECT_EQ(next_envelope_, 1000);
}

TEST_F(PlanFlushTest, AnEnvelopeThatAnAppendFillsIsNotOpenAfterwards) {
  Add(kErasures);
  EXPECT_THAT(Plan({{kErasures, {EnvelopeId{7}, kCapacity - 1}}}).open, IsEmpty());
  EXPECT_THAT(Plan({{kErasures, {EnvelopeId{7}, kCapacity - 2}}}).open, SizeIs(1));
}

TEST_F(PlanFlushTest, ARequestThatDoesNotFitGetsANewEnvelopeWhichIsOpenAfterwards) {
  Add(kErasures, 5);
  Add(kErasures, 2);
  const FlushPlan plan = Plan({{kErasures, {EnvelopeId{7}, kCapacity - 3}}});
  EXPECT_EQ(plan.placements[0].first_envelope, EnvelopeId{1000});
  EXPECT_EQ(plan.placements[0].first_pos, 0);
  EXPECT_EQ(plan.placements[1].first_envelope, EnvelopeId{7});
  EXPECT_EQ(plan.open.at(kErasures).id, EnvelopeId{1000});
  EXPECT_EQ(plan.open.at(kErasures).size, 5);
  EXPECT_EQ(plan.write_requests.envelopes.size(), 1);
}

TEST_F(PlanFlushTest, ALaneWithoutRequestsStaysOpenAndIsNotAppendedTo) {
  Add(kErasures);
  const FlushPlan plan = Plan({{kPhones, {EnvelopeId{7}, 10}}});
  EXPECT_THAT(plan.appended, IsEmpty());
  EXPECT_EQ(plan.open.at(kPhones).size, 10);
}

TEST_F(PlanFlushTest, HasARowForEveryRequestItemAndEnvelope) {
  Add(kErasures, 2);
  Add(kErasures, 2 * kCapacity + 1);
  Add(kPhones, 3);
  const FlushPlan plan = Plan();
  EXPECT_EQ(plan.write_requests.requests.size(), 3);
  EXPECT_EQ(plan.write_requests.items.size(), 2 * kCapacity + 6);
  EXPECT_EQ(plan.write_requests.envelopes.size(), 1 + 3 + 1);
}

TEST_F(PlanFlushTest, WritesItemsOfDemergesAndDisassociationsOnceMore) {
  Add(kErasures, 10);
  Add(kGuids, 10);
  Add(kDemerges, 2);
  Add(kPhones, 3);
  EXPECT_EQ(Plan().write_unlinking_items.items.size(), 5);
}

TEST_F(PlanFlushTest, NamesOnceEachAccountWithErasuresByIdentity) {
  for (const Lane& lane : {kErasures, kErasures, kOtherErasures, kGuids, kDemerges, kPhones}) {
    Add(lane);
  }
  EXPECT_EQ(Plan().write_requests.erasing_accounts.str(), R"({"acme","globex"})");
}

TEST_F(PlanFlushTest, WritesTheKeysOnlyInAStatementThatIsTheWholeTransaction) {
  Add(kErasures);
  EXPECT_TRUE(Plan({}, KeyHandling::kInThisStatement).write_requests.writes_keys);
  const FlushPlan plan = Plan({}, KeyHandling::kAlreadyWritten);
  EXPECT_FALSE(plan.write_requests.writes_keys);
  EXPECT_TRUE(plan.write_requests.keys.empty());
}

TEST_F(PlanFlushTest, WritesEveryGenerationOfKeysAndDigests) {
  Add(kErasures, 2);
  Add(kDemerges, 3);
  for (SealedRequest& request : sealed_) {
    request.key_forms.push_back({"key 2", "account key 2", "payload 2"});
    for (SealedItem& item : request.items) item.more_digests = {"digest 2"};
  }
  const FlushPlan plan = Plan();
  EXPECT_EQ(plan.write_requests.keys.size(), 4);
  EXPECT_EQ(plan.write_requests.account_keys.size(), 4);
  EXPECT_EQ(plan.write_requests.items.size(), 5);
  EXPECT_EQ(plan.write_requests.digests.size(), 5);
  EXPECT_EQ(plan.write_unlinking_items.items.size(), 6);
}

TEST_F(PlanFlushTest, AllRequestsAreOfTheFlushsTime) {
  Add(kErasures);
  EXPECT_EQ(Plan().write_requests.now, kNow);
}

}  // namespace
}  // namespace lethe::store
