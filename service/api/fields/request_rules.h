#pragma once

#include <google/protobuf/repeated_field.h>

#include <cstdint>
#include <iterator>
#include <set>
#include <string_view>

#include "api/fields/violations.h"
#include "lethe/limits.h"

namespace lethe::api {

// The rules that all calls about one request share.

inline constexpr std::string_view kRequestForm =
    "must have the form accounts/{account}/privacyRequests/{id}";

static_assert(kMaxIdentifiersPerRequest == 1000, "the description below names this limit");

inline void CheckOrdinals(const google::protobuf::RepeatedField<std::int32_t>& ordinals,
                          Violations& violations) {
  const bool are_too_many = ordinals.size() > kMaxIdentifiersPerRequest;
  const std::set<int> different =
      are_too_many ? std::set<int>() : std::set<int>(ordinals.begin(), ordinals.end());
  const bool is_negative = !different.empty() && *different.begin() < 0;
  if (are_too_many || is_negative || std::ssize(different) != ordinals.size()) {
    violations.Add("ordinals", "must be at most 1000 ordinals, each once and not below 0");
  }
}

}  // namespace lethe::api
