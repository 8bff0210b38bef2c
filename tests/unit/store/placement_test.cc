#include "store/intake/placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "lethe/operation_traits.h"

namespace lethe::store {
namespace {

using testing::IsEmpty;

constexpr int kCapacity = EnvelopeCapacity(Operation::kErasure);

const Lane kErasures{"acme", Operation::kErasure, IdentifierKind::kIdentity};
const Lane kGuids{"acme", Operation::kErasure, IdentifierKind::kGuid};
const Lane kPhones{"acme", Operation::kDisassociation, IdentifierKind::kPhone};

/// Places one flush after the other, as a committer does.
class Planner {
 public:
  struct Asked {
    Lane lane;
    int items;
  };

  /// Where each request goes, in the order of the flush.
  std::vector<Placement> Place(const std::vector<Asked>& flush) {
    std::vector<PlacementRequest> requests;
    for (const Asked& asked : flush) {
      requests.push_back({static_cast<int>(requests.size()), &asked.lane, asked.items});
    }
    std::vector<Placement> placements(flush.size(), {EnvelopeId{-1}, -1, 0});
    std::set<int> appended;
    for (const Append& append : PlanAppends(requests, open)) {
      int size = append.envelope.size;
      for (const PlacementRequest& request : append.requests) {
        EXPECT_TRUE(appended.insert(request.index).second);
        placements[request.index] = {append.envelope.id, size, 1};
        size += request.item_count;
      }
      EXPECT_EQ(size, append.envelope.size + append.item_count);
      EXPECT_LE(size, EnvelopeCapacity(append.lane.operation));
      sizes[append.envelope.id] = size;
      open.at(append.lane).size = size;
      if (size == EnvelopeCapacity(append.lane.operation)) open.erase(append.lane);
    }
    std::erase_if(requests, [&](const auto& request) { return appended.contains(request.index); });
    const auto take_ids = [this](int count) {
      return EnvelopeId{std::exchange(next, next + count)};
    };
    for (const NewEnvelope& made : PlanNewEnvelopes(requests, take_ids, placements, open)) {
      EXPECT_TRUE(sizes.emplace(made.id, made.size).second);
    }
    return placements;
  }

  std::int64_t next = 1000;
  OpenEnvelopes open;
  std::map<EnvelopeId, int> sizes;
};

TEST(PlanAppends, AppendsNothingWithoutAnOpenEnvelope) {
  EXPECT_THAT(PlanAppends({{0, &kErasures, 1}}, {}), IsEmpty());
  EXPECT_THAT(PlanAppends({{0, &kErasures, 1}}, {{kGuids, {EnvelopeId{1}, 1}}}), IsEmpty());
}

TEST(PlanAppends, FillsAnEnvelopeAndNotMore) {
  const OpenEnvelopes open{{kErasures, {EnvelopeId{1}, kCapacity - 2}}};
  EXPECT_EQ(PlanAppends({{0, &kErasures, 2}}, open).size(), 1U);
  EXPECT_THAT(PlanAppends({{0, &kErasures, 3}}, open), IsEmpty());
}

TEST(PlanAppends, OpensAnEnvelopeForWhatIsDueMuchSooner) {
  constexpr TimePoint kDue{std::chrono::hours{480'000}};
  const OpenEnvelopes open{{kErasures, {EnvelopeId{1}, 1, kDue}}};
  EXPECT_EQ(PlanAppends({{0, &kErasures, 1, kDue}}, open).size(), 1U);
  EXPECT_THAT(PlanAppends({{0, &kErasures, 1, kDue - std::chrono::days{20}}}, open), IsEmpty());
}

TEST(PlanNewEnvelopes, AnEnvelopeIsDueWithTheFirstOfItsRequests) {
  constexpr TimePoint kDue{std::chrono::hours{480'000}};
  std::vector<Placement> placements(3);
  OpenEnvelopes open;
  const std::vector<NewEnvelope> made = PlanNewEnvelopes(
      {{0, &kErasures, 1, kDue + std::chrono::hours{1}},
       {1, &kErasures, 1, kDue},
       {2, &kErasures, 1, kDue + std::chrono::hours{2}}},
      [](int) { return EnvelopeId{1}; }, placements, open);
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].due, kDue);
  EXPECT_EQ(open.at(kErasures).due, kDue);
}

TEST(PlanNewEnvelopes, ClassesOfDueTimeShareNoEnvelope) {
  Lane urgent = kErasures;
  urgent.urgency = Urgency::kUrgent;
  std::vector<Placement> placements(2);
  OpenEnvelopes open;
  std::int64_t next = 1;
  EXPECT_EQ(PlanNewEnvelopes(
                {{0, &kErasures, 1}, {1, &urgent, 1}}, [&next](int) { return EnvelopeId{next++}; },
                placements, open)
                .size(),
            2U);
}

TEST(PlanAppends, LetsASmallRequestPassALargeOne) {
  const std::vector<Append> plan =
      PlanAppends({{0, &kErasures, 40}, {1, &kErasures, 30}, {2, &kErasures, 10}},
                  {{kErasures, {EnvelopeId{1}, 50}}});
  ASSERT_EQ(plan.size(), 1U);
  EXPECT_EQ(plan[0].item_count, 50);
  ASSERT_EQ(plan[0].requests.size(), 2U);
  EXPECT_EQ(plan[0].requests[1].index, 2);
}

TEST(PlanAppends, AppendsARequestToTheEnvelopeOfItsLane) {
  const std::vector<Append> plan = PlanAppends(
      {{0, &kPhones, 5}, {1, &kErasures, 6}, {2, &kPhones, 7}}, {{kErasures, {EnvelopeId{1}, 1}},
                                                                 {kGuids, {EnvelopeId{2}, 1}},
                                                                 {kPhones, {EnvelopeId{3}, 900}}});
  ASSERT_EQ(plan.size(), 2U);
  for (const Append& append : plan) {
    EXPECT_EQ(append.item_count, append.lane == kPhones ? 12 : 6);
    EXPECT_EQ(append.envelope.id, append.lane == kPhones ? EnvelopeId{3} : EnvelopeId{1});
  }
}

TEST(PlanNewEnvelopes, AnEnvelopeWithRoomLeftIsOpen) {
  Planner planner;
  const auto placed = planner.Place({{kErasures, 1}, {kErasures, 2}});
  EXPECT_EQ(placed[0].first_pos, 0);
  EXPECT_EQ(placed[1].first_envelope, placed[0].first_envelope);
  EXPECT_EQ(placed[1].first_pos, 1);
  EXPECT_EQ(planner.open.at(kErasures).size, 3);
  EXPECT_EQ(planner.sizes.size(), 1U);
}

TEST(PlanNewEnvelopes, AFullEnvelopeIsNotOpen) {
  Planner planner;
  EXPECT_EQ(planner.Place({{kErasures, kCapacity}})[0].envelope_count, 1);
  EXPECT_THAT(planner.open, IsEmpty());
  EXPECT_EQ(planner.sizes.begin()->second, kCapacity);
}

TEST(PlanNewEnvelopes, ARequestLargerThanAnEnvelopeSharesWithNoOther) {
  Planner planner;
  const auto placed = planner.Place({{kErasures, kCapacity + 1}, {kErasures, 1}});
  EXPECT_EQ(placed[0].envelope_count, 2);
  EXPECT_EQ(placed[0].first_pos, 0);
  EXPECT_EQ(planner.sizes.at(placed[0].first_envelope), kCapacity);
  EXPECT_EQ(planner.sizes.at(EnvelopeId{ToInt(placed[0].first_envelope) + 1}), 1);
  EXPECT_GT(ToInt(placed[1].first_envelope), ToInt(placed[0].first_envelope) + 1);
  EXPECT_EQ(planner.open.at(kErasures).id, placed[1].first_envelope);
}

TEST(PlanNewEnvelopes, AThousandErasuresAreTenFullEnvelopes) {
  Planner planner;
  EXPECT_EQ(planner.Place({{kErasures, 1000}})[0].envelope_count, 10);
  EXPECT_EQ(planner.sizes.size(), 10U);
  for (const auto& [id, size] : planner.sizes) EXPECT_EQ(size, kCapacity);
  EXPECT_THAT(planner.open, IsEmpty());
}

TEST(PlanNewEnvelopes, AThousandPhonesAreOneEnvelope) {
  Planner planner;
  EXPECT_EQ(planner.Place({{kPhones, 1000}})[0].envelope_count, 1);
  EXPECT_EQ(planner.sizes.size(), 1U);
}

TEST(PlanNewEnvelopes, ANewEnvelopeReplacesTheFullerOne) {
  Planner planner;
  planner.Place({{kErasures, 60}});
  const auto placed = planner.Place({{kErasures, 50}});
  EXPECT_EQ(placed[0].first_pos, 0);
  EXPECT_EQ(planner.open.at(kErasures).id, placed[0].first_envelope);
  EXPECT_EQ(planner.open.at(kErasures).size, 50);
}

class RandomFlushes : public testing::TestWithParam<unsigned> {};

TEST_P(RandomFlushes, GiveEveryItemExactlyOnePlace) {
  std::mt19937 random(GetParam());
  const std::vector<Lane> lanes{
      kErasures, kGuids, kPhones, {"globex", Operation::kDemerge, IdentifierKind::kIdentity}};
  const std::vector<int> sizes{1,   1,   1, 2, 3, 50, kCapacity - 1, kCapacity, kCapacity + 1,
                               999, 1000};
  const auto pick = [&random](const auto& from) {
    return from[std::uniform_int_distribution<std::size_t>(0, from.size() - 1)(random)];
  };
  Planner planner;
  std::map<EnvelopeId, std::set<int>> taken;
  std::map<EnvelopeId, Lane> lane_of;
  for (int flush = 0; flush < 30; ++flush) {
    std::vector<Planner::Asked> asked(random() % 40);
    for (auto& [lane, items] : asked) {
      lane = pick(lanes);
      items = pick(sizes);
    }
    const std::vector<Placement> placed = planner.Place(asked);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const int capacity = EnvelopeCapacity(asked[i].lane.operation);
      EXPECT_EQ(placed[i].envelope_count, (asked[i].items + capacity - 1) / capacity);
      for (int item = 0; item < asked[i].items; ++item) {
        const int place = placed[i].first_pos + item;
        ASSERT_LT(place / capacity, placed[i].envelope_count);
        const EnvelopeId envelope{ToInt(placed[i].first_envelope) + place / capacity};
        ASSERT_TRUE(taken[envelope].insert(place % capacity).second);
        ASSERT_EQ(lane_of.try_emplace(envelope, asked[i].lane).first->second, asked[i].lane);
      }
    }
    ASSERT_EQ(taken.size(), planner.sizes.size());
    for (const auto& [envelope, places] : taken) {
      ASSERT_EQ(static_cast<int>(places.size()), planner.sizes.at(envelope));
      ASSERT_EQ(*places.rbegin(), planner.sizes.at(envelope) - 1);
      ASSERT_LE(places.size(),
                static_cast<std::size_t>(EnvelopeCapacity(lane_of.at(envelope).operation)));
    }
    for (const auto& [lane, open] : planner.open) {
      ASSERT_EQ(open.size, planner.sizes.at(open.id));
      ASSERT_LT(open.size, EnvelopeCapacity(lane.operation));
      ASSERT_EQ(lane_of.at(open.id), lane);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomFlushes, testing::Range(1U, 21U));

}  // namespace
}  // namespace lethe::store
