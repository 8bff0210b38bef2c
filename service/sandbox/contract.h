#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sandbox/call_kind.h"
#include "sandbox/credentials.h"
#include "sandbox/endpoint.h"
#include "sandbox/profile.h"
#include "sandbox/report.h"

namespace lethe::sandbox {

// What CleverTap demands of a call, as pure functions from what came to what is wrong with it.

inline constexpr int kMaxCallsInFlight = 3;
inline constexpr std::size_t kMaxPerCall = 100;
inline constexpr std::size_t kMaxPhonesPerCall = 1000;
inline constexpr std::size_t kMaxIdentityCharacters = 1024;

/// Nothing: the header was not sent.
struct CallHeaders {
  std::optional<std::string> account_id = {};
  std::optional<std::string> passcode = {};
  std::optional<std::string> content_type = {};
};

/// Why a call is refused as a whole.
struct Refusal {
  int status;
  std::string error;
  std::optional<Violation> violation = {};  ///< Nothing for wrong credentials.
  std::string location = {};                ///< Of a redirect.
};

/// A POST that keeps the contract.
struct Call {
  CallKind kind;
  std::vector<std::string> identifiers;
};

/// A POST as it was read. `size` counts identifiers even if they are refused.
struct CheckedCall {
  Call call;
  std::optional<Refusal> refusal;
  int size = 0;
  int duplicates = 0;
};

struct ProfileQuery {
  ProfileKey key;
  std::string value;
};

std::variant<Endpoint, Refusal> Route(std::string_view method, std::string_view path);

std::optional<Refusal> CheckHeaders(const CallHeaders& headers, const Credentials& expected);

/// `endpoint` is one of those that are posted to.
CheckedCall CheckBody(Endpoint endpoint, std::string_view body);

/// Exactly one of `identity`, `objectId` and `email` must name the profile; nothing otherwise.
std::optional<ProfileQuery> ReadProfileQuery(const std::map<std::string, std::string>& parameters);

/// E.164 with the plus sign.
bool IsPhone(std::string_view text);

}  // namespace lethe::sandbox
