#include "runtime/config_values.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "lethe/reasons.h"

namespace lethe::runtime {
namespace {

Error Wrong(std::string message) {
  return Error{ErrorCode::kInvalidArgument, Text(ErrorReason::kBadValue), std::move(message)};
}

constexpr bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsLetter(char c) { return IsLower(static_cast<char>(c | 0x20)); }
constexpr bool IsVisible(char c) { return c > ' ' && c < 0x7f; }

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

template <typename T>
std::optional<T> WholeNumber(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
/// As short as it can be written.
std::string FormatShare(double share) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), share);
  return {text.data(), end};
}

constexpr std::array kUnits{Unit{"ms", 1}, Unit{"s", 1'000}, Unit{"m", 60'000},
                            Unit{"h", 3'600'000}};

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

/// A part of a parsed URL; empty if it has none.
std::string Part(const Url& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return "";
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
  return text;
}

std::string HostOf(const std::string& url_text) {
  const Url url(curl_url(), curl_url_cleanup);
  curl_url_set(url.get(), CURLUPART_URL, url_text.c_str(), 0);
  return Part(url, CURLUPART_HOST);
}

bool IsLoopback(const std::string& host) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  return host == "localhost" || host == "[::1]";
}

/// Without percent signs, so that a path says what it is.
bool IsPath(std::string_view text) {
  return text.starts_with('/') && text.size() > 1 && std::ranges::all_of(text, [](char c) {
           return IsLetter(c) || IsDigit(c) ||
                  std::string_view("/._-~").find(c) != std::string_view::npos;
         });
}

bool Mentions(std::string_view path, std::string_view word) {
  return Lower(std::string(path)).find(word) != std::string::npos;
}

bool IsListenHost(const std::string& host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    in6_addr v6{};
    return inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6) == 1;
  }
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return IsLetter(c) || IsDigit(c) || c == '.' || c == '-';
  });
}

}  // namespace

Result<int> ParseInteger(std::string_view text, int min, int max) {
  const std::optional<int> value = WholeNumber<int>(text);
  if (!value || *value < min || *value > max) {
    return Wrong("must be a whole number from " + std::to_string(min) + " to " +
                 std::to_string(max));
  }
  return *value;
}

Result<bool> ParseTruth(std::string_view text) {
  if (text == "true" || text == "false") return text == "true";
  return Wrong("must be true or false");
}

Result<double> ParseShare(std::string_view text, double min, double max) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (whole && value >= min && value <= max) return value;
  return Wrong("must be a number from " + FormatShare(min) + " to " + FormatShare(max) +
               ", such as 0.05");
}

std::string FormatDuration(milliseconds duration) {
  const std::int64_t count = duration.count();
  const auto unit = std::find_if(kUnits.rbegin(), kUnits.rend(),
                                 [count](const Unit& u) { return count % u.ms == 0; });
  return std::to_string(count / unit->ms) + std::string(unit->name);
}

Result<milliseconds> ParseDuration(std::string_view text, milliseconds min, milliseconds max) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = WholeNumber<std::int64_t>(text.substr(0, digits));
  const auto unit = std::ranges::find(kUnits, text.substr(digits), &Unit::name);
  // Compared before it is multiplied, so that a huge count cannot overflow.
  if (!count || unit == kUnits.end() || *count > max.count() / unit->ms ||
      *count * unit->ms < min.count()) {
    return Wrong("must be a duration from " + FormatDuration(min) + " to " + FormatDuration(max) +
                 ", a whole number and one of ms, s, m, h");
  }
  return milliseconds{*count * unit->ms};
}

Result<std::chrono::minutes> ParseTimeOfDay(std::string_view text) {
  if (text.size() == 5 && text[2] == ':') {
    const auto hour = WholeNumber<std::uint8_t>(text.substr(0, 2));
    const auto minute = WholeNumber<std::uint8_t>(text.substr(3));
    if (hour && minute && *hour < 24 && *minute < 60) {
      return std::chrono::hours{*hour} + std::chrono::minutes{*minute};
    }
  }
  return Wrong("must be a time of day from 00:00 to 23:59, such as 02:00");
}

Result<std::string> ParseListen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && IsListenHost(std::string(text.substr(0, colon))) &&
      WholeNumber<std::uint16_t>(text.substr(colon + 1))) {
    return std::string(text);
  }
  return Wrong("must be HOST:PORT, such as 127.0.0.1:50051, 0.0.0.0:50051 or [::]:50051");
}

bool IsOfThisMachine(std::string_view listen) {
  return IsLoopback(Lower(std::string(listen.substr(0, listen.rfind(':')))));
}

Result<std::string> ParseSlug(std::string_view text) {
  const bool good =
      !text.empty() && text.size() <= 63 && IsLower(text.front()) &&
      std::ranges::all_of(text, [](char c) { return IsLower(c) || IsDigit(c) || c == '-'; });
  if (good) return std::string(text);
  return Wrong("must be 1 to 63 of a-z, 0-9 and '-', starting with a letter");
}

Result<std::string> ParseRegion(std::string_view text) {
  constexpr std::array<std::string_view, 6> kPrefixed{"in1", "sg1", "us1", "aps3", "mec1", "eu1"};
  if (text == "eu") return std::string("https://api.clevertap.com");
  if (std::ranges::find(kPrefixed, text) != kPrefixed.end()) {
    return "https://" + std::string(text) + ".api.clevertap.com";
  }
  return Wrong(
      "must be one of in1 (India), sg1 (Singapore), us1 (United States), aps3 (Indonesia), mec1 "
      "(Middle East), eu1 or eu (Europe); for another host give base_url");
}

Result<std::string> ParseBaseUrl(std::string_view text) {
  constexpr auto kRight = "must be https://HOST or https://HOST:PORT, without path, query or user";
  if (!std::ranges::all_of(text, IsVisible) || text.find_first_of("?#@\\") != text.npos) {
    return Wrong(kRight);
  }
  const Url url(curl_url(), curl_url_cleanup);
  if (curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), 0) != CURLUE_OK) {
    return Wrong(kRight);
  }
  const std::string scheme = Part(url, CURLUPART_SCHEME);
  const std::string host = Lower(Part(url, CURLUPART_HOST));
  const std::string port = Part(url, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
  // libcurl forgives one slash and three, and takes a number for an address: 1 for 0.0.0.1.
  const std::string start = scheme + "://";
  if ((scheme != "https" && scheme != "http") ||
      !Lower(std::string(text)).starts_with(start + host) ||
      text.substr(start.size()).starts_with('/') || host.empty() || host.ends_with('.') ||
      port == "0" || Part(url, CURLUPART_PATH) != "/") {
    return Wrong(kRight);
  }
  if (scheme == "http" && !IsLoopback(host)) {
    return Wrong("must be https: only a host of this machine (localhost, 127.0.0.1) may use http");
  }
  return scheme + "://" + host + (port.empty() ? "" : ":" + port);
}

Result<std::string> ParseAccountId(std::string_view text) {
  constexpr std::size_t kMaxBytes = 128;  // CleverTap's have 12.
  if (!text.empty() && text.size() <= kMaxBytes && std::ranges::all_of(text, IsVisible)) {
    return std::string(text);
  }
  return Wrong("must be 1 to " + std::to_string(kMaxBytes) +
               " visible ASCII characters, such as W9R-486-4W5Z");
}

Result<std::string> ParseDisassociatePath(std::string_view text) {
  if (!IsPath(text)) return Wrong("must be a path such as /1/disassociate, without query");
  if (Mentions(text, "delete") || Mentions(text, "demerge")) {
    return Wrong("must be the path of disassociation, not of another operation");
  }
  return std::string(text);
}

Result<std::string> ParseProbePath(std::string_view text) {
  if (!IsPath(text)) return Wrong("must be a path such as /v1/connect, without query");
  if (Mentions(text, "delete") || Mentions(text, "demerge") || Mentions(text, "disassociate")) {
    return Wrong("must be a path that touches nobody, not that of an operation");
  }
  return std::string(text);
}

Result<std::string> ParseDatabaseUrl(const std::string& text) {
  // libpq's own message is not passed on: it repeats parts of the text. It reads up to a zero byte.
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(text.c_str(), nullptr), PQconninfoFree);
  if (!text.empty() && text.find('\0') == std::string::npos && options != nullptr) return text;
  return Wrong(
      "must be a connection string of libpq: postgresql://USER@HOST/DATABASE or key=value pairs");
}

Result<std::string> ParseDatabaseRole(const std::string& text) {
  constexpr std::size_t kLongest = 63;  // PostgreSQL cuts a longer name off
  if (text.empty() || text.size() > kLongest || text.find('\0') != std::string::npos) {
    return Wrong("must be the name of a role: 1 to 63 bytes");
  }
  return text;
}

bool IsCleverTap(std::string_view base_url) {
  return HostOf(std::string(base_url)).ends_with("clevertap.com");
}

}  // namespace lethe::runtime
