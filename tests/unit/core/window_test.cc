#include "lethe/window.h"

#include <gtest/gtest.h>

#include <chrono>

#include "unit/core/instants.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;

ProcessingHours In(const char* zone) { return {.zone = TimeZone::Find(zone).value()}; }

TEST(TimeZone, IsFoundByItsIanaName) {
  const auto zone = TimeZone::Find("Asia/Kolkata");
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->name(), "Asia/Kolkata");
  EXPECT_TRUE(TimeZone::Find("UTC"));
}

TEST(TimeZone, RefusesAnyOtherName) {
  for (const char* name : {"", "Asia/Atlantis", "asia/kolkata", "+05:30", "../../etc/passwd",
                           "Asia", "tzdata.zi", "localtime", "\xff"}) {
    EXPECT_FALSE(TimeZone::Find(name)) << name;
  }
}

TEST(Window, OfAnErasureIs48HoursOfRealTime) {
  const TimePoint before_the_change = At("2026-03-07 12:00 -0500");
  EXPECT_EQ(WindowEnd(Operation::kErasure, before_the_change, In("America/New_York")),
            before_the_change + 48h);
}

TEST(Window, OfADisassociationIsOverAtOnce) {
  const TimePoint accepted_at = At("2026-03-07 12:00 -0500");
  ProcessingHours hours = In("America/New_York");
  EXPECT_EQ(WindowEnd(Operation::kDisassociation, accepted_at, hours), accepted_at);
  hours.sandbox_window = 5s;
  EXPECT_EQ(WindowEnd(Operation::kDisassociation, accepted_at, hours), accepted_at);
}

TEST(Window, OfASandboxIsAsLongAsItSays) {
  ProcessingHours hours = In("America/New_York");
  const TimePoint accepted_at = At("2026-03-07 12:00 -0500");
  for (milliseconds length : {0ms, 1ms, 5000ms}) {
    hours.sandbox_window = length;
    EXPECT_EQ(WindowEnd(Operation::kErasure, accepted_at, hours), accepted_at + length);
    EXPECT_EQ(WindowEnd(Operation::kDemerge, accepted_at, hours), accepted_at + length);
  }
}

TEST(Window, OfADemergeDoesNotCountANightThatMayHaveBegunBeforeAcceptance) {
  const TimePoint begin = At("2026-01-10 04:00 +0530");
  const ProcessingHours kolkata = In("Asia/Kolkata");
  EXPECT_EQ(WindowEnd(Operation::kDemerge, begin - kNightGuard - 1us, kolkata),
            At("2026-01-10 07:00 +0530"));
  for (const auto before : {10min, 5min, 0min}) {
    EXPECT_EQ(WindowEnd(Operation::kDemerge, begin - before, kolkata),
              At("2026-01-11 07:00 +0530"));
  }
}

struct DemergeCase {
  const char* name;
  const char* zone;
  const char* accepted_at;
  const char* window_end;

  friend void PrintTo(const DemergeCase& night, std::ostream* out) { *out << night.name; }
};

class DemergeWindow : public testing::TestWithParam<DemergeCase> {};

TEST_P(DemergeWindow, EndsAtTheFirstSevenAfterAFullNight) {
  const DemergeCase& night = GetParam();
  const TimePoint end = WindowEnd(Operation::kDemerge, At(night.accepted_at), In(night.zone));
  EXPECT_EQ(end, At(night.window_end)) << ToString(end);
}

constexpr DemergeCase kNights[] = {
    {"BeforeTheWindow", "Asia/Kolkata", "2026-01-10 03:49 +0530", "2026-01-10 07:00 +0530"},
    {"JustBeforeTheWindow", "Asia/Kolkata", "2026-01-10 03:51 +0530", "2026-01-11 07:00 +0530"},
    {"WithinTheWindow", "Asia/Kolkata", "2026-01-10 05:30 +0530", "2026-01-11 07:00 +0530"},
    {"AtItsEnd", "Asia/Kolkata", "2026-01-10 07:00 +0530", "2026-01-11 07:00 +0530"},
    {"BeforeMidnight", "Asia/Kolkata", "2026-01-10 23:59 +0530", "2026-01-11 07:00 +0530"},
    {"AtMidnight", "Asia/Kolkata", "2026-01-11 00:00 +0530", "2026-01-11 07:00 +0530"},
    {"NewYear", "Asia/Kolkata", "2025-12-31 12:00 +0530", "2026-01-01 07:00 +0530"},
    {"LeapDay", "Asia/Kolkata", "2024-02-28 04:00 +0530", "2024-02-29 07:00 +0530"},
    {"AfterTheLeapDay", "Asia/Kolkata", "2024-02-29 04:00 +0530", "2024-03-01 07:00 +0530"},
    {"NoLeapDay", "Asia/Kolkata", "2023-02-28 04:00 +0530", "2023-03-01 07:00 +0530"},

    {"Plus0545", "Asia/Kathmandu", "2026-06-01 04:00 +0545", "2026-06-02 07:00 +0545"},
    {"Plus14", "Pacific/Kiritimati", "2026-06-01 03:49 +1400", "2026-06-01 07:00 +1400"},
    {"Minus11", "Pacific/Pago_Pago", "2026-06-01 04:00 -1100", "2026-06-02 07:00 -1100"},

    {"Spring", "America/New_York", "2026-03-07 12:00 -0500", "2026-03-08 07:00 -0400"},
    {"Autumn", "America/New_York", "2026-10-31 12:00 -0400", "2026-11-01 07:00 -0500"},
    {"AutumnLongestWait", "America/New_York", "2026-10-31 04:00 -0400", "2026-11-01 07:00 -0500"},
    {"HalfHourAutumn", "Australia/Lord_Howe", "2026-04-04 12:00 +1100", "2026-04-05 07:00 +1030"},
    {"MidnightSkipped", "America/Santiago", "2026-09-05 23:30 -0400", "2026-09-06 07:00 -0300"},
    {"LateEveningRepeatedFirst", "America/Santiago", "2026-04-04 23:30 -0300",
     "2026-04-05 07:00 -0400"},
    {"LateEveningRepeatedSecond", "America/Santiago", "2026-04-04 23:30 -0400",
     "2026-04-05 07:00 -0400"},

    {"BeginSkipped", "Asia/Baku", "2015-03-29 03:49 +0400", "2015-03-29 07:00 +0500"},
    {"BeginSkippedAcceptedAtTheChange", "Asia/Baku", "2015-03-29 05:00 +0500",
     "2015-03-30 07:00 +0500"},
    {"BeforeTheFirstOfTwoBegins", "Asia/Baku", "2015-10-25 03:49 +0500", "2015-10-25 07:00 +0400"},
    {"BetweenTwoBegins", "Asia/Baku", "2015-10-25 04:30 +0500", "2015-10-26 07:00 +0400"},
    {"WholeWindowSkipped", "Antarctica/Casey", "2018-10-06 12:00 +0800", "2018-10-08 07:00 +1100"},
    {"WholeDaySkipped", "Pacific/Apia", "2011-12-29 12:00 -1000", "2011-12-31 07:00 +1400"},
    {"WholeDayRepeated", "Pacific/Kwajalein", "1969-09-29 12:00 +1100", "1969-09-30 07:00 -1200"},
};

INSTANTIATE_TEST_SUITE_P(, DemergeWindow, testing::ValuesIn(kNights),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace lethe
