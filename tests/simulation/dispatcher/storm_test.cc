#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>

#include "simulation/dispatcher/world.h"

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

/// In so many storms everything happens that can.
constexpr int kEnoughSeeds = 1000;

/// A sanitizer takes ten times as long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kDefaultSeeds = 200;
#else
constexpr int kDefaultSeeds = kEnoughSeeds;
#endif

int FromEnvironment(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoi(text);
}

Scenario Storm(int seed) {
  return {.seed = static_cast<std::uint64_t>(seed), .replicas = 3, .storm = 2h};
}

/// The shell command that runs this test for one seed alone.
std::string Replay(int seed) {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  return "LETHE_SIMULATION_FIRST_SEED=" + std::to_string(seed) + " LETHE_SIMULATION_SEEDS=1 " +
         program_invocation_name + " --gtest_filter=" + test.test_suite_name() + "." + test.name();
}

/// LETHE_SIMULATION_SEEDS seeds from LETHE_SIMULATION_FIRST_SEED on: tests/simulation/soak runs
/// many.
TEST(DispatcherSimulation, KeepsItsPromisesInAnyWeather) {
  const int first = FromEnvironment("LETHE_SIMULATION_FIRST_SEED", 1);
  const int seeds = FromEnvironment("LETHE_SIMULATION_SEEDS", kDefaultSeeds);
  Tally sum;
  for (int seed = first; seed < first + seeds; ++seed) {
    World world(Storm(seed));
    world.AddTraffic(30);
    world.Run();
    ASSERT_THAT(world.violations(), IsEmpty()) << "replay: " << Replay(seed);
    sum.Add(world.tally());
  }
  if (seeds < kEnoughSeeds) return;

  // What never happens proves nothing.
  EXPECT_GT(sum.crashes, 0);
  EXPECT_GT(sum.released, 0);
  EXPECT_GT(sum.withheld, 0);
  EXPECT_GT(sum.fenced, 0);
  EXPECT_GT(sum.rescued, 0);
  EXPECT_GT(sum.record_lost, 0);
  EXPECT_GT(sum.blocked, 0);
  EXPECT_GT(sum.splits, 0);
  EXPECT_GT(sum.repeated_effects, 0);
  EXPECT_GT(sum.items[BatchState::kRejected], 0);
  EXPECT_GT(sum.items[BatchState::kCancelled], 0);
  EXPECT_GT(sum.let_go, 0);
  EXPECT_GT(sum.restored, 0);
  EXPECT_GT(sum.resumed, 0);
  EXPECT_GT(sum.decided, 0);
  for (const auto verdict : {RefusalVerdict::kSendAgain, RefusalVerdict::kReject}) {
    EXPECT_GT(sum.rulings[verdict], 0);
  }
  EXPECT_GT(sum.items[BatchState::kDone], sum.items.total() / 2);
}

TEST(DispatcherSimulation, IsDecidedByItsSeed) {
  World one(Storm(7));
  World two(Storm(7));
  for (World* world : {&one, &two}) {
    world->AddTraffic(20);
    world->Run();
  }
  EXPECT_EQ(one.batches(), two.batches());
  EXPECT_EQ(one.attempts(), two.attempts());
}

TEST(DispatcherSimulation, FinishesEverythingInGoodWeather) {
  World world({.seed = 1, .replicas = 3});
  for (Operation operation : kAll<Operation>) {
    const bool phone = operation == Operation::kDisassociation;
    for (int i = 0; i < 10; ++i) {
      world.AddEnvelope({.route = {"acme", operation},
                         .kind = phone ? IdentifierKind::kPhone : IdentifierKind::kIdentity,
                         .size = 5});
    }
  }
  world.Run();
  EXPECT_THAT(world.violations(), IsEmpty());
  EXPECT_EQ(world.tally().items[BatchState::kDone], 150);
  EXPECT_EQ(world.tally().sent, 30);
}

}  // namespace
}  // namespace lethe::simulation
