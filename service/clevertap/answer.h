#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "lethe/reasons.h"
#include "lethe/vendor.h"

namespace lethe::clevertap {

/// How an HTTP exchange ended, whatever the answer said.
enum class Ending {
  kComplete,  ///< With a whole answer.
  kBadUrl,    ///< The account's URL is not a URL.
  kResolve,   ///< No address for the host's name.
  kConnect,   ///< No connection.
  kTls,       ///< No trusted, encrypted connection.
  kTimeout,   ///< Too slow, in any phase.
  kBroken,    ///< The connection broke, in any phase; or what came is not HTTP.
  kTooLarge,  ///< The answer's body passed the limit.
};

/// The short word that stands in VendorReply::code.
constexpr std::string_view Name(Ending ending) {
  switch (ending) {
    case Ending::kComplete: return "";
    case Ending::kBadUrl: return Name(CallCode::kBadUrl);
    case Ending::kResolve: return Name(CallCode::kResolve);
    case Ending::kConnect: return Name(CallCode::kConnect);
    case Ending::kTls: return Name(CallCode::kTls);
    case Ending::kTimeout: return Name(CallCode::kTimeout);
    case Ending::kBroken: return Name(CallCode::kBroken);
    case Ending::kTooLarge: return Name(CallCode::kTooLarge);
  }
  return "";
}

/// What is known after one request.
struct Transport {
  Ending ending = Ending::kComplete;

  /// Whether a byte of the request's body may have left. Without one CleverTap has nothing to act
  /// on.
  bool body_left = false;

  int http_status = 0;  ///< 0 if no status line of HTTP came.
  std::optional<std::chrono::seconds> retry_after = {};
  std::optional<TimePoint> date = {};  ///< When the answer was made, by CleverTap's clock.
  std::string body = {};               ///< What came of it; whole only if kComplete.
  milliseconds took{0};                ///< From look-up to the last byte.
};

/// CleverTap's own longest advice is ten minutes; a header that asks for more than this is obeyed
/// this far.
inline constexpr std::chrono::hours kMaxRetryAfter{1};

/// What the exchange means for the call. Pure and total.
///
/// A status line other than 2xx says everything, even if the rest of the answer is missing; apart
/// from 400, CleverTap's word for many things, which a code of the body may say better
/// (MeaningOfFailure()), from another refusal whose body says something else, and from a refusal
/// whose body says that some or all were taken: both kUnknown. For 2xx the body decides, and a body
/// that cannot be read whole, or that contradicts itself, means kUnknown:
///   `success`  kAccepted, unless DeniesSuccess(), or `processed` is there and is not the number of
///              the call's identifiers; in a disassociation whose numbers do not add up some are
///              kUnaccountable.
///   `partial`  disassociation: kPartial. Others have no such answer: kUnknown.
///   `fail`     what the body's `code` means as a status, see MeaningOfFailure(). Without one
///   kRefused,
///              as with a 400: CleverTap says that it took nothing and not why. Had it acted
///              nevertheless, splitting and sending again would repeat within seconds, and a repeat
///              so early does no harm. A delete or demerge that counts identifiers as `processed`
///              nevertheless is kUnknown. A disassociation whose records say why is kPartial.
/// 408, 409, 423, 425 and 499 are kUnknown, as 5xx: the call met another one, or the moment, and
/// may have had its effect (a 409 for a person who is being deleted already, say).
///
/// In a kPartial the identifiers are told apart by the echoed phone number, never by the position
/// that texts mention. An identifier that is neither counted in `processed` nor explained is
/// kUnaccountable, and a `fail` counts no identifier as taken. VendorReply::code is the answer's
/// own or, if it has none, the one that all of its records name.
VendorReply Classify(const VendorCall& call, const Transport& transport);

/// What an answer of the probe path means, as VendorClient::Probe() promises. Any 2xx will do,
/// apart from a `fail` with the code of wrong credentials: the path is the account's own choice,
/// and so is what stands in its answers.
VendorReply ClassifyProbe(const Transport& transport);

}  // namespace lethe::clevertap
