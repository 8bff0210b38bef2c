#include "api/fields/page_token.h"

#include <absl/strings/escaping.h>
#include <absl/strings/numbers.h>

namespace lethe::api {

std::string EncodePageToken(std::string_view query, std::string_view last) {
  std::string plain(query);
  plain += '#';
  plain += last;
  return absl::WebSafeBase64Escape(plain);
}

std::string EncodePageToken(std::string_view query, std::int64_t last) {
  return EncodePageToken(query, std::to_string(last));
}

std::optional<std::string> DecodePageTokenText(std::string_view query, std::string_view token) {
  std::string plain;
  if (!absl::WebSafeBase64Unescape({token.data(), token.size()}, &plain)) return std::nullopt;
  const std::size_t start = query.size() + 1;
  if (plain.size() < start) return std::nullopt;
  std::string last = plain.substr(start);
  // Several texts decode to the same bytes; only the one that was given out is good.
  if (EncodePageToken(query, last) != token) return std::nullopt;
  return last;
}

std::optional<std::int64_t> DecodePageToken(std::string_view query, std::string_view token) {
  const auto text = DecodePageTokenText(query, token);
  std::int64_t last = 0;
  if (!text || !absl::SimpleAtoi(*text, &last) || std::to_string(last) != *text) {
    return std::nullopt;
  }
  return last;
}

}  // namespace lethe::api
