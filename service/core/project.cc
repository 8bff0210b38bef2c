#include "lethe/project.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace lethe {
namespace {

/// In ASCII, whatever the locale is.
std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}
std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

/// An IPv4 address by which this machine reaches itself: 127.0.0.0/8, or 0.0.0.0.
bool IsLoopback(in_addr address) {
  const auto bits = ntohl(address.s_addr);
  return bits >> 24 == 127 || bits == 0;
}

bool IsLoopback(const in6_addr& address) {
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    in_addr v4{};
    std::copy_n(address.s6_addr + 12, 4, reinterpret_cast<unsigned char*>(&v4));
    return IsLoopback(v4);
  }
  return IN6_IS_ADDR_LOOPBACK(&address) || IN6_IS_ADDR_UNSPECIFIED(&address);
}

/// By the name alone, for a configuration must mean the same wherever it is checked: RFC 6761's
/// `localhost` and what is below it, the names of Debian's /etc/hosts, and addresses.
bool IsThisMachine(const std::string& host) {
  constexpr std::array<std::string_view, 4> kNames{"localhost", "localhost.localdomain",
                                                   "ip6-localhost", "ip6-loopback"};
  if (std::ranges::find(kNames, host) != kNames.end() || host.ends_with(".localhost")) return true;
  if (in_addr v4{}; inet_pton(AF_INET, host.c_str(), &v4) == 1) return IsLoopback(v4);
  in6_addr v6{};
  return host.size() > 2 && host.front() == '[' &&
         inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6) == 1 && IsLoopback(v6);
}

std::string Normalised(std::string host) {
  if (host.ends_with('.')) host.pop_back();
  if (host == "eu1.api.clevertap.com") return "api.clevertap.com";
  return IsThisMachine(host) ? "localhost" : host;
}

}  // namespace

Project ProjectOf(const Account& account) {
  const std::string url = Lower(account.base_url);
  const std::size_t scheme_end = url.find("://");
  const bool plain = url.starts_with("http://");
  std::string host = scheme_end == std::string::npos ? url : url.substr(scheme_end + 3);
  host = host.substr(0, host.find('/'));
  std::string port = plain ? "80" : "443";
  const std::size_t colon = host.rfind(':');
  if (colon != std::string::npos && host.find(']', colon) == std::string::npos) {
    port = host.substr(colon + 1);
    host.resize(colon);
  }
  host = Normalised(std::move(host));
  return {.host = port == "443" ? host : host + ':' + port,
          .account_id = Upper(account.account_id)};
}

std::string ToText(const Project& project) { return project.account_id + " at " + project.host; }

}  // namespace lethe
