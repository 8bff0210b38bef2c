#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "simulation/dispatcher/world.h"

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;

struct Planted {
  std::string name;
  Defect defect;
  std::string violation;

  friend void PrintTo(const Planted& planted, std::ostream* out) { *out << planted.name; }
};

class PlantedDefect : public testing::TestWithParam<Planted> {};

TEST_P(PlantedDefect, IsFound) {
  constexpr int kSeeds = 100;
  const auto finds = Contains(HasSubstr(GetParam().violation));
  std::vector<std::string> found;
  for (int seed = 1; seed <= kSeeds && !testing::Value(found, finds); ++seed) {
    World world({.seed = static_cast<std::uint64_t>(seed),
                 .replicas = 3,
                 .storm = 2h,
                 .defect = GetParam().defect});
    world.AddTraffic(30);
    world.Run();
    found = world.violations();
  }
  EXPECT_THAT(found, finds);
}

INSTANTIATE_TEST_SUITE_P(
    Simulation, PlantedDefect,
    testing::Values(
        Planted{"ForgetsToFence", Defect::kForgetsToFence, "a batch moved from"},
        Planted{"DropsARun", Defect::kDropsARun, "lost or in two batches"},
        Planted{"TakesUnknownForYes", Defect::kTakesUnknownForYes, "accepted without effect"},
        Planted{"TakesRefusalForYes", Defect::kTakesRefusalForYes, "accepted without effect"},
        Planted{"ForgetsTheHorizon", Defect::kForgetsTheHorizon, "past the resend horizon"},
        Planted{"SendsTwice", Defect::kSendsTwice, "repeated without reason"},
        Planted{"SendsOneTooFew", Defect::kSendsOneTooFew, "carried another identifier"},
        Planted{"IgnoresTheSlots", Defect::kIgnoresTheSlots, "more calls in flight than slots"},
        Planted{"IgnoresTheOrder", Defect::kIgnoresTheOrder, "under way at once"},
        Planted{"Overtakes", Defect::kIgnoresTheOrder, "overtook an earlier one"},
        Planted{"ClosesEarly", Defect::kClosesEarly, "done before its window"},
        Planted{"NeverRescues", Defect::kNeverRescues, "never came to rest"},
        Planted{"NeverReleases", Defect::kNeverReleases, "never came to rest"},
        Planted{"CountsFreeCalls", Defect::kCountsFreeCalls, "spent on nothing"},
        Planted{"RejectsAtFirstRefusal", Defect::kRejectsAtFirstRefusal, "that CleverTap takes"},
        Planted{"TrustsEveryLook", Defect::kTrustsEveryLook, "before anybody looked"}),
    [](const auto& planted) { return planted.param.name; });

}  // namespace
}  // namespace lethe::simulation
