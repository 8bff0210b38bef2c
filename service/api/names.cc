#include "api/names.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace lethe::api {
namespace {

constexpr std::string_view kAccounts = "accounts/";
constexpr std::string_view kRequests = "/privacyRequests/";
constexpr std::size_t kMaxSlug = 63;

bool IsSlug(std::string_view text) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && text.size() <= kMaxSlug && is_letter(text.front()) &&
         std::ranges::all_of(
             text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

std::optional<RequestId> ParseId(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (id <= 0 || text.front() == '0') return std::nullopt;
  return RequestId{id};
}

}  // namespace

std::optional<std::string> ParseAccountName(std::string_view text) {
  if (!text.starts_with(kAccounts)) return std::nullopt;
  text.remove_prefix(kAccounts.size());
  if (!IsSlug(text)) return std::nullopt;
  return std::string(text);
}

std::optional<RequestName> ParseRequestName(std::string_view text) {
  const std::size_t requests = text.find(kRequests);
  if (requests == std::string_view::npos) return std::nullopt;
  auto account = ParseAccountName(text.substr(0, requests));
  const auto id = ParseId(text.substr(requests + kRequests.size()));
  if (!account || !id) return std::nullopt;
  return RequestName{*std::move(account), *id};
}

std::string FormatRequestName(std::string_view account, RequestId id) {
  std::string name(kAccounts);
  name += account;
  name += kRequests;
  name += std::to_string(ToInt(id));
  return name;
}

}  // namespace lethe::api
