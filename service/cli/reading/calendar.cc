#include "cli/reading/calendar.h"

#include <date/date.h>
#include <date/tz.h>
#include <google/protobuf/util/time_util.h>

#include <charconv>
#include <chrono>
#include <string_view>

#include "lethe/window.h"

namespace lethe::cli {
namespace {

using google::protobuf::util::TimeUtil;

std::optional<int> ToNumber(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// When the first day of the month begins there.
google::protobuf::Timestamp BeginOf(date::year_month month, const TimeZone& zone) {
  const date::local_days day{month / 1};
  const auto moment = zone.rules().to_sys(day, date::choose::earliest);
  return TimeUtil::SecondsToTimestamp(
      std::chrono::floor<std::chrono::seconds>(moment).time_since_epoch().count());
}

}  // namespace

std::optional<Period> ParsePeriod(const std::string& text, const std::string& time_zone) {
  const auto zone = TimeZone::Find(time_zone);
  const std::string_view whole = text;
  const auto year = ToNumber(whole.substr(0, 4));
  const bool is_year = whole.size() == 4;
  if (!zone || !year || *year < 2000 || (!is_year && (whole.size() != 7 || whole[4] != '-'))) {
    return std::nullopt;
  }
  const auto month = is_year ? std::optional(1) : ToNumber(whole.substr(5));
  if (!month || *month < 1 || *month > 12) return std::nullopt;
  const date::year_month first{date::year{*year}, date::month{static_cast<unsigned>(*month)}};
  const date::year_month behind = first + date::months{is_year ? 12 : 1};
  return Period{BeginOf(first, *zone), BeginOf(behind, *zone)};
}

std::string DayOf(const google::protobuf::Timestamp& time, const std::string& time_zone) {
  const auto zone = TimeZone::Find(time_zone);
  if (!zone) return TimeUtil::ToString(time);
  const date::sys_seconds moment{std::chrono::seconds(time.seconds())};
  return date::format("%F", zone->rules().to_local(moment));
}

}  // namespace lethe::cli
