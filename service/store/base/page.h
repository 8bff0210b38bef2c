#pragma once

#include <utility>
#include <vector>

#include "lethe/request.h"

namespace lethe::store {

/// Callers read one row more than the page holds, to know whether rows follow.
template <typename View>
Page<View> ToPage(std::vector<View> rows, int page_size) {
  const bool more = static_cast<int>(rows.size()) > page_size;
  if (more) rows.pop_back();
  return {std::move(rows), more};
}

}  // namespace lethe::store
