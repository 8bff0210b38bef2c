#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lethe::api {

/// An opaque text that says where a list goes on: after the row `last` of the list that `query`
/// names. Holds ids only.
std::string EncodePageToken(std::string_view query, std::string_view last);
std::string EncodePageToken(std::string_view query, std::int64_t last);

/// Nothing if the token is not one that EncodePageToken made for this very query.
std::optional<std::string> DecodePageTokenText(std::string_view query, std::string_view token);
std::optional<std::int64_t> DecodePageToken(std::string_view query, std::string_view token);

}  // namespace lethe::api
