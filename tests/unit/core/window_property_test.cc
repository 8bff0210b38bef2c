#include <date/tz.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "lethe/window.h"
#include "unit/core/instants.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;

constexpr int kInstantsPerZone = 40;

class Instants {
 public:
  explicit Instants(const date::time_zone& zone) : zone_(zone) {}

  // Half of them near a change of the zone's offset, where mistakes would be.
  TimePoint Next() {
    const TimePoint any{std::chrono::seconds(Between(0, kEndOfKnownChanges))};
    if (Between(0, 1) == 0) return any;
    const auto change = zone_.get_info(any).begin;
    return std::max(TimePoint(change), TimePoint{}) + std::chrono::minutes(Between(-3000, 3000));
  }

 private:
  static constexpr std::int64_t kEndOfKnownChanges = 2'114'380'800;  // 2037-01-01

  std::int64_t Between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution(low, high)(random_);
  }

  const date::time_zone& zone_;
  std::mt19937_64 random_{20260110};  // NOLINT(cert-msc32-c,cert-msc51-cpp): repeatable
};

class EveryZone : public testing::Test {
 protected:
  template <typename Check>
  void ForAll(Check check) {
    for (const date::time_zone& rules : date::get_tzdb().zones) {
      const auto zone = TimeZone::Find(rules.name());
      if (!zone) continue;
      Instants instants(rules);
      std::vector<TimePoint> accepted(kInstantsPerZone);
      for (TimePoint& instant : accepted) instant = instants.Next();
      std::sort(accepted.begin(), accepted.end());
      check(*zone, accepted);
      if (HasFailure()) FAIL() << "in " << rules.name();
    }
  }

  static TimePoint End(TimePoint accepted_at, const TimeZone& zone) {
    return WindowEnd(Operation::kDemerge, accepted_at, {.zone = zone});
  }
};

TEST_F(EveryZone, EndsAtSevenWithinTwoNightsAndNeverInThePast) {
  ForAll([](const TimeZone& zone, const std::vector<TimePoint>& accepted) {
    for (TimePoint instant : accepted) {
      const TimePoint end = End(instant, zone);
      EXPECT_GT(end, instant + 0us);
      EXPECT_LE(end - instant, 51h) << ToString(instant);
      const auto local = zone.rules().to_local(end);
      EXPECT_TRUE(local - date::floor<date::days>(local) == 7h ||
                  zone.rules().get_info(end).begin == end)
          << ToString(instant) << " gives " << ToString(end);
    }
  });
}

TEST_F(EveryZone, NeverEndsEarlierForALaterAcceptance) {
  ForAll([](const TimeZone& zone, const std::vector<TimePoint>& accepted) {
    for (TimePoint instant : accepted) {
      TimePoint last = End(instant, zone);
      for (TimePoint later = instant; later < instant + 60h; later += 53min) {
        const TimePoint end = End(later, zone);
        EXPECT_GE(end, last) << ToString(later);
        last = end;
      }
    }
  });
}

TEST_F(EveryZone, TheWindowBeginsAfterAcceptanceAndIsTheFirstThatDoes) {
  ForAll([](const TimeZone& zone, const std::vector<TimePoint>& accepted) {
    for (TimePoint instant : accepted) {
      const TimePoint end = End(instant, zone);
      const auto day = date::floor<date::days>(zone.rules().to_local(end));
      const TimePoint begin = zone.rules().to_sys(day + 4h, date::choose::earliest);
      EXPECT_GT(begin, instant + kNightGuard) << ToString(instant);
      EXPECT_EQ(End(begin - kNightGuard - 1us, zone), end) << ToString(instant);
      EXPECT_GT(End(begin - kNightGuard, zone), end) << ToString(instant);
    }
  });
}

TEST_F(EveryZone, NoRepeatComesOnceTheNextNightMayHaveBegun) {
  ForAll([](const TimeZone& zone, const std::vector<TimePoint>& sent) {
    for (const auto& [operation, hour] :
         {std::pair(Operation::kErasure, 2h), std::pair(Operation::kDemerge, 4h)}) {
      for (TimePoint instant : sent) {
        const TimePoint until = ResendUntil(operation, instant, {.zone = zone});
        auto day = date::floor<date::days>(zone.rules().to_local(instant));
        TimePoint begin = zone.rules().to_sys(day + hour, date::choose::earliest);
        while (begin <= instant) {
          day += date::days{1};
          begin = zone.rules().to_sys(day + hour, date::choose::earliest);
        }
        EXPECT_LE(until, begin - kNightGuard) << ToString(instant);
      }
    }
  });
}

}  // namespace
}  // namespace lethe
