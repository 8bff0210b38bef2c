#include "lethe/window.h"

#include <date/tz.h>

#include <chrono>
#include <stdexcept>

#include "lethe/operation_traits.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;

// CleverTap's own hours, in the account's local time.
constexpr std::chrono::hours kNightBegins = 4h;
constexpr std::chrono::hours kNightEnds = 7h;

TimePoint FullNightEnd(TimePoint accepted_at, const date::time_zone& zone) {
  auto day = date::floor<date::days>(zone.to_local(accepted_at));
  while (true) {
    const TimePoint begin = zone.to_sys(day + kNightBegins, date::choose::earliest);
    const TimePoint end = zone.to_sys(day + kNightEnds, date::choose::latest);
    // Both are the same instant on a day that the zone skipped (Apia, 2011-12-30): no window.
    if (begin > accepted_at && begin < end) return end;
    day += date::days{1};
  }
}

TimePoint NextNight(TimePoint after, const date::time_zone& zone) {
  auto day = date::floor<date::days>(zone.to_local(after));
  while (true) {
    const TimePoint begin = zone.to_sys(day + kNightBegins, date::choose::earliest);
    if (begin > after) return begin;
    day += date::days{1};
  }
}

}  // namespace

std::optional<TimeZone> TimeZone::Find(std::string_view name) {
  // Debian lists the machine's own zone beside the real ones; a window must not depend on where it
  // is computed.
  if (name == "localtime") return std::nullopt;
  try {
    return TimeZone(date::locate_zone(name));
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::string TimeZone::name() const { return rules_->name(); }

TimePoint WindowEnd(Operation operation, TimePoint accepted_at, const ProcessingHours& hours) {
  const ProcessingWindow window = TraitsOf(operation).window;
  if (window == ProcessingWindow::kAtOnce) return accepted_at;
  if (hours.sandbox_window) return accepted_at + *hours.sandbox_window;
  switch (window) {
    case ProcessingWindow::k48Hours: return accepted_at + 48h;
    case ProcessingWindow::kNextFullNight: return FullNightEnd(accepted_at, hours.zone.rules());
    case ProcessingWindow::kAtOnce: break;
  }
  return accepted_at;
}

TimePoint ResendUntil(Operation operation, TimePoint unknown_since, const ProcessingHours& hours) {
  if (const auto& configured = hours.resend[operation]) return unknown_since + *configured;
  switch (TraitsOf(operation).resend_horizon) {
    case ResendHorizon::kWindowEnd: break;
    case ResendHorizon::kNextNight:
      if (!hours.sandbox_window) return NextNight(unknown_since, hours.zone.rules());
      break;
    case ResendHorizon::k15Minutes: return unknown_since + 15min;
  }
  return WindowEnd(operation, unknown_since, hours);
}

}  // namespace lethe
