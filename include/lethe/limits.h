#pragma once

#include <chrono>
#include <cstddef>

namespace lethe {

// Every limit of the API has its name here, with its unit in the name and the reason beside it. The
// limits of one call to CleverTap are in operation_traits.h (EnvelopeCapacity).

/// One request's items fit one flush of the committer and one page of a support tool.
inline constexpr int kMaxIdentifiersPerRequest = 1000;

/// CleverTap: "identity has a maximum of 1024 characters". Counted in code points.
inline constexpr std::size_t kMaxIdentityCharacters = 1024;

/// CleverTap documents no length for its ids; the longest seen are below 50. The rest is room.
inline constexpr std::size_t kMaxGuidBytes = 256;

/// E.164: a plus sign and at most 15 digits, the first not zero. The shortest national plans give 7
/// with the country code.
inline constexpr std::size_t kMinPhoneDigits = 7;
inline constexpr std::size_t kMaxPhoneDigits = 15;

/// CleverTap's own codes are HTTP's statuses and its numbers from 508 to 555. Lethe keeps no code
/// with more digits: it may be a person's customer number.
inline constexpr std::size_t kMaxCodeDigits = 3;

/// Room for a UUID with a prefix, or for a hash in hex; more would make the key a payload.
inline constexpr std::size_t kMaxIdempotencyKeyBytes = 128;

/// Room for a paragraph and a ticket: why an operator decided so. Counted in code points.
inline constexpr std::size_t kMaxJustificationCharacters = 1000;

/// 1,000 identities of 1,024 bytes and their framing, rounded up: five times a thousand of the
/// longest email addresses. gRPC refuses a larger message before it keeps any of it; messages that
/// never come whole take so much each.
inline constexpr int kMaxMessageBytes = 1024 * 1024 + 256 * 1024;

/// AIP-158: a page above the maximum is cut to it, a page of size 0 gets the default.
inline constexpr int kDefaultPageSize = 50;
inline constexpr int kMaxPageSize = 1000;

/// What one answer about a person shows: a person is in a few requests.
inline constexpr int kMaxSubjectItems = 1000;

/// The longest period of one summary: a report of a year, and room for one that begins elsewhere.
inline constexpr std::chrono::days kMaxSummaryPeriod{750};

/// Batches that one decision about many is about: one transaction, whose locks are held for about a
/// second.
inline constexpr int kMaxReviewsPerDecision = 500;

/// Clocks differ: a submit time may be this far after Lethe's present, and not further.
inline constexpr std::chrono::minutes kMaxSubmitTimeAhead{5};

/// How long the law gives to answer a request: the CCPA's 45 days, the longest first term of those
/// that Lethe is used for (the GDPR's month is shorter). A due time that passed longer ago is no
/// date of a request that is still open.
inline constexpr std::chrono::days kLegalTerm{45};

/// No law gives more than 90 days, extensions included; the rest is room for contracts.
inline constexpr std::chrono::days kMaxDueTimeAhead{366};

/// Upper bound of CleverTap's own limit of calls in flight, per account and per API.
inline constexpr int kMaxConcurrency = 3;

}  // namespace lethe
