#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlgen/sql_file.h"

namespace lethe::sqlgen {

/// The path of the statements of these tests.
inline constexpr char kPath[] = "room/sql/take_one.sql";

/// The problems as the developer sees them, the first on top.
inline std::vector<std::string> Texts(const std::vector<Problem>& problems) {
  std::vector<std::string> texts;
  for (const Problem& problem : problems) texts.push_back(problem.Text());
  return texts;
}

/// A statement without problems.
inline SqlFile Parsed(std::string_view text, const Fragments& fragments = {},
                      const std::string& path = kPath) {
  std::vector<Problem> problems;
  const auto file = ParseStatement(path, text, fragments, problems);
  for (const std::string& problem : Texts(problems)) ADD_FAILURE() << problem;
  return file.value_or(SqlFile());
}

/// A fragment without problems, alone in its map.
inline Fragments OneFragment(const std::string& name, std::string_view text) {
  std::vector<Problem> problems;
  const auto fragment = ParseFragment("sql/fragments/" + name + ".sql", text, problems);
  for (const std::string& problem : Texts(problems)) ADD_FAILURE() << problem;
  Fragments fragments;
  if (fragment) AddFragment(*fragment, fragments, problems);
  return fragments;
}

/// What PostgreSQL is given of a statement, without the line that names it.
inline std::string SqlOf(const SqlFile& file) { return file.sql.substr(file.sql.find('\n') + 1); }

/// What is wrong with a statement. It gives none where there are problems.
inline std::vector<std::string> ProblemsOf(std::string_view text, const Fragments& fragments = {},
                                           const std::string& path = kPath) {
  std::vector<Problem> problems;
  const bool parsed = ParseStatement(path, text, fragments, problems).has_value();
  EXPECT_EQ(parsed, problems.empty());
  return Texts(problems);
}

inline std::vector<std::string> ProblemsOfFragment(std::string_view text) {
  std::vector<Problem> problems;
  const bool parsed = ParseFragment("sql/fragments/due.sql", text, problems).has_value();
  EXPECT_EQ(parsed, problems.empty());
  return Texts(problems);
}

}  // namespace lethe::sqlgen
