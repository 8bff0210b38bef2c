#include "api/fields/names.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace lethe::api {
namespace {

constexpr std::string_view kAccounts = "accounts/";
constexpr std::string_view kRequests = "/privacyRequests/";
constexpr std::string_view kReviews = "/reviews/";
constexpr std::string_view kAuditEvents = "/auditEvents/";
constexpr std::size_t kMaxSlug = 63;

bool IsSlug(std::string_view text) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && text.size() <= kMaxSlug && is_letter(text.front()) &&
         std::ranges::all_of(
             text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

/// A number from 0 on, as it is written.
template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (text.front() == '-' || (text.front() == '0' && text.size() > 1)) return std::nullopt;
  return number;
}

std::optional<std::int64_t> ParseId(std::string_view text) {
  const auto id = ParseNumber<std::int64_t>(text);
  return id != 0 ? id : std::nullopt;
}

std::string Join(std::string_view account, std::string_view collection, const std::string& id) {
  std::string name = FormatAccountName(account);
  name += collection;
  name += id;
  return name;
}

}  // namespace

std::string_view AccountIn(std::string_view name) {
  if (!name.starts_with(kAccounts)) return {};
  name.remove_prefix(kAccounts.size());
  name = name.substr(0, name.find('/'));
  return IsSlug(name) ? name : std::string_view();
}

std::optional<std::string> ParseAccountName(std::string_view text) {
  const std::string_view account = AccountIn(text);
  if (account.empty() || text.size() != kAccounts.size() + account.size()) return std::nullopt;
  return std::string(account);
}

std::optional<RequestName> ParseRequestName(std::string_view text) {
  const std::size_t requests = text.find(kRequests);
  if (requests == std::string_view::npos) return std::nullopt;
  auto account = ParseAccountName(text.substr(0, requests));
  const auto id = ParseId(text.substr(requests + kRequests.size()));
  if (!account || !id) return std::nullopt;
  return RequestName{*std::move(account), RequestId{*id}};
}

std::optional<ReviewName> ParseReviewName(std::string_view text) {
  const std::size_t reviews = text.find(kReviews);
  if (reviews == std::string_view::npos) return std::nullopt;
  auto account = ParseAccountName(text.substr(0, reviews));
  const auto batch = ParseReviewId(text.substr(reviews + kReviews.size()));
  if (!account || !batch) return std::nullopt;
  return ReviewName{*std::move(account), *batch};
}

std::optional<BatchKey> ParseReviewId(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto envelope = ParseId(text.substr(0, dash));
  const auto lo = ParseNumber<std::int16_t>(text.substr(dash + 1));
  if (!envelope || !lo) return std::nullopt;
  return BatchKey{EnvelopeId{*envelope}, *lo};
}

std::string FormatAccountName(std::string_view account) {
  return std::string(kAccounts) + std::string(account);
}

std::string FormatRequestName(std::string_view account, RequestId id) {
  return Join(account, kRequests, std::to_string(ToInt(id)));
}

std::string FormatReviewName(std::string_view account, BatchKey batch) {
  return Join(account, kReviews, FormatReviewId(batch));
}

std::string FormatReviewId(BatchKey batch) {
  return std::to_string(ToInt(batch.envelope)) + '-' + std::to_string(batch.lo);
}

std::string FormatAuditEventName(std::string_view account, std::int64_t id) {
  return Join(account, kAuditEvents, std::to_string(id));
}

}  // namespace lethe::api
