#include "lethe/due_time.h"

#include <date/tz.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>

#include "lethe/urgency.h"
#include "unit/core/instants.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;

TimeZone In(const char* zone) { return TimeZone::Find(zone).value(); }

constexpr LegalTerm kMonth{.months = 1};
constexpr LegalTerm k45Days{.days = 45};

TEST(EndOfTerm, OfAMonthIsTheSameDayOfTheNext) {
  struct Case {
    const char* since;
    const char* end;
    const char* zone = "UTC";
  };
  for (const auto& [since, end, zone] : {
           Case{"2026-01-10 09:30 +0000", "2026-02-10 09:30 +0000"},
           Case{"2026-12-10 09:30 +0000", "2027-01-10 09:30 +0000"},
           // A month that has no such day ends with its last one.
           Case{"2026-01-31 09:30 +0000", "2026-02-28 09:30 +0000"},
           Case{"2028-01-31 09:30 +0000", "2028-02-29 09:30 +0000"},
           Case{"2026-02-28 09:30 +0000", "2026-03-28 09:30 +0000"},
           Case{"2026-05-31 09:30 +0000", "2026-06-30 09:30 +0000"},
           // The day is the account's, not Greenwich's.
           Case{"2026-01-31 23:00 +0000", "2026-02-28 23:00 +0000", "Asia/Kolkata"},
           Case{"2026-03-01 02:00 +0530", "2026-04-01 02:00 +0530", "Asia/Kolkata"},
           // Over a change of the clocks the local time of day stays.
           Case{"2026-03-10 09:30 +0100", "2026-04-10 09:30 +0200", "Europe/Berlin"},
           // 02:30 is skipped in New York on 8 March 2026, and comes twice on 1 November.
           Case{"2026-02-08 02:30 -0500", "2026-03-08 03:00 -0400", "America/New_York"},
           Case{"2026-10-01 01:30 -0400", "2026-11-01 01:30 -0400", "America/New_York"},
       }) {
    EXPECT_EQ(EndOfTerm(kMonth, At(since), In(zone)), At(end))
        << since << " in " << zone << ": " << ToString(EndOfTerm(kMonth, At(since), In(zone)));
  }
}

TEST(EndOfTerm, OfDaysCountsCalendarDays) {
  EXPECT_EQ(EndOfTerm(k45Days, At("2026-03-01 09:00 -0500"), In("America/New_York")),
            At("2026-04-15 09:00 -0400"));
  EXPECT_EQ(EndOfTerm({.months = 2, .days = 3}, At("2026-12-31 00:00 +0000"), In("UTC")),
            At("2027-03-03 00:00 +0000"));
}

TEST(EndOfTerm, OfEachLawIsInEveryZoneAsManyDaysLaterAsItsCalendarHas) {
  // NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp): repeatable
  std::mt19937_64 random(20260201);
  std::uniform_int_distribution<std::int64_t> any(0, 2'114'380'800);  // 2037-01-01
  for (const date::time_zone& rules : date::get_tzdb().zones) {
    const auto zone = TimeZone::Find(rules.name());
    if (!zone) continue;
    for (int i = 0; i < 20; ++i) {
      const TimePoint since{std::chrono::seconds(any(random))};
      const auto local = rules.to_local(since);
      for (const auto& [name, terms] : kLaws) {
        const TimePoint end = EndOfTerm(terms.term, since, *zone);
        const auto days =
            date::floor<date::days>(rules.to_local(end)) - date::floor<date::days>(local);
        SCOPED_TRACE(rules.name() + " " + ToString(since) + " " + std::string(name));
        // A zone that crosses the date line skips a day, or has one twice.
        EXPECT_GE(days.count(), terms.term.days > 0 ? terms.term.days : 28);
        EXPECT_LE(days.count(), (terms.term.days > 0 ? terms.term.days : 31) + 1);
        EXPECT_GT(end - since, 26 * 24h);
        EXPECT_GE(EndOfTerm(terms.term, since + 24h, *zone), end - 1h);
      }
      if (HasFailure()) return;
    }
  }
}

TEST(DueTime, IsWhatTheCallerSaysOrTheEndOfTheTerm) {
  const DefaultDueTime by_law{.term = kMonth, .zone = In("UTC")};
  const TimePoint asked = At("2026-01-01 00:00 +0000");
  const TimePoint came = At("2026-01-05 00:00 +0000");
  const TimePoint given = At("2026-01-07 00:00 +0000");
  EXPECT_EQ(DueTime(given, by_law, asked, came), given);
  EXPECT_EQ(DueTime({}, by_law, asked, came), At("2026-02-01 00:00 +0000"));
  EXPECT_EQ(DueTime({}, by_law, {}, came), At("2026-02-05 00:00 +0000"));
  EXPECT_EQ(DueTime({}, {}, asked, came), std::nullopt);
}

TEST(Extension, IsWhatTheLawAllows) {
  constexpr LegalTerms kTerms{
      .term = {.months = 1}, .extension = {.months = 2}, .max_extensions = 1};
  const TimePoint due = At("2026-01-31 12:00 +0000");
  const TimePoint before = At("2026-01-20 12:00 +0000");
  const TimePoint longest = At("2026-03-31 12:00 +0000");
  const auto fault = [&](TimePoint to, TimePoint at, int extensions = 0) {
    return FaultOf({.to = to, .at = at}, {.due_time = due, .extensions = extensions}, kTerms,
                   In("UTC"));
  };
  EXPECT_EQ(fault(longest, before), std::nullopt);
  EXPECT_EQ(fault(longest, due), std::nullopt);
  EXPECT_EQ(fault(longest, due + 1us), ExtensionFault::kTooLate);
  EXPECT_EQ(fault(longest + 1us, before), ExtensionFault::kTooLong);
  EXPECT_EQ(fault(due, before), ExtensionFault::kNotLater);
  EXPECT_EQ(fault(longest, before, 1), ExtensionFault::kTooOften);
  EXPECT_EQ(FaultOf({.to = longest, .at = before}, {.due_time = {}}, kTerms, In("UTC")),
            ExtensionFault::kNoDueTime);
  EXPECT_EQ(
      FaultOf({.to = longest, .at = before}, {.due_time = due}, {.term = {.days = 90}}, In("UTC")),
      ExtensionFault::kTooOften);
}

TEST(Urgency, FollowsFromTheTimeThatIsLeft) {
  const TimePoint now = At("2026-01-01 00:00 +0000");
  EXPECT_EQ(UrgencyOf(now - 24h * 365, now), Urgency::kUrgent);
  EXPECT_EQ(UrgencyOf(now + 1h, now), Urgency::kUrgent);
  EXPECT_EQ(UrgencyOf(now + kUrgentWithin, now), Urgency::kUrgent);
  EXPECT_EQ(UrgencyOf(now + kUrgentWithin + 1us, now), Urgency::kSoon);
  EXPECT_EQ(UrgencyOf(now + kSoonWithin, now), Urgency::kSoon);
  EXPECT_EQ(UrgencyOf(now + kSoonWithin + 1us, now), Urgency::kUsual);
  EXPECT_LT(Rank(Urgency::kUrgent), Rank(Urgency::kSoon));
  EXPECT_LT(Rank(Urgency::kSoon), Rank(Urgency::kUsual));
}

TEST(Urgency, NoLawsOwnTermIsUrgentFromTheStart) {
  const TimePoint now = At("2026-01-31 00:00 +0000");
  for (const auto& [name, terms] : kLaws) {
    EXPECT_EQ(UrgencyOf(EndOfTerm(terms.term, now, In("UTC")), now), Urgency::kUsual) << name;
  }
}

TEST(Urgency, ARequestJoinsNoEnvelopeThatHasMuchMoreTime) {
  const TimePoint due = At("2026-01-01 00:00 +0000");
  for (const Urgency urgency : kAll<Urgency>) {
    EXPECT_TRUE(MayJoin(due + 24h * 30, due, urgency));
    EXPECT_TRUE(MayJoin(due - JoinsEarlierBy(urgency), due, urgency));
    EXPECT_FALSE(MayJoin(due - JoinsEarlierBy(urgency) - 1us, due, urgency));
  }
}

TEST(Urgency, EveryFourthClaimOfASlotTakesTheOldest) {
  int oldest = 0;
  for (int turn = 0; turn < kOldestEvery; ++turn) oldest += TakesOldest(turn) ? 1 : 0;
  EXPECT_EQ(oldest, 1);
  EXPECT_FALSE(TakesOldest(0));  // so that the first call of a slot is not
}

}  // namespace
}  // namespace lethe
