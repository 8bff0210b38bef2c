#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lethe {

/// Levenshtein's distance: insertions, deletions and replacements from one word to the other.
inline std::size_t WordDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row[b.size()];
}

/// The word that was meant, most likely: the nearest of those that are known, the first of several,
/// if it is near at all.
inline std::optional<std::string> NearestWord(std::string_view word,
                                              const std::vector<std::string>& known) {
  constexpr std::size_t kMaxDistance = 2;
  const auto nearest = std::ranges::min_element(
      known, {}, [word](const std::string& other) { return WordDistance(word, other); });
  if (nearest == known.end() || WordDistance(word, *nearest) > kMaxDistance) return std::nullopt;
  return *nearest;
}

}  // namespace lethe
