#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "sandbox/endpoint.h"

namespace lethe::sandbox {

/// Ways to break CleverTap's contract.
enum class Violation {
  kTooManyIdentifiers,   ///< More than 100, or 1000 phones.
  kBothKinds,            ///< `identity` and `guid` in one call.
  kEmptyArray,           ///< Or an empty identifier.
  kWrongKey,             ///< `identities` to delete, `identity` or `guid` to demerge, and the like.
  kWrongType,            ///< A value that is no string, a record that is no phone record.
  kMalformedJson,        ///< Also: not UTF-8, not an object.
  kIdentityTooLong,      ///< More than 1024 characters.
  kDuplicateIdentifier,  ///< Twice in one call. Counted, not refused.
  kTooManyConcurrent,    ///< More than three in flight.
  kMissingAccountId,
  kMissingPasscode,
  kWrongContentType,
  kWrongMethod,
  kWrongPath,
  kTrailingSlash,
  kFollowedRedirect,
};

inline constexpr std::array kViolations{
    Violation::kTooManyIdentifiers, Violation::kBothKinds,           Violation::kEmptyArray,
    Violation::kWrongKey,           Violation::kWrongType,           Violation::kMalformedJson,
    Violation::kIdentityTooLong,    Violation::kDuplicateIdentifier, Violation::kTooManyConcurrent,
    Violation::kMissingAccountId,   Violation::kMissingPasscode,     Violation::kWrongContentType,
    Violation::kWrongMethod,        Violation::kWrongPath,           Violation::kTrailingSlash,
    Violation::kFollowedRedirect};

constexpr std::string_view Name(Violation violation) {
  switch (violation) {
    case Violation::kTooManyIdentifiers: return "too_many_identifiers";
    case Violation::kBothKinds: return "both_kinds";
    case Violation::kEmptyArray: return "empty_array";
    case Violation::kWrongKey: return "wrong_key";
    case Violation::kWrongType: return "wrong_type";
    case Violation::kMalformedJson: return "malformed_json";
    case Violation::kIdentityTooLong: return "identity_too_long";
    case Violation::kDuplicateIdentifier: return "duplicate_identifier";
    case Violation::kTooManyConcurrent: return "too_many_concurrent";
    case Violation::kMissingAccountId: return "missing_account_id";
    case Violation::kMissingPasscode: return "missing_passcode";
    case Violation::kWrongContentType: return "wrong_content_type";
    case Violation::kWrongMethod: return "wrong_method";
    case Violation::kWrongPath: return "wrong_path";
    case Violation::kTrailingSlash: return "trailing_slash";
    case Violation::kFollowedRedirect: return "followed_redirect";
  }
  return "";
}

/// What came to one endpoint of one account, or a sum of those.
struct Tally {
  std::int64_t calls = 0;
  std::int64_t identifiers_taken = 0;     ///< Took effect; each time counts.
  std::int64_t distinct_identifiers = 0;  ///< Of those, per account and endpoint.
  std::int64_t repeated_identifiers = 0;  ///< taken - distinct.
  std::int64_t repeated_calls = 0;     ///< The same identifiers, all together, took effect again.
  std::int64_t dry_runs = 0;           ///< Calls that asked for no effect.
  std::int64_t unprocessed = 0;        ///< Refused one by one (an invalid phone, say).
  int largest_call = 0;                ///< In identifiers, whatever the answer; sums: maximum.
  int peak_concurrency = 0;            ///< Refused calls included; sums: maximum.
  std::int64_t wrong_credentials = 0;  ///< 401 for what the headers say; no violation.
  std::int64_t faults = 0;             ///< Calls that met a fault.
  std::map<int, std::int64_t> by_status;  ///< 0: the connection was dropped instead of an answer.
  std::map<Violation, std::int64_t> violations;  ///< Only kinds that happened.

  std::int64_t violation_count() const {
    std::int64_t sum = 0;
    for (const auto& [kind, count] : violations) sum += count;
    return sum;
  }
};

struct ProfileCounts {
  std::int64_t profiles = 0;             ///< As of now.
  std::int64_t marked_for_deletion = 0;  ///< As of now, waiting for the night.
  std::int64_t marked_for_demerge = 0;
  std::int64_t deleted = 0;  ///< So far.
  std::int64_t demerged = 0;
  std::int64_t disassociated = 0;
};

struct AccountReport {
  Tally total;
  std::map<Endpoint, Tally> apis;
  ProfileCounts profiles;
};

/// Never holds an identifier.
struct Report {
  Tally total;  ///< Everything, calls without an account or to no endpoint included.
  ProfileCounts profiles;
  std::map<std::string, AccountReport> accounts;  ///< By account id, once credentials were right.
  std::int64_t nights = 0;
};

}  // namespace lethe::sandbox
