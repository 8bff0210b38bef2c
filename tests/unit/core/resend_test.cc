#include <gtest/gtest.h>

#include <chrono>

#include "lethe/window.h"
#include "unit/core/instants.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;

ProcessingHours In(const char* zone) { return {.zone = TimeZone::Find(zone).value()}; }

TEST(ResendUntil, OfAnErasureIsTheEndOfTheWindowThatTheAttemptCouldHaveBegun) {
  const TimePoint sent = At("2026-01-10 12:00 +0530");
  EXPECT_EQ(ResendUntil(Operation::kErasure, sent, In("Asia/Kolkata")), sent + 48h);
}

TEST(ResendUntil, OfADemergeIsTheNextFourOClockOfTheAccount) {
  const auto until = [](const char* zone, const char* sent) {
    return ToString(ResendUntil(Operation::kDemerge, At(sent), In(zone)));
  };
  EXPECT_EQ(until("Asia/Kolkata", "2026-01-10 12:00 +0530"),
            ToString(At("2026-01-11 04:00 +0530")));
  EXPECT_EQ(until("Asia/Kolkata", "2026-01-10 03:59 +0530"),
            ToString(At("2026-01-10 04:00 +0530")));
  EXPECT_EQ(until("Asia/Kolkata", "2026-01-10 04:00 +0530"),
            ToString(At("2026-01-11 04:00 +0530")));
  EXPECT_EQ(until("America/New_York", "2026-03-07 12:00 -0500"),
            ToString(At("2026-03-08 04:00 -0400")));
  EXPECT_EQ(until("Asia/Baku", "2015-10-25 03:59 +0500"), ToString(At("2015-10-25 04:00 +0500")))
      << "of two begins in one night the first counts: that is when CleverTap may act";
}

TEST(ResendUntil, OfADisassociationIsSoonBecauseItActsAtOnce) {
  const TimePoint sent = At("2026-01-10 12:00 +0530");
  EXPECT_EQ(ResendUntil(Operation::kDisassociation, sent, In("UTC")), sent + 15min);
}

TEST(ResendUntil, IsWhatTheConfigurationSays) {
  const TimePoint sent = At("2026-01-10 12:00 +0530");
  ProcessingHours hours = In("Asia/Kolkata");
  hours.resend[Operation::kErasure] = 1h;
  hours.resend[Operation::kDemerge] = 2h;
  hours.resend[Operation::kDisassociation] = 0ms;
  EXPECT_EQ(ResendUntil(Operation::kErasure, sent, hours), sent + 1h);
  EXPECT_EQ(ResendUntil(Operation::kDemerge, sent, hours), sent + 2h);
  EXPECT_EQ(ResendUntil(Operation::kDisassociation, sent, hours), sent);
}

TEST(ResendUntil, OfASandboxEndsWithItsWindow) {
  const TimePoint sent = At("2026-01-10 12:00 +0530");
  ProcessingHours hours = In("Asia/Kolkata");
  hours.sandbox_window = 5s;
  EXPECT_EQ(ResendUntil(Operation::kErasure, sent, hours), sent + 5s);
  EXPECT_EQ(ResendUntil(Operation::kDemerge, sent, hours), sent + 5s);
  EXPECT_EQ(ResendUntil(Operation::kDisassociation, sent, hours), sent + 15min);
}

}  // namespace
}  // namespace lethe
