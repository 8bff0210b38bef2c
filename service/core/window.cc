#include "lethe/window.h"

#include <date/tz.h>

#include <chrono>
#include <stdexcept>

namespace lethe {
namespace {

using namespace std::chrono_literals;

// CleverTap's own: "up to 48 hours".
constexpr std::chrono::hours kErasureTakes = 48h;

constexpr std::chrono::hours kDemergeBegins = 4h;
constexpr std::chrono::hours kDemergeEnds = 7h;

TimePoint DemergeEnd(TimePoint accepted_at, const date::time_zone& zone) {
  auto day = date::floor<date::days>(zone.to_local(accepted_at));
  while (true) {
    const TimePoint begin = zone.to_sys(day + kDemergeBegins, date::choose::earliest);
    const TimePoint end = zone.to_sys(day + kDemergeEnds, date::choose::latest);
    // Both are the same instant on a day that the zone skipped (Apia, 2011-12-30): no window.
    if (begin > accepted_at && begin < end) return end;
    day += date::days{1};
  }
}

TimePoint NextDemergeBegin(TimePoint after, const date::time_zone& zone) {
  auto day = date::floor<date::days>(zone.to_local(after));
  while (true) {
    const TimePoint begin = zone.to_sys(day + kDemergeBegins, date::choose::earliest);
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
  if (operation == Operation::kDisassociation) return accepted_at;
  if (hours.sandbox_window) return accepted_at + *hours.sandbox_window;
  return operation == Operation::kErasure ? accepted_at + kErasureTakes
                                          : DemergeEnd(accepted_at, hours.zone.rules());
}

TimePoint ResendUntil(Operation operation, TimePoint unknown_since, const ProcessingHours& hours) {
  const ResendHorizons& horizons = hours.resend;
  switch (operation) {
    case Operation::kErasure:
      if (horizons.erasure) return unknown_since + *horizons.erasure;
      break;
    case Operation::kDemerge:
      if (horizons.demerge) return unknown_since + *horizons.demerge;
      if (!hours.sandbox_window) return NextDemergeBegin(unknown_since, hours.zone.rules());
      break;
    case Operation::kDisassociation: return unknown_since + horizons.disassociation;
  }
  return WindowEnd(operation, unknown_since, hours);
}

}  // namespace lethe
