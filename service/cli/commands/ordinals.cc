#include "cli/commands/ordinals.h"

#include <algorithm>
#include <string>

namespace lethe::cli {

CLI::Validator PlainOrdinal() {
  const auto fault = [](const std::string& word) -> std::string {
    const bool digits =
        !word.empty() && std::ranges::all_of(word, [](char c) { return '0' <= c && c <= '9'; });
    if (digits && (word.size() == 1 || word.front() != '0')) return {};
    return "an ordinal is a number such as 0 or 12, in digits alone";
  };
  return {fault, "ORDINAL"};
}

}  // namespace lethe::cli
