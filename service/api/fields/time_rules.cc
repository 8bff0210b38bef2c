#include "api/fields/time_rules.h"

#include <google/protobuf/util/time_util.h>

#include <chrono>

namespace lethe::api {

using google::protobuf::util::TimeUtil;

std::optional<TimePoint> CheckTime(bool present, const google::protobuf::Timestamp& time,
                                   const char* field, Violations& violations) {
  if (!present) return std::nullopt;
  if (time.seconds() < TimeUtil::kTimestampMinSeconds ||
      time.seconds() > TimeUtil::kTimestampMaxSeconds || time.nanos() < 0 ||
      time.nanos() > 999'999'999) {
    violations.Add(field, "must be a valid timestamp of the years 1 to 9999");
    return std::nullopt;
  }
  return TimePoint(std::chrono::seconds(time.seconds()) +
                   std::chrono::microseconds(time.nanos() / 1000));
}

}  // namespace lethe::api
