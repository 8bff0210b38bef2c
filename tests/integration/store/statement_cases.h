#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "store/base/statement.h"

namespace lethe::store {

// For tests with a case for each statement, as testing::TestWithParam<Statement>.

inline void PrintTo(const Statement& statement, std::ostream* out) { *out << statement.name; }

inline std::string CaseName(const testing::TestParamInfo<Statement>& statement) {
  return statement.param.name;
}

}  // namespace lethe::store
