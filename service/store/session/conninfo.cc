#include "store/session/conninfo.h"

#include <libpq-fe.h>

#include <map>
#include <memory>
#include <string_view>

namespace lethe::store {
namespace {

std::string Quoted(std::string_view value) {
  std::string quoted = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

}  // namespace

std::string WithLimits(const std::string& url, const SessionLimits& limits) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(url.c_str(), nullptr), PQconninfoFree);
  if (!options) return url;
  std::map<std::string, std::string> settings{
      {"connect_timeout", std::to_string(limits.connect.count())},
      {"fallback_application_name", "lethed"},
  };
  for (const auto& [name, value] : kGiveUpOnSilentHosts) settings[name] = value;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) settings[option->keyword] = option->val;
  }
  std::string conninfo;
  for (const auto& [name, value] : settings) conninfo += name + "=" + Quoted(value) + " ";
  return conninfo;
}

}  // namespace lethe::store
