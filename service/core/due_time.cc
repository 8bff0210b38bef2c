#include "lethe/due_time.h"

#include <date/tz.h>

namespace lethe {

TimePoint EndOfTerm(const LegalTerm& term, TimePoint since, const TimeZone& zone) {
  const auto local = zone.rules().to_local(since);
  const auto day = date::floor<date::days>(local);
  date::year_month_day last = date::year_month_day{day} + date::months{term.months};
  if (!last.ok()) last = last.year() / last.month() / date::last;
  const auto end = date::local_days{last} + date::days{term.days} + (local - day);
  return zone.rules().to_sys(end, date::choose::earliest);
}

std::optional<TimePoint> DueTime(std::optional<TimePoint> given,
                                 const std::optional<DefaultDueTime>& by_law,
                                 std::optional<TimePoint> submit_time, TimePoint create_time) {
  if (given || !by_law) return given;
  return EndOfTerm(by_law->term, submit_time.value_or(create_time), by_law->zone);
}

}  // namespace lethe
