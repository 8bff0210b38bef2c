#pragma once

#include <algorithm>
#include <cctype>
#include <string>

namespace lethe::clevertap {

/// ASCII only: other bytes stay as they are.
inline std::string LowerCase(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace lethe::clevertap
