#pragma once

#include <algorithm>
#include <string_view>

#include "api/fields/violations.h"
#include "lethe/limits.h"

namespace lethe::api {

// The rules that all lists of an account share.

inline constexpr std::string_view kAccountForm =
    "must have the form accounts/{account}, the account being a lower-case slug";

inline constexpr std::string_view kAccountsForm =
    "must have the form accounts/{account}, the account being a lower-case slug, or be accounts/-";

/// How many rows the page has (see limits.h).
inline int CheckPageSize(int page_size, Violations& violations) {
  if (page_size < 0) violations.Add("page_size", "must not be negative");
  return page_size == 0 ? kDefaultPageSize : std::min(page_size, kMaxPageSize);
}

inline void AddBadPageToken(Violations& violations) {
  violations.Add("page_token",
                 "must come from an answer to the same parent; leave it empty to start anew");
}

}  // namespace lethe::api
