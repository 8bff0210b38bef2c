// A CleverTap of several servers of which one is wrong, that takes nobody alone, or one call at a
// time: what looks like evidence against a person is none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "simulation/dispatcher/world.h"

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

constexpr int kOddServerSeeds = 20;

/// Some quiet requests, each with one person whom CleverTap does not take.
void AddQuietRequests(World& world) {
  for (const int size : {2, 4, 7, 12})
    world.AddEnvelope({.route = kErase, .size = size}, {size / 2});
}
constexpr int kGood = 1 + 3 + 6 + 11;

/// Good people who were rejected.
int GoodRejected(World& world) {
  int rejected = 0;
  for (const auto& batch : world.batches()) {
    const bool has_good = !world.HoldsOnlyPoison(batch);
    if (batch.state == BatchState::kRejected && has_good) rejected += batch.span.size();
  }
  return rejected;
}

TEST(OddServersSimulation, OneOfSomeServersThatRefusesEverythingRejectsNobodyGood) {
  int splits = 0;
  for (const int servers : {2, 3, 4}) {
    for (std::uint64_t seed = 1; seed <= kOddServerSeeds; ++seed) {
      World world({.seed = seed, .replicas = 2});
      world.fate().TakeTurns(kErase.operation, servers);
      AddQuietRequests(world);
      world.Run();
      EXPECT_THAT(world.violations(), IsEmpty()) << servers << " servers, seed " << seed;
      EXPECT_EQ(GoodRejected(world), 0) << servers << " servers, seed " << seed;
      splits += world.tally().splits;
    }
  }
  EXPECT_GT(splits, 0);
}

int ServerBreaksFor(milliseconds period, std::uint64_t seed, Defect defect) {
  World world({.seed = seed, .replicas = 2, .defect = defect});
  const TimePoint begin = fakes::FakeClock::kStart;
  world.clevertap().BreakServer(kErase, 4, {.begin = begin, .end = begin + period});
  AddQuietRequests(world);
  world.Run();
  if (defect == Defect::kNone) {
    EXPECT_THAT(world.violations(), IsEmpty()) << period.count() << " ms, seed " << seed;
    EXPECT_EQ(world.tally().items[BatchState::kDone], kGood);
  }
  return GoodRejected(world);
}

TEST(OddServersSimulation, AServerThatIsBrokenForAWhileRejectsNobodyOfItsPeople) {
  for (const milliseconds period : {45'000ms, 600'000ms, 1'800'000ms}) {
    for (std::uint64_t seed = 1; seed <= kOddServerSeeds; ++seed) {
      EXPECT_EQ(ServerBreaksFor(period, seed, Defect::kNone), 0) << seed;
    }
  }
}

TEST(OddServersSimulation, WhereNobodyIsTakenAloneNobodyIsRejected) {
  World world({.seed = 1, .replicas = 2});
  const TimePoint start = fakes::FakeClock::kStart;
  world.clevertap().RefuseAlone(kErase.operation, {.begin = start, .end = start + 24h});
  AddQuietRequests(world);
  world.AddEnvelope({.route = kErase, .size = 100});
  world.Run();
  EXPECT_THAT(world.violations(), IsEmpty());
  EXPECT_EQ(world.tally().items[BatchState::kDone], kGood + 100);
}

TEST(OddServersSimulation, WhereCallsBesideEachOtherAreRefusedNobodyGoodIsRejected) {
  const TimePoint start = fakes::FakeClock::kStart;
  for (std::uint64_t seed = 1; seed <= kOddServerSeeds; ++seed) {
    World world({.seed = seed, .replicas = 2});
    world.clevertap().RefuseCompany(kErase, {.begin = start, .end = start + 24h});
    AddQuietRequests(world);
    world.AddEnvelope({.route = kErase, .size = 100});
    world.Run();
    EXPECT_THAT(world.violations(), IsEmpty()) << "seed " << seed;
    EXPECT_EQ(GoodRejected(world), 0) << "seed " << seed;
    EXPECT_EQ(world.tally().items[BatchState::kDone], kGood + 100) << "seed " << seed;
  }
}

TEST(PlantedMistakeAboutServers, ARejectionBeforeAnHourHasPassedIsSeen) {
  int good_rejected = 0;
  for (std::uint64_t seed = 1; seed <= kOddServerSeeds; ++seed) {
    good_rejected += ServerBreaksFor(600s, seed, Defect::kDoesNotWaitForTheLastTries);
  }
  EXPECT_GT(good_rejected, 0);
}

}  // namespace
}  // namespace lethe::simulation
