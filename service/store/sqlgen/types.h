#pragma once

#include <string_view>

namespace lethe::sqlgen {

/// What a word of a declaration means in C++ and in PostgreSQL.
struct SqlType {
  std::string_view word;
  std::string_view parameter;  ///< C++ type in a parameter; refers to the caller's text.
  std::string_view column;     ///< C++ type in a row; owns its text.
  std::string_view postgres;   ///< Types that PostgreSQL may give a column declared so.
  std::string_view header;     ///< Where the C++ type is from.
};

/// Null if there is no such type.
const SqlType* FindType(std::string_view word);

}  // namespace lethe::sqlgen
