#include <gtest/gtest.h>

#include <chrono>

#include "lethe/window.h"
#include "unit/core/instants.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;

ProcessingHours In(const char* zone) { return {.zone = TimeZone::Find(zone).value()}; }

struct Night {
  const char* name;
  Operation operation;
  const char* zone;
  const char* sent;
  const char* until;

  friend void PrintTo(const Night& night, std::ostream* out) { *out << night.name; }
};

class ResendUntilTheNight : public testing::TestWithParam<Night> {};

TEST_P(ResendUntilTheNight, EndsBeforeCleverTapMayAct) {
  const Night& night = GetParam();
  const TimePoint until = ResendUntil(night.operation, At(night.sent), In(night.zone));
  EXPECT_EQ(until, At(night.until)) << ToString(until);
}

constexpr Operation kErase = Operation::kErasure;
constexpr Operation kDemerge = Operation::kDemerge;

constexpr Night kNights[] = {
    {"Erasure", kErase, "Asia/Kolkata", "2026-01-10 12:00 +0530", "2026-01-11 01:50 +0530"},
    {"ErasureOfTheEvening", kErase, "Asia/Kolkata", "2026-01-10 23:59 +0530",
     "2026-01-11 01:50 +0530"},
    {"ErasureJustBeforeTheNight", kErase, "Asia/Kolkata", "2026-01-11 01:55 +0530",
     "2026-01-11 01:50 +0530"},
    {"ErasureAsTheNightBegins", kErase, "Asia/Kolkata", "2026-01-11 02:00 +0530",
     "2026-01-11 02:15 +0530"},
    {"ErasureOfTheNight", kErase, "Asia/Kolkata", "2026-01-11 03:59 +0530",
     "2026-01-11 04:14 +0530"},
    {"ErasureJustAfterTheNight", kErase, "Asia/Kolkata", "2026-01-11 04:09 +0530",
     "2026-01-11 04:24 +0530"},
    {"ErasureOfTheMorning", kErase, "Asia/Kolkata", "2026-01-11 04:10 +0530",
     "2026-01-12 01:50 +0530"},
    {"ErasureOnTheOtherSideOfTheWorld", kErase, "Pacific/Pago_Pago", "2026-06-01 12:00 -1100",
     "2026-06-02 01:50 -1100"},
    {"ErasureWhereTwoOClockIsSkipped", kErase, "America/New_York", "2026-03-07 12:00 -0500",
     "2026-03-08 01:50 -0500"},
    {"ErasureWhereTwoOClockComesTwice", kErase, "Europe/Berlin", "2026-10-24 12:00 +0200",
     "2026-10-25 01:50 +0200"},
    {"ErasureOfANightThatIsAnHourLonger", kErase, "Europe/Berlin", "2026-10-25 04:05 +0100",
     "2026-10-25 04:20 +0100"},

    {"Demerge", kDemerge, "Asia/Kolkata", "2026-01-10 12:00 +0530", "2026-01-11 03:50 +0530"},
    {"DemergeJustBeforeTheNight", kDemerge, "Asia/Kolkata", "2026-01-10 03:59 +0530",
     "2026-01-10 03:50 +0530"},
    {"DemergeAsTheNightBegins", kDemerge, "Asia/Kolkata", "2026-01-10 04:00 +0530",
     "2026-01-10 04:15 +0530"},
    {"DemergeOfTheNight", kDemerge, "Asia/Kolkata", "2026-01-10 06:30 +0530",
     "2026-01-10 06:45 +0530"},
    {"DemergeOfTheMorning", kDemerge, "Asia/Kolkata", "2026-01-10 07:10 +0530",
     "2026-01-11 03:50 +0530"},
    {"DemergeInSpring", kDemerge, "America/New_York", "2026-03-07 12:00 -0500",
     "2026-03-08 03:50 -0400"},
    // Of two begins in one night the first counts: that is when CleverTap may act.
    {"DemergeBeforeTheFirstOfTwoBegins", kDemerge, "Asia/Baku", "2015-10-24 12:00 +0500",
     "2015-10-25 03:50 +0500"},
    {"DemergeBetweenTwoBegins", kDemerge, "Asia/Baku", "2015-10-25 04:30 +0500",
     "2015-10-25 04:45 +0500"},
    {"DemergeBeforeADayThatTheZoneSkips", kDemerge, "Pacific/Apia", "2011-12-29 12:00 -1000",
     "2011-12-29 23:50 -1000"},
};

INSTANTIATE_TEST_SUITE_P(, ResendUntilTheNight, testing::ValuesIn(kNights),
                         [](const auto& tested) { return tested.param.name; });

TEST(ResendUntil, OfAnErasureFollowsTheHourAtWhichTheAccountsDeletionsBegin) {
  ProcessingHours hours = In("Asia/Kolkata");
  hours.deletions_begin = 22h + 30min;
  const auto until = [&](const char* sent) { return ResendUntil(kErase, At(sent), hours); };
  EXPECT_EQ(until("2026-01-10 12:00 +0530"), At("2026-01-10 22:20 +0530"));
  EXPECT_EQ(until("2026-01-11 00:20 +0530"), At("2026-01-11 00:35 +0530"))
      << "a night that passes midnight";
  EXPECT_EQ(until("2026-01-11 00:40 +0530"), At("2026-01-11 22:20 +0530"));
}

TEST(ResendUntil, OfADisassociationIsSoonBecauseItActsAtOnce) {
  const TimePoint sent = At("2026-01-10 12:00 +0530");
  EXPECT_EQ(ResendUntil(Operation::kDisassociation, sent, In("UTC")), sent + 15min);
}

TEST(ResendUntil, IsShortenedByTheConfiguration) {
  const TimePoint sent = At("2026-01-10 12:00 +0530");
  ProcessingHours hours = In("Asia/Kolkata");
  hours.resend[Operation::kErasure] = 1h;
  hours.resend[Operation::kDemerge] = 2h;
  hours.resend[Operation::kDisassociation] = 0ms;
  EXPECT_EQ(ResendUntil(Operation::kErasure, sent, hours), sent + 1h);
  EXPECT_EQ(ResendUntil(Operation::kDemerge, sent, hours), sent + 2h);
  EXPECT_EQ(ResendUntil(Operation::kDisassociation, sent, hours), sent);
}

TEST(ResendUntil, NeverPassesTheNightWhateverTheConfigurationSays) {
  ProcessingHours hours = In("Asia/Kolkata");
  for (const Operation operation : {kErase, kDemerge}) hours.resend[operation] = 24h;
  const TimePoint sent = At("2026-01-10 12:00 +0530");
  EXPECT_EQ(ResendUntil(kErase, sent, hours), At("2026-01-11 01:50 +0530"));
  EXPECT_EQ(ResendUntil(kDemerge, sent, hours), At("2026-01-11 03:50 +0530"));
}

TEST(ResendUntil, OfADisassociationMayBeLongerWhereTheConfigurationSaysSo) {
  ProcessingHours hours = In("UTC");
  hours.resend[Operation::kDisassociation] = 24h;
  const TimePoint sent = At("2026-01-10 12:00 +0530");
  EXPECT_EQ(ResendUntil(Operation::kDisassociation, sent, hours), sent + 24h);
}

TEST(ResendUntil, OfASandboxEndsWithItsWindow) {
  const TimePoint sent = At("2026-01-10 12:00 +0530");
  ProcessingHours hours = In("Asia/Kolkata");
  hours.sandbox_window = 5s;
  EXPECT_EQ(ResendUntil(Operation::kErasure, sent, hours), sent + 5s);
  EXPECT_EQ(ResendUntil(Operation::kDemerge, sent, hours), sent + 5s);
  EXPECT_EQ(ResendUntil(Operation::kDisassociation, sent, hours), sent + 15min);
}

TEST(SendUntil, IsDaysForANumberThatMayChangeHandsAndWeeksForTheOthers) {
  const TimePoint asked = At("2026-01-10 12:00 +0530");
  const ProcessingHours hours = In("Asia/Kolkata");
  EXPECT_EQ(SendUntil(Operation::kDisassociation, asked, hours), asked + 72h);
  EXPECT_EQ(SendUntil(Operation::kErasure, asked, hours), asked + 14 * 24h);
  EXPECT_EQ(SendUntil(Operation::kDemerge, asked, hours), asked + 14 * 24h);
}

TEST(SendAgainUntil, IsTheNextNightWhateverTheConfiguredHorizonAndTheAgeOfANumber) {
  const TimePoint allowed = At("2026-01-10 12:00 +0530");
  ProcessingHours hours = In("Asia/Kolkata");
  for (const Operation operation : kAll<Operation>) hours.resend[operation] = 0ms;
  EXPECT_EQ(SendAgainUntil(Operation::kErasure, allowed, hours), At("2026-01-11 01:50 +0530"));
  EXPECT_EQ(SendAgainUntil(Operation::kDemerge, allowed, hours), At("2026-01-11 03:50 +0530"));
  EXPECT_EQ(SendAgainUntil(Operation::kDisassociation, allowed, hours), allowed + 72h);
  hours.sandbox_window = 300ms;
  EXPECT_EQ(SendAgainUntil(Operation::kErasure, allowed, hours), allowed + 14 * 24h);
}

TEST(SendUntil, IsWhatTheConfigurationSays) {
  const TimePoint asked = At("2026-01-10 12:00 +0530");
  for (const Operation operation : kAll<Operation>) {
    ProcessingHours hours = In("Asia/Kolkata");
    hours.send_within[operation] = 90min;
    EXPECT_EQ(SendUntil(operation, asked, hours), asked + 90min);
  }
}

}  // namespace
}  // namespace lethe
