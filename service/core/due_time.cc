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

std::string_view Describe(ExtensionFault fault) {
  switch (fault) {
    case ExtensionFault::kNoDueTime: return "the request has no due time";
    case ExtensionFault::kTooLate: return "the due time has passed: it can be extended before only";
    case ExtensionFault::kNotLater: return "the new due time must be later than the present one";
    case ExtensionFault::kTooOften:
      return "the due time was extended as often as the law of the account allows";
    case ExtensionFault::kTooLong: break;
  }
  return "the law of the account does not allow so long an extension";
}

std::optional<ExtensionFault> FaultOf(const Extension& extension, const DueTimeFacts& facts,
                                      const LegalTerms& terms, const TimeZone& zone) {
  if (!facts.due_time) return ExtensionFault::kNoDueTime;
  if (*facts.due_time < extension.at) return ExtensionFault::kTooLate;
  if (extension.to <= *facts.due_time) return ExtensionFault::kNotLater;
  if (facts.extensions >= terms.max_extensions) return ExtensionFault::kTooOften;
  if (extension.to > EndOfTerm(terms.extension, *facts.due_time, zone)) {
    return ExtensionFault::kTooLong;
  }
  return std::nullopt;
}

}  // namespace lethe
