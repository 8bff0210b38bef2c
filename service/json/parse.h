#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

namespace lethe {

/// How deep arrays and objects may stand in each other. The deepest document that CleverTap or the
/// sandbox's control sends or takes has 6 levels; the rest is room for what a profile's own
/// properties hold.
inline constexpr int kMaxJsonDepth = 64;

/// One JSON document from outside. Nothing if the bytes
///   are no JSON;
///   are nested deeper than kMaxJsonDepth: who copies, compares or prints a value of nlohmann's
///   goes down it by recursion, and half a million levels, which fit into a megabyte, are more than
///   a stack holds; name a member of an object twice: one reader takes the first, another the last,
///   and nothing tells which of them was meant.
std::optional<nlohmann::json> ParseJson(std::string_view bytes);

}  // namespace lethe
