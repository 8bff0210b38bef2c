#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <optional>
#include <string>

namespace lethe::cli {

/// A time from a first moment to the first behind it.
struct Period {
  google::protobuf::Timestamp start;
  google::protobuf::Timestamp end;
};

/// The year `2026` or the month `2026-03` in the time zone. Nothing if the text or the zone is
/// none.
std::optional<Period> ParsePeriod(const std::string& text, const std::string& time_zone);

/// `2026-03-02` in the time zone, the day on which the time is.
std::string DayOf(const google::protobuf::Timestamp& time, const std::string& time_zone);

}  // namespace lethe::cli
