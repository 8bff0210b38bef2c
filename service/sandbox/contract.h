#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/endpoint.h"
#include "sandbox/profile.h"
#include "sandbox/report.h"

namespace lethe::sandbox {

// What CleverTap demands of a call, as pure functions from what came to what is wrong with it.

inline constexpr int kMaxCallsInFlight = 3;
inline constexpr std::size_t kMaxPerCall = 100;
inline constexpr std::size_t kMaxPhonesPerCall = 1000;
inline constexpr std::size_t kMaxIdentityCharacters = 1024;

struct Credentials {
  std::string account_id;
  std::string passcode;
};

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
};

enum class CallKind { kIdentity, kGuid, kPhone };

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

/// `expected` without an account id takes any credentials that are not empty.
std::optional<Refusal> CheckHeaders(const CallHeaders& headers, const Credentials& expected);

/// `endpoint` is not kProfile.
CheckedCall CheckBody(Endpoint endpoint, std::string_view body);

/// Exactly one of `identity`, `objectId` and `email` must name the profile; nothing otherwise.
std::optional<ProfileQuery> ReadProfileQuery(const std::map<std::string, std::string>& parameters);

/// E.164 with the plus sign.
bool IsPhone(std::string_view text);

}  // namespace lethe::sandbox
