#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lethe::fuzz {

/// The number of code points; nothing if the text is not UTF-8. By the table of the Unicode
/// Standard (3.9, "Well-Formed UTF-8 Byte Sequences") and not by ICU, which the rules use.
inline std::optional<std::size_t> CountUtf8(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    const auto byte = [&](std::size_t ahead) {
      return at + ahead < text.size() ? static_cast<std::uint8_t>(text[at + ahead]) : 0;
    };
    const int first = byte(0);
    int low = 0x80;
    int high = 0xBF;
    std::size_t size = 1;
    if (first >= 0xC2 && first <= 0xDF) size = 2;
    if (first >= 0xE0 && first <= 0xEF) size = 3;
    if (first >= 0xF0 && first <= 0xF4) size = 4;
    if (size == 1 && first > 0x7F) return std::nullopt;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
    for (std::size_t ahead = 1; ahead < size; ++ahead) {
      if (byte(ahead) < low || byte(ahead) > high) return std::nullopt;
      low = 0x80;
      high = 0xBF;
    }
    at += size;
  }
  return count;
}

inline bool IsPrintableAscii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace lethe::fuzz
