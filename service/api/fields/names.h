#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lethe/batch.h"

namespace lethe::api {

/// `accounts/{account}/privacyRequests/{id}`. The id is the decimal number without sign or leading
/// zeros, so that every request has one name.
struct RequestName {
  std::string account;
  RequestId id;

  friend bool operator==(const RequestName&, const RequestName&) = default;
};

/// `accounts/{account}/reviews/{envelope}-{position}`, the numbers as in RequestName.
struct ReviewName {
  std::string account;
  BatchKey batch;

  friend bool operator==(const ReviewName&, const ReviewName&) = default;
};

/// In place of an account's name: every account.
inline constexpr std::string_view kEveryAccount = "accounts/-";

/// The account's slug in a name of any form below; empty if there is none. The name may yet be
/// wrong behind it.
std::string_view AccountIn(std::string_view name);

/// `accounts/{account}`: the account's slug, or nothing if the text has not this form. Says nothing
/// about whether such an account exists.
std::optional<std::string> ParseAccountName(std::string_view text);

std::optional<RequestName> ParseRequestName(std::string_view text);

std::optional<ReviewName> ParseReviewName(std::string_view text);

/// The last part of a review's name.
std::optional<BatchKey> ParseReviewId(std::string_view text);

std::string FormatAccountName(std::string_view account);
std::string FormatRequestName(std::string_view account, RequestId id);
std::string FormatReviewName(std::string_view account, BatchKey batch);
std::string FormatReviewId(BatchKey batch);
std::string FormatAuditEventName(std::string_view account, std::int64_t id);

}  // namespace lethe::api
