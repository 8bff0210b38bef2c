#include "cli/output/words.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <cctype>

namespace lethe::cli {

using google::protobuf::util::TimeUtil;

std::string Lower(std::string_view name, std::string_view prefix) {
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  std::string word(name);
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::tolower(c); });
  return word;
}

std::string Time(const char* label, bool present, const google::protobuf::Timestamp& time) {
  if (!present) return "";
  // Whole seconds are enough for a reader.
  return std::string(label) + TimeUtil::ToString(TimeUtil::SecondsToTimestamp(time.seconds()));
}

std::string Items(int count) { return std::to_string(count) + (count == 1 ? " item" : " items"); }

}  // namespace lethe::cli
