#include "sandbox/contract.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <span>
#include <unordered_set>

#include "json/parse.h"

namespace lethe::sandbox {
namespace {

using nlohmann::json;

constexpr std::string_view kUnauthorized = "Account ID is not valid";

Refusal Unauthorized(std::optional<Violation> violation) {
  return {401, std::string(kUnauthorized), violation};
}

Refusal Invalid(Violation violation, std::string error) {
  return {400, std::move(error), violation};
}

bool IsJsonContentType(std::string_view header) {
  std::string value;
  for (const unsigned char c : header) {
    if (c != ' ') value += static_cast<char>(std::tolower(c));
  }
  return value == "application/json" || value == "application/json;charset=utf-8";
}

std::size_t CountCharacters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](unsigned char c) { return (c & 0xC0U) != 0x80U; }));
}

/// The member that holds the identifiers, and what they are.
struct Key {
  std::string_view name;
  CallKind kind;
};

constexpr std::array kDeleteKeys{Key{"identity", CallKind::kIdentity},
                                 Key{"guid", CallKind::kGuid}};
constexpr std::array kDemergeKeys{Key{"identities", CallKind::kIdentity}};
constexpr std::array kDisassociateKeys{Key{"d", CallKind::kPhone}};

std::span<const Key> KeysOf(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::kDelete: return kDeleteKeys;
    case Endpoint::kDemerge: return kDemergeKeys;
    case Endpoint::kDisassociate: return kDisassociateKeys;
    case Endpoint::kProfile:
    case Endpoint::kConnect: break;
  }
  return {};
}

std::optional<Refusal> FindKey(Endpoint endpoint, const json& body, Key& found) {
  int known = 0;
  for (const Key& key : KeysOf(endpoint)) {
    if (!body.contains(key.name)) continue;
    found = key;
    ++known;
  }
  if (known > 1) return Invalid(Violation::kBothKinds, "Only one of identity and guid is allowed");
  if (known == 0 || body.size() != 1) {
    return Invalid(Violation::kWrongKey, "Invalid parameter in payload");
  }
  return {};
}

/// The text of one element; nothing if it has another shape.
std::optional<std::string> ReadElement(CallKind kind, const json& element) {
  const json* value = &element;
  if (kind == CallKind::kPhone) {
    if (!element.is_object() || element.value("type", json()) != json("phone")) return {};
    const auto member = element.find("value");
    if (member == element.end()) return {};
    value = &*member;
  }
  if (!value->is_string()) return {};
  return value->get<std::string>();
}

std::optional<Refusal> ReadIdentifiers(const json& elements, Call& call) {
  for (const json& element : elements) {
    std::optional<std::string> text = ReadElement(call.kind, element);
    if (!text) return Invalid(Violation::kWrongType, "Invalid value in payload");
    if (text->empty()) return Invalid(Violation::kEmptyArray, "Empty value in payload");
    if (CountCharacters(*text) > kMaxIdentityCharacters) {
      return Invalid(Violation::kIdentityTooLong, "Max length of identity is 1024 characters");
    }
    call.identifiers.push_back(std::move(*text));
  }
  return {};
}

int CountDuplicates(const std::vector<std::string>& identifiers) {
  const std::unordered_set<std::string_view> distinct(identifiers.begin(), identifiers.end());
  return static_cast<int>(identifiers.size() - distinct.size());
}

std::optional<Endpoint> EndpointAt(std::string_view path) {
  for (const Endpoint endpoint : kEndpoints) {
    if (path == Path(endpoint)) return endpoint;
  }
  return {};
}

}  // namespace

std::variant<Endpoint, Refusal> Route(std::string_view method, std::string_view path) {
  if (path == kRedirectTarget) return Refusal{404, "Not found", Violation::kFollowedRedirect};
  const std::optional<Endpoint> endpoint = EndpointAt(path);
  if (!endpoint) {
    const std::string_view bare = path.substr(0, path.size() - (path.ends_with('/') ? 1 : 0));
    if (!EndpointAt(bare)) return Refusal{404, "Not found", Violation::kWrongPath};
    return Refusal{301, "Moved permanently", Violation::kTrailingSlash, std::string(bare)};
  }
  if (method != (IsPost(*endpoint) ? "POST" : "GET")) {
    return Refusal{405, "Method not allowed", Violation::kWrongMethod};
  }
  return *endpoint;
}

std::optional<Refusal> CheckHeaders(const CallHeaders& headers, const Credentials& expected) {
  if (!headers.account_id || headers.account_id->empty()) {
    return Unauthorized(Violation::kMissingAccountId);
  }
  if (!headers.passcode || headers.passcode->empty()) {
    return Unauthorized(Violation::kMissingPasscode);
  }
  if (!expected.Take(*headers.account_id, *headers.passcode)) return Unauthorized({});
  if (!headers.content_type || !IsJsonContentType(*headers.content_type)) {
    return Invalid(Violation::kWrongContentType, "Content-Type must be application/json");
  }
  return {};
}

CheckedCall CheckBody(Endpoint endpoint, std::string_view body) {
  CheckedCall checked;
  const auto refuse = [&checked](Refusal refusal) {
    checked.refusal = std::move(refusal);
    return checked;
  };

  std::optional<json> parsed = ParseJson(body);
  if (!parsed || !parsed->is_object()) {
    return refuse(Invalid(Violation::kMalformedJson, "Malformed JSON"));
  }
  Key key{};
  if (auto refusal = FindKey(endpoint, *parsed, key)) return refuse(*std::move(refusal));

  checked.call.kind = key.kind;
  json& elements = (*parsed)[std::string(key.name)];
  if (endpoint == Endpoint::kDelete && elements.is_string()) elements = json::array({elements});
  if (!elements.is_array()) {
    return refuse(Invalid(Violation::kWrongType, "Invalid value in payload"));
  }
  checked.size = static_cast<int>(elements.size());
  if (elements.empty()) return refuse(Invalid(Violation::kEmptyArray, "Empty payload"));
  const std::size_t max = key.kind == CallKind::kPhone ? kMaxPhonesPerCall : kMaxPerCall;
  if (elements.size() > max) {
    return refuse(
        Invalid(Violation::kTooManyIdentifiers, "Max " + std::to_string(max) + " are allowed"));
  }
  checked.refusal = ReadIdentifiers(elements, checked.call);
  checked.duplicates = CountDuplicates(checked.call.identifiers);
  return checked;
}

std::optional<ProfileQuery> ReadProfileQuery(const std::map<std::string, std::string>& parameters) {
  std::optional<ProfileQuery> query;
  for (const auto& [name, key] :
       {std::pair{"identity", ProfileKey::kIdentity}, std::pair{"objectId", ProfileKey::kGuid},
        std::pair{"email", ProfileKey::kEmail}}) {
    const auto parameter = parameters.find(name);
    if (parameter == parameters.end()) continue;
    if (query || parameter->second.empty()) return {};
    query = ProfileQuery{key, parameter->second};
  }
  return query;
}

bool IsPhone(std::string_view text) {
  constexpr std::size_t kMinDigits = 7;
  constexpr std::size_t kMaxDigits = 15;
  if (text.size() < kMinDigits + 1 || text.size() > kMaxDigits + 1) return false;
  return text[0] == '+' && text[1] != '0' &&
         std::ranges::all_of(text.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace lethe::sandbox
