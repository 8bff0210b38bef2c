#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace lethe::fuzz {

/// What must show up nowhere, in a form that no rule takes for a key of the configuration or an
/// account's name: those may be repeated. Inputs have it from the dictionaries and by Planted().
inline constexpr std::string_view kCanary = "CANARY5E1F";

/// Ends the fuzzer with what does not hold; libFuzzer keeps the input.
inline void Require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", property);
  std::abort();
}

inline void RequireNoEcho(std::string_view text) {
  Require(text.find(kCanary) == std::string_view::npos, "nothing of the input is repeated");
}

/// What Lethe keeps of a body of CleverTap: digits, and fewer than any phone number has.
inline bool IsCode(std::string_view text) {
  return text.size() < 7 && std::ranges::all_of(text, [](char c) { return '0' <= c && c <= '9'; });
}

/// The bytes of one run: choices first, each a byte, and then what is left. Choices are counted
/// from the character `0`, so that a file of the corpus can be read and written as text.
class Input {
 public:
  Input(const std::uint8_t* bytes, std::size_t size)
      : bytes_(reinterpret_cast<const char*>(bytes), size) {}

  /// 0 to `count` - 1; 0 where no byte is left.
  std::size_t Choose(std::size_t count) {
    if (bytes_.empty()) return 0;
    const auto chosen = static_cast<std::uint8_t>(bytes_.front() - '0');
    bytes_.remove_prefix(1);
    return chosen % count;
  }
  bool Flip() { return Choose(2) == 1; }

  /// What is before the next line end, which is taken off too.
  std::string_view Line() {
    const std::string_view line = bytes_.substr(0, bytes_.find('\n'));
    bytes_.remove_prefix(line.size() < bytes_.size() ? line.size() + 1 : line.size());
    return line;
  }

  std::string_view Rest() const { return bytes_; }

 private:
  std::string_view bytes_;
};

/// The text with the canary at a place that depends on the text alone.
inline std::string Planted(std::string_view text) {
  std::size_t place = text.size();
  for (const char c : text) place = place * 31 + static_cast<std::uint8_t>(c);
  std::string planted(text);
  return planted.insert(place % (text.size() + 1), kCanary);
}

}  // namespace lethe::fuzz
