#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace lethe {

/// All values of an enumeration whose values are words of SQL, metrics, logs or configuration, in
/// the order of their declaration. Specialised beside each such enumeration, whose Name() gives a
/// value's word.
template <typename Word>
inline constexpr std::array<Word, 0> kAll{};

template <typename T>
concept Word = !kAll<T>.empty();

/// The value whose Name() it is; nothing for any other text.
template <Word T>
constexpr std::optional<T> Parse(std::string_view name) {
  for (const T word : kAll<T>) {
    if (Name(word) == name) return word;
  }
  return std::nullopt;
}

}  // namespace lethe
