#pragma once

#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace lethe::test {

/// A row's cells, without the blanks around them.
using MarkdownRow = std::vector<std::string>;

/// The texts in backticks.
inline std::vector<std::string> CodesIn(const std::string& text) {
  static const std::regex code("`([^`]+)`");
  std::vector<std::string> codes;
  for (std::sregex_iterator match(text.begin(), text.end(), code), end; match != end; ++match) {
    codes.push_back((*match)[1]);
  }
  return codes;
}

/// The rows of the first table below the heading `## heading`, without its head. Throws
/// std::runtime_error if there is none.
inline std::vector<MarkdownRow> TableBelow(const std::string& path, const std::string& heading) {
  std::ifstream page(path);
  std::vector<MarkdownRow> rows;
  bool below = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) below = line == "## " + heading;
    if (!below || !line.starts_with("|")) {
      if (rows.empty()) continue;
      break;
    }
    MarkdownRow row;
    std::istringstream cells(line.substr(1));
    for (std::string cell; std::getline(cells, cell, '|');) {
      const auto begin = cell.find_first_not_of(' ');
      const auto end = cell.find_last_not_of(' ');
      row.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
    }
    rows.push_back(std::move(row));
  }
  constexpr int kHead = 2;
  if (rows.size() <= kHead) throw std::runtime_error("no table below " + heading + " in " + path);
  rows.erase(rows.begin(), rows.begin() + kHead);
  return rows;
}

}  // namespace lethe::test
