// What may hurt a person, one thing at a time and in good weather.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "simulation/dispatcher/world.h"

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

struct Outcome {
  Tally tally;
  std::vector<std::string> violations;

  int operator[](BatchState state) const { return tally.items[state]; }
};

Outcome Run(World& world) {
  world.Run();
  return {world.tally(), world.violations()};
}

/// A thousand identifiers, one of which CleverTap answers oddly.
Outcome BusyAccountWith(Oddity oddity, Defect defect = Defect::kNone, milliseconds patience = 72h) {
  World world({.seed = 1, .replicas = 2, .patience = patience, .defect = defect});
  for (int i = 0; i < 10; ++i) {
    std::map<int, Oddity> odd;
    if (i == 5) odd[33] = oddity;
    world.AddEnvelope({.route = kErase, .size = 100}, odd);
  }
  return Run(world);
}

TEST(PeopleSimulation, OneOddIdentifierHoldsUpNobodyElse) {
  for (const int status : {400, 401, 403, 404, 409, 413, 429, 500, 502}) {
    const Outcome outcome = BusyAccountWith({.http_status = status});
    EXPECT_THAT(outcome.violations, IsEmpty()) << status;
    EXPECT_EQ(outcome[BatchState::kDone], 999) << status;
    EXPECT_EQ(outcome[BatchState::kRejected] + outcome[BatchState::kCancelled], 1) << status;
    EXPECT_LE(outcome.tally.blocked, status == 401 ? 4 : 0) << status;
    EXPECT_LE(outcome.tally.decided, 1) << status << ": it was alone in its review";
  }
}

/// One person is asked for, and nothing else for weeks.
Outcome OnlyOneWith(Oddity oddity) {
  World world({.seed = 1, .replicas = 2});
  world.AddEnvelope({.route = kErase, .size = 1}, std::map<int, Oddity>{{0, oddity}});
  return Run(world);
}

TEST(PeopleSimulation, AnOddIdentifierThatIsTheOnlyOneOfItsRouteBlocksItForNobodyElse) {
  for (const int status : {401, 403, 404, 413}) {
    const Outcome outcome = OnlyOneWith({.http_status = status});
    EXPECT_THAT(outcome.violations, IsEmpty()) << status;
    EXPECT_EQ(outcome[BatchState::kCancelled], 1) << status << ": it was in review";
    EXPECT_EQ(outcome.tally.resumed, 0) << status << ": no person had to open the route";
  }
}

/// One request of a hundred, of which CleverTap answers so many oddly, far from each other.
Outcome QuietHundredWith(Oddity oddity, int odd, bool probe_is_hidden = false) {
  World world({.seed = 1, .replicas = 2});
  if (probe_is_hidden) world.clevertap().HideProbe("acme");
  std::map<int, Oddity> marked;
  for (int i = 0; i < odd; ++i) marked[7 + i * 100 / odd] = oddity;
  world.AddEnvelope({.route = kErase, .size = 100}, marked);
  return Run(world);
}

TEST(PeopleSimulation, MoreIdentifiersThatHangThanThereAreSlotsSendNobodyElseToReview) {
  for (int hanging = 1; hanging <= 3 * kConcurrency; ++hanging) {
    const Outcome outcome = QuietHundredWith({.hangs = true}, hanging);
    EXPECT_THAT(outcome.violations, IsEmpty()) << hanging;
    EXPECT_EQ(outcome[BatchState::kDone], 100 - hanging) << hanging;
    EXPECT_LE(outcome.tally.decided, hanging) << "each was alone in its review";
  }
}

/// A thousand phones of which so many hang, alone or before twenty thousand others.
Outcome PhonesThatHang(int hanging, bool busy) {
  World world({.seed = 1, .replicas = 2});
  const fakes::NewEnvelope thousand{
      .route = {"acme", Operation::kDisassociation}, .kind = IdentifierKind::kPhone, .size = 1000};
  std::map<int, Oddity> marked;
  for (int i = 0; i < hanging; ++i) marked[7 + i * 1000 / hanging] = {.hangs = true};
  world.AddEnvelope(thousand, marked);
  for (int i = 0; busy && i < 20; ++i) world.AddEnvelope(thousand);
  return Run(world);
}

TEST(PeopleSimulation, PhonesThatHangAreFoundBeforeTheRepeatOfADisassociationCouldHurt) {
  for (const bool busy : {false, true}) {
    for (int hanging = 1; hanging <= 2 * kConcurrency; ++hanging) {
      const Outcome outcome = PhonesThatHang(hanging, busy);
      EXPECT_THAT(outcome.violations, IsEmpty()) << hanging;
      EXPECT_EQ(outcome.tally.decided, hanging) << "each was alone in its review";
      EXPECT_EQ(outcome[BatchState::kDone], (busy ? 21'000 : 1'000) - hanging) << hanging;
    }
  }
}

TEST(PeopleSimulation, WhereCredentialsCannotBeLookedAtAControlCallShowsThatTheyAreRight) {
  const Outcome outcome = QuietHundredWith({.http_status = 401}, 1, /*probe_is_hidden=*/true);
  EXPECT_THAT(outcome.violations, IsEmpty());
  EXPECT_EQ(outcome[BatchState::kDone], 99);
  EXPECT_EQ(outcome.tally.decided, 1) << "it was alone in its review";
  EXPECT_EQ(outcome.tally.resumed, 0);
}

TEST(PeopleSimulation, AStatusWithoutAMeaningRejectsNobody) {
  for (const int status : {409, 500, 502}) {
    EXPECT_EQ(BusyAccountWith({.http_status = status})[BatchState::kRejected], 0) << status;
  }
}

TEST(PeopleSimulation, AnIdentifierThatKillsItsSenderIsSentTwiceAtMost) {
  const Outcome outcome = BusyAccountWith({.kills_sender = true});
  EXPECT_THAT(outcome.violations, IsEmpty());
  EXPECT_EQ(outcome.tally.crashes, 2);
  EXPECT_EQ(outcome[BatchState::kDone], 1000) << "a person saw that the calls had their effect";
}

struct Quiet {
  int size;
  std::vector<int> bad;
};
const std::vector<Quiet> kQuiet{{2, {0}},
                                {2, {1}},
                                {4, {0, 1}},
                                {4, {2, 3}},
                                {6, {0, 1, 2, 3, 4}},
                                {20, {3, 9, 10, 15, 19}},
                                {20, {0, 1, 2}},
                                {7, {1, 3, 5}},
                                {3, {0, 2}}};

/// One request, and nothing else for weeks.
Outcome QuietAccountWith(const Quiet& quiet, Scenario scenario) {
  World world(scenario);
  world.AddEnvelope({.route = kErase, .size = quiet.size}, quiet.bad);
  return Run(world);
}

TEST(PeopleSimulation, OnAQuietAccountTheBadAreRejectedAndTheOthersDoneWithoutAPerson) {
  for (const Quiet& quiet : kQuiet) {
    const auto bad = static_cast<int>(quiet.bad.size());
    const Outcome outcome = QuietAccountWith(quiet, {.seed = 1, .replicas = 2});
    EXPECT_THAT(outcome.violations, IsEmpty());
    EXPECT_EQ(outcome[BatchState::kRejected], bad) << bad << " of " << quiet.size;
    EXPECT_EQ(outcome[BatchState::kDone], quiet.size - bad);
    EXPECT_EQ(outcome.tally.decided + outcome.tally.resumed, 0) << "no person was needed";
    EXPECT_GT(outcome.tally.control_calls, 0);
  }
}

TEST(PeopleSimulation, WithoutControlCallsTheBadWaitForAPersonAndTheAccountGoesOn) {
  for (const Quiet& quiet : kQuiet) {
    const auto bad = static_cast<int>(quiet.bad.size());
    const Outcome outcome =
        QuietAccountWith(quiet, {.seed = 1, .replicas = 2, .control_calls = ControlCalls::kOff});
    EXPECT_THAT(outcome.violations, IsEmpty());
    EXPECT_EQ(outcome[BatchState::kRejected] + outcome[BatchState::kCancelled], bad);
    EXPECT_EQ(outcome[BatchState::kDone], quiet.size - bad);
    EXPECT_EQ(outcome.tally.resumed, 0);
    EXPECT_EQ(outcome.tally.control_calls, 0);
  }
}

TEST(PeopleSimulation, WhereAllAreRefusedNobodyIsRejectedAndAPersonDecides) {
  for (const ControlCalls control_calls : {ControlCalls::kOn, ControlCalls::kOff}) {
    for (const Quiet& quiet : {Quiet{1, {0}}, Quiet{3, {0, 1, 2}}, Quiet{5, {0, 1, 2, 3, 4}},
                               Quiet{8, {0, 1, 2, 3, 4, 5, 6, 7}}}) {
      const Outcome outcome =
          QuietAccountWith(quiet, {.seed = 1, .replicas = 2, .control_calls = control_calls});
      EXPECT_THAT(outcome.violations, IsEmpty());
      EXPECT_EQ(outcome[BatchState::kRejected], 0);
      EXPECT_EQ(outcome[BatchState::kCancelled], quiet.size);
      EXPECT_EQ(outcome.tally.resumed, 0) << "the account is not stopped";
    }
  }
}

/// Good and bad together are refused; the good one, sent alone, meets one hiccup.
Outcome HiccupNextToPoison(Mishap hiccup, Defect defect = Defect::kNone) {
  World world({.seed = 1, .replicas = 1, .defect = defect});
  world.AddEnvelope({.route = kErase, .size = 8}, {7});
  for (int call = 0; call < 5; ++call) world.fate().Plan(kErase.operation, Mishap::kNone);
  world.fate().Plan(kErase.operation, hiccup);  // 6 alone, after 7 has sunk 0..7, 4..7 and 6..7
  return Run(world);
}

TEST(PeopleSimulation, AHiccupWhileAloneRejectsNobody) {
  for (const Mishap hiccup : {Mishap::kRefusedOnce, Mishap::kConflict, Mishap::kUnauthorized,
                              Mishap::kThrottled, Mishap::kServerErrorBefore}) {
    const Outcome outcome = HiccupNextToPoison(hiccup);
    EXPECT_THAT(outcome.violations, IsEmpty());
    EXPECT_EQ(outcome[BatchState::kDone], 7) << static_cast<int>(hiccup);
    const bool is_refusal = hiccup == Mishap::kRefusedOnce;
    EXPECT_EQ(outcome[BatchState::kRejected], is_refusal ? 0 : 1);
    EXPECT_EQ(outcome[BatchState::kCancelled], is_refusal ? 1 : 0) << "it was in review";
  }
}

/// A call is refused with that probability, whatever it carries.
Outcome RefusedAtRandom(double probability, std::uint64_t seed) {
  World world({.seed = seed, .replicas = 2});
  world.fate().RefuseAtRandom(kErase.operation, probability);
  for (int i = 0; i < 30; ++i) world.AddEnvelope({.route = kErase, .size = 1 + i % 3});
  return Run(world);
}

TEST(PeopleSimulation, RefusalsAtRandomRejectNobody) {
  int refused = 0;
  for (const double probability : {0.2, 0.5}) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      const Outcome outcome = RefusedAtRandom(probability, seed);
      EXPECT_THAT(outcome.violations, IsEmpty()) << probability << ", seed " << seed;
      EXPECT_EQ(outcome[BatchState::kRejected], 0) << probability << ", seed " << seed;
      refused += outcome.tally.splits;
    }
  }
  EXPECT_GT(refused, 0);
}

/// Everything that a route is sent is answered so for an hour.
Outcome BadHourWith(int http_status) {
  World world({.seed = 1, .replicas = 2});
  const TimePoint start = fakes::FakeClock::kStart;
  world.clevertap().Change({.route = kErase,
                            .kind = {},
                            .period = {.begin = start + 500ms, .end = start + 1h},
                            .http_status = http_status});
  for (int i = 0; i < 5; ++i) world.AddEnvelope({.route = kErase, .size = 100});
  world.AddEnvelope({.route = {"acme", Operation::kDemerge}, .size = 100});
  return Run(world);
}

TEST(PeopleSimulation, ABadHourFinalisesNobody) {
  for (const int status : {400, 401, 403, 404, 409, 413, 500, 502}) {
    const Outcome outcome = BadHourWith(status);
    EXPECT_THAT(outcome.violations, IsEmpty()) << status;
    EXPECT_EQ(outcome[BatchState::kDone], 600) << status;
  }
}

/// Of one request, while the search for its odd identifier is under way.
Outcome OutageInASearch(int http_status, milliseconds from) {
  World world({.seed = 1, .replicas = 2});
  const TimePoint begin = fakes::FakeClock::kStart + from;
  world.clevertap().Change({.route = kErase,
                            .kind = {},
                            .period = {.begin = begin, .end = begin + 10min},
                            .http_status = http_status});
  world.AddEnvelope({.route = kErase, .size = 100},
                    std::map<int, Oddity>{{33, {.http_status = http_status}}});
  return Run(world);
}

TEST(PeopleSimulation, AnOutageInTheMiddleOfASearchSendsNobodyElseToReview) {
  for (const int status : {403, 404, 500, 502}) {
    for (const milliseconds from : {1s, 2s, 3s, 4s, 6s, 8s, 12s}) {
      const Outcome outcome = OutageInASearch(status, from);
      EXPECT_THAT(outcome.violations, IsEmpty()) << status;
      EXPECT_EQ(outcome[BatchState::kDone], 99) << status;
      EXPECT_LE(outcome.tally.decided, 1) << status << " from " << from.count() << " ms on";
    }
  }
}

// Each mistake, put back, is seen by one of the above.

TEST(PlantedMistakeAboutPeople, ABlockForOnePayloadIsSeen) {
  for (const int status : {403, 404}) {
    const Outcome outcome =
        BusyAccountWith({.http_status = status}, Defect::kBlocksForOnePayload, 10min);
    EXPECT_GT(outcome.tally.blocked, 0);
  }
}

TEST(PlantedMistakeAboutPeople, ABatchThatIsNeverHalvedWithoutAnAnswerIsSeen) {
  const Outcome outcome = BusyAccountWith({.http_status = 500}, Defect::kNeverHalvesWithoutAnswer);
  EXPECT_GT(outcome.tally.decided, 1);
}

TEST(PlantedMistakeAboutPeople, ABlockForAFewIsSeen) {
  Scenario scenario{.seed = 1, .replicas = 2};
  scenario.defect = Defect::kBlocksForAFew;
  EXPECT_TRUE(
      QuietAccountWith({4, {0, 1}}, scenario).tally.rulings.contains(RefusalVerdict::kBlock));
}

TEST(PlantedMistakeAboutPeople, ABlockForAnOperatorThatEndsByItselfIsSeen) {
  World world({.seed = 1, .replicas = 2, .patience = 2h, .defect = Defect::kResumesByItself});
  std::vector<int> two_of_three;
  for (int i = 0; i < 99; ++i) {
    if (i % 3 != 0) two_of_three.push_back(i);
  }
  for (int i = 0; i < 2; ++i) world.AddEnvelope({.route = kErase, .size = 100}, two_of_three);
  world.Run();
  EXPECT_THAT(world.violations(),
              testing::Contains("a batch was taken of a route that waits for a person"));
}

TEST(PlantedMistakeAboutPeople, ARejectionForARefusalInCompanyIsSeen) {
  EXPECT_THAT(HiccupNextToPoison(Mishap::kRefusedOnce, Defect::kRejectsForCompany).violations,
              testing::Contains("an identifier was rejected that CleverTap takes"));
}

TEST(PlantedMistakeAboutPeople, ACallThatIsMadeAThirdTimeIsSeen) {
  EXPECT_GT(BusyAccountWith({.kills_sender = true}, Defect::kMakesTheCallAThirdTime).tally.crashes,
            2);
}

TEST(PlantedMistakeAboutPeople, AConflictThatIsTakenForARefusalIsSeen) {
  EXPECT_EQ(BusyAccountWith({.http_status = 409},
                            Defect::kTakesConflictForRefusal)[BatchState::kRejected],
            1);
}

}  // namespace
}  // namespace lethe::simulation
