#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <optional>

#include "api/fields/violations.h"
#include "lethe/time.h"

namespace lethe::api {

/// Nothing if the time is not set, or is none: then a violation of `field` is written down.
/// Timestamps are finer than Lethe's microseconds; the rest is cut off.
std::optional<TimePoint> CheckTime(bool present, const google::protobuf::Timestamp& time,
                                   const char* field, Violations& violations);

}  // namespace lethe::api
