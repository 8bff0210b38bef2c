#pragma once

#include <date/date.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "lethe/time.h"

namespace lethe {

/// `2026-01-10 03:59 +0530`; throws if it is anything else. (g++ 12 warns inside date::parse.)
inline TimePoint At(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, offset = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2d %2d:%2d %5d", &year, &month, &day, &hour, &minute,
                  &offset) != 6) {
    throw std::invalid_argument("not an instant: " + text);
  }
  const auto date = date::year(year) / month / day;
  return date::sys_days(date) + std::chrono::hours(hour - offset / 100) +
         std::chrono::minutes(minute - offset % 100);
}

inline std::string ToString(TimePoint instant) { return date::format("%F %T +0000", instant); }

}  // namespace lethe
