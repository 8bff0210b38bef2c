#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <string>
#include <string_view>

namespace lethe::cli {

/// `OPERATION_ERASURE` without its prefix, as people say it: `erasure`.
std::string Lower(std::string_view name, std::string_view prefix);

/// The label and the time, or nothing.
std::string Time(const char* label, bool present, const google::protobuf::Timestamp& time);

/// `1 item`, `2 items`.
std::string Items(int count);

}  // namespace lethe::cli
