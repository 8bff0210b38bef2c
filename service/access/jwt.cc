#include "access/jwt.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "json/parse.h"

namespace lethe::access {
namespace {

using nlohmann::json;

/// The three parts, in base64url.
std::optional<std::array<std::string_view, 3>> PartsOf(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  if (token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return std::array{token.substr(0, first), token.substr(first + 1, second - first - 1),
                    token.substr(second + 1)};
}

/// The object that is written there.
std::optional<json> ObjectIn(std::string_view base64url) {
  std::string bytes(base64url.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                        base64url.data(), base64url.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
    return std::nullopt;
  }
  bytes.resize(size);
  auto value = ParseJson(bytes);
  if (!value || !value->is_object()) return std::nullopt;
  return value;
}

/// A claim that is absent leaves `out` as it is. False if it is no text.
bool ReadText(const json& object, const char* name, std::optional<std::string>& out) {
  const auto found = object.find(name);
  if (found == object.end()) return true;
  if (!found->is_string()) return false;
  out = found->get<std::string>();
  return true;
}

/// Likewise; seconds since 1970, perhaps with a fraction, up to the year 9999.
bool ReadTime(const json& claims, const char* name, std::optional<TimePoint>& out) {
  constexpr double kMostSeconds = 253'402'300'799;
  const auto found = claims.find(name);
  if (found == claims.end()) return true;
  if (!found->is_number()) return false;
  const auto seconds = found->get<double>();
  if (!(seconds >= 0 && seconds <= kMostSeconds)) return false;
  out = TimePoint(
      std::chrono::floor<std::chrono::microseconds>(std::chrono::duration<double>(seconds)));
  return true;
}

/// Likewise; one text, or a list of them.
bool ReadAudiences(const json& claims, std::vector<std::string>& out) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return true;
  if (found->is_string()) {
    out.push_back(found->get<std::string>());
    return true;
  }
  if (!found->is_array()) return false;
  for (const json& audience : *found) {
    if (!audience.is_string()) return false;
    out.push_back(audience.get<std::string>());
  }
  return true;
}

}  // namespace

bool LooksLikeJwt(std::string_view token) { return PartsOf(token).has_value(); }

std::optional<Jwt> ReadJwt(std::string_view token) {
  if (token.size() > kMaxJwtBytes) return std::nullopt;
  const auto parts = PartsOf(token);
  if (!parts) return std::nullopt;
  const auto header = ObjectIn((*parts)[0]);
  const auto claims = ObjectIn((*parts)[1]);
  if (!header || !claims || header->contains("crit") || header->contains("zip")) {
    return std::nullopt;
  }
  Jwt jwt;
  std::optional<std::string> algorithm;
  if (!ReadText(*header, "alg", algorithm) || !ReadText(*header, "kid", jwt.key_id) ||
      !ReadTime(*claims, "nbf", jwt.from) || !ReadTime(*claims, "exp", jwt.until) ||
      !ReadAudiences(*claims, jwt.audiences)) {
    return std::nullopt;
  }
  if (algorithm) jwt.algorithm = Parse<JwtAlgorithm>(*algorithm);
  for (const auto& [name, value] : claims->items()) {
    if (value.is_string()) jwt.texts.emplace(name, value.get<std::string>());
  }
  return jwt;
}

}  // namespace lethe::access
