#pragma once

#include <date/date.h>

#include <chrono>
#include <ctime>
#include <iomanip>
#include <sstream>
#include <stdexcept>
#include <string>

#include "lethe/time.h"

namespace lethe {

/// `2026-01-10 03:59 +0530`; throws if it is anything else. (date::parse reads this too, but g++ 12
/// warns inside it.)
inline TimePoint At(const std::string& text) {
  std::tm local{};
  int offset = 0;
  std::istringstream in(text);
  in >> std::get_time(&local, "%Y-%m-%d %H:%M") >> std::dec >> offset;
  if (!in) throw std::invalid_argument("not an instant: " + text);
  const auto date = date::year{local.tm_year + 1900} / (local.tm_mon + 1) / local.tm_mday;
  return date::sys_days{date} + std::chrono::hours(local.tm_hour - offset / 100) +
         std::chrono::minutes(local.tm_min - offset % 100);
}

inline std::string ToString(TimePoint instant) { return date::format("%F %T +0000", instant); }

}  // namespace lethe
