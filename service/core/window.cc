#include "lethe/window.h"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "lethe/operation_traits.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;

/// CleverTap's hours for an operation that it carries out at night, as local times of day; a night
/// may pass midnight.
struct Night {
  std::chrono::minutes begins;
  std::chrono::minutes ends;
};

constexpr Night kDemergeNight{4h, 7h};

// Seen from 2 to 4 in the morning.
constexpr std::chrono::hours kDeletionsTake{2};

constexpr milliseconds kActsAtOnce = 15min;

Night NightOf(Operation operation, const ProcessingHours& hours) {
  if (operation == Operation::kDemerge) return kDemergeNight;
  return {hours.deletions_begin, hours.deletions_begin + kDeletionsTake};
}

TimePoint FullNightEnd(TimePoint accepted_at, const date::time_zone& zone) {
  auto day = date::floor<date::days>(zone.to_local(accepted_at));
  while (true) {
    const TimePoint begin = zone.to_sys(day + kDemergeNight.begins, date::choose::earliest);
    const TimePoint end = zone.to_sys(day + kDemergeNight.ends, date::choose::latest);
    // Both are the same instant on a day that the zone skipped (Apia, 2011-12-30): no window.
    if (begin - kNightGuard > accepted_at && begin < end) return end;
    day += date::days{1};
  }
}

TimePoint BeforeNextNight(TimePoint since, Night night, const date::time_zone& zone) {
  // Yesterday's night may not be over yet.
  auto day = date::floor<date::days>(zone.to_local(since)) - date::days{1};
  while (true) {
    const TimePoint begin = zone.to_sys(day + night.begins, date::choose::earliest);
    const TimePoint end = zone.to_sys(day + night.ends, date::choose::latest);
    if (since < begin) return begin - kNightGuard;
    if (since < end + kNightGuard) return since + kActsAtOnce;
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
  const auto& configured = hours.resend[operation];
  if (TraitsOf(operation).resend_horizon == ResendHorizon::k15Minutes) {
    return unknown_since + configured.value_or(kActsAtOnce);
  }
  if (hours.sandbox_window) return unknown_since + configured.value_or(*hours.sandbox_window);
  const TimePoint night =
      BeforeNextNight(unknown_since, NightOf(operation, hours), hours.zone.rules());
  return configured ? std::min(night, unknown_since + *configured) : night;
}

TimePoint SendUntil(Operation operation, TimePoint waiting_since, const ProcessingHours& hours) {
  return waiting_since + hours.send_within[operation].value_or(TraitsOf(operation).send_within);
}

TimePoint SendAgainUntil(Operation operation, TimePoint allowed_at, const ProcessingHours& hours) {
  if (TraitsOf(operation).resend_horizon == ResendHorizon::k15Minutes || hours.sandbox_window) {
    return SendUntil(operation, allowed_at, hours);
  }
  ProcessingHours effective = hours;
  effective.resend = {};
  return ResendUntil(operation, allowed_at, effective);
}

}  // namespace lethe
