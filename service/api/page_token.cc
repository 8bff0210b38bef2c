#include "api/page_token.h"

#include <absl/strings/escaping.h>
#include <absl/strings/numbers.h>

namespace lethe::api {

std::string EncodePageToken(std::string_view query, std::int64_t last) {
  return absl::WebSafeBase64Escape(std::string(query) + '#' + std::to_string(last));
}

std::optional<std::int64_t> DecodePageToken(std::string_view query, std::string_view token) {
  std::string plain;
  if (!absl::WebSafeBase64Unescape({token.data(), token.size()}, &plain)) return std::nullopt;
  const std::size_t separator = plain.rfind('#');
  std::int64_t last = 0;
  if (separator == std::string::npos || !absl::SimpleAtoi(plain.substr(separator + 1), &last)) {
    return std::nullopt;
  }
  // Several texts decode to the same bytes; only the one that was given out is good.
  if (EncodePageToken(query, last) != token) return std::nullopt;
  return last;
}

}  // namespace lethe::api
