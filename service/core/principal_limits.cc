#include "lethe/principal_limits.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace lethe {
namespace {

constexpr milliseconds kMinute = std::chrono::minutes(1);
constexpr milliseconds kDay = std::chrono::hours(24);

/// Less than this of an identifier is an error of rounding.
constexpr double kRounding = 1e-3;

double Count(milliseconds time) { return static_cast<double>(time.count()); }

/// Lets a level sink to where it is now. Without a limit there is none.
template <typename Level>
void Sink(Level& level, const std::optional<std::int64_t>& limit, milliseconds period,
          milliseconds now) {
  const double sunk =
      limit ? static_cast<double>(*limit) * Count(now - level.at) / Count(period) : level.used;
  level.used = std::max(0.0, level.used - sunk);
  level.at = now;
}

/// How long until the identifiers fit; nothing if they do.
template <typename Level>
std::optional<milliseconds> WaitFor(const Level& level, const std::optional<std::int64_t>& limit,
                                    milliseconds period, std::int64_t identifiers) {
  if (!limit || level.used <= kRounding) return std::nullopt;
  const auto most = static_cast<double>(*limit);
  const double over = level.used + static_cast<double>(identifiers) - most;
  if (over <= kRounding) return std::nullopt;
  // An empty level takes whatever comes.
  const double to_sink = std::min(over, level.used);
  return milliseconds(static_cast<std::int64_t>(std::ceil(to_sink * Count(period) / most)));
}

}  // namespace

std::optional<LimitReached> IdentifierAllowance::Take(const PrincipalLimits& limits,
                                                      std::int64_t identifiers, milliseconds now) {
  Sink(minute_, limits.identifiers_a_minute, kMinute, now);
  Sink(day_, limits.identifiers_a_day, kDay, now);
  // The day first: it is the longer wait.
  if (const auto wait = WaitFor(day_, limits.identifiers_a_day, kDay, identifiers)) {
    return LimitReached{PrincipalLimit::kIdentifiersADay, *wait};
  }
  if (const auto wait = WaitFor(minute_, limits.identifiers_a_minute, kMinute, identifiers)) {
    return LimitReached{PrincipalLimit::kIdentifiersAMinute, *wait};
  }
  if (limits.identifiers_a_minute) minute_.used += static_cast<double>(identifiers);
  if (limits.identifiers_a_day) day_.used += static_cast<double>(identifiers);
  return std::nullopt;
}

void IdentifierAllowance::GiveBack(std::int64_t identifiers) {
  for (Level* level : {&minute_, &day_}) {
    level->used = std::max(0.0, level->used - static_cast<double>(identifiers));
  }
}

}  // namespace lethe
