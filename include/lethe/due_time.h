#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "lethe/time.h"
#include "lethe/window.h"

namespace lethe {

/// A term in calendar time: so many months, then so many days.
struct LegalTerm {
  int months = 0;
  int days = 0;

  friend bool operator==(const LegalTerm&, const LegalTerm&) = default;
};

/// What a law says about the time in which a request is to be answered.
struct LegalTerms {
  LegalTerm term;            ///< From the request on.
  LegalTerm extension = {};  ///< By how much one extension moves the due time at most.
  int max_extensions = 0;

  friend bool operator==(const LegalTerms&, const LegalTerms&) = default;
};

struct Law {
  std::string_view name;
  LegalTerms terms;
};

/// Those whose terms Lethe knows; others are configured.
inline constexpr auto kLaws = std::to_array<Law>({
    // Art. 12(3): "within one month of receipt of the request. That period may be extended by two
    // further months where necessary".
    {"gdpr", {.term = {.months = 1}, .extension = {.months = 2}, .max_extensions = 1}},
    // CCPA Regulations, 7021(b): 45 calendar days, and once 45 more.
    {"ccpa", {.term = {.days = 45}, .extension = {.days = 45}, .max_extensions = 1}},
});

/// The law that an account is under whose configuration names none: the shortest term.
inline constexpr const LegalTerms& kDefaultLegalTerms = kLaws[0].terms;

/// The end of a term that runs from `since`: the same time of day, so many calendar months and days
/// later, by the zone's calendar. A month that has no such day ends with its last one. Of a local
/// time that daylight saving repeats, the first; instead of one that it skips, the instant of the
/// change. A law that counts whole days gives until the end of that day: this is never later.
TimePoint EndOfTerm(const LegalTerm& term, TimePoint since, const TimeZone& zone);

/// What the due time of a request follows from, if its caller names none.
struct DefaultDueTime {
  LegalTerm term;
  TimeZone zone;
};

/// When a request is due: at the time that its caller gives; else the default's term after the
/// person asked, or after the request came if that is not known. Nothing without either.
std::optional<TimePoint> DueTime(std::optional<TimePoint> given,
                                 const std::optional<DefaultDueTime>& by_law,
                                 std::optional<TimePoint> submit_time, TimePoint create_time);

/// What is asked for: another due time, at this moment.
struct Extension {
  TimePoint to;
  TimePoint at;
};

/// When a request is due now, and how often that was extended.
struct DueTimeFacts {
  std::optional<TimePoint> due_time;
  int extensions = 0;
};

/// Why a due time may not be extended so.
enum class ExtensionFault {
  kNoDueTime,  ///< It has none.
  kTooLate,    ///< It has passed: the person must be told before.
  kNotLater,   ///< The other is not later.
  kTooOften,   ///< It was extended as often as the law allows.
  kTooLong,    ///< The law allows less at once.
};

/// For people.
std::string_view Describe(ExtensionFault fault);

/// Nothing if the law allows the extension.
std::optional<ExtensionFault> FaultOf(const Extension& extension, const DueTimeFacts& facts,
                                      const LegalTerms& terms, const TimeZone& zone);

}  // namespace lethe
