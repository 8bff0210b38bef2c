#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lethe {

/// All values of an enumeration whose values are words of SQL, metrics, logs or configuration, in
/// the order of their declaration. Specialised beside each such enumeration, whose Name() gives a
/// value's word: by AllNamed(), which cannot forget a value.
template <typename Word>
inline constexpr std::array<Word, 0> kAll{};

template <typename T>
concept Word = !kAll<T>.empty();

/// How many values Name() has a word for, counted from the first one on.
template <typename T>
consteval std::size_t CountNamed() {
  std::size_t count = 0;
  while (!Name(static_cast<T>(count)).empty()) ++count;
  return count;
}

/// The values of an enumeration that numbers them from 0 on. The switch in Name() has no default,
/// so a value that it lacks does not compile (-Wswitch); and what Name() has is here.
template <typename T>
consteval auto AllNamed() {
  std::array<T, CountNamed<T>()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<T>(i);
  return all;
}

/// The value whose Name() it is; nothing for any other text.
template <Word T>
constexpr std::optional<T> Parse(std::string_view name) {
  for (const T word : kAll<T>) {
    if (Name(word) == name) return word;
  }
  return std::nullopt;
}

/// The word as a text of its own, to be kept or shown.
template <Word T>
std::string Text(T word) {
  return std::string(Name(word));
}

}  // namespace lethe
