#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/operation.h"
#include "lethe/redacted.h"
#include "lethe/time.h"
#include "lethe/words.h"

namespace lethe {

/// What an answer, or its absence, says about the batch as a whole.
enum class OutcomeClass {
  kAccepted,        ///< CleverTap has taken every identifier.
  kPartial,         ///< It has taken some; `faults` says which not. Disassociation only.
  kRefused,         ///< It refused the payload as a whole (400, 413 and the like).
  kThrottled,       ///< Too many calls at once (429). Nothing happened; costs no attempt.
  kAccountBlocked,  ///< Credentials or region are wrong (401). Nothing happened; the account must
                    ///< wait, unless others are taken: then it is about the payload.
  kMisconfigured,   ///< No such endpoint there, or not for Lethe (403, 404, 405, any redirect).
                    ///< Nothing happened; the route must wait, unless others are taken.
  kNotSent,  ///< The call never left: name look-up, connection or TLS failed. Nothing happened.
  kUnknown,  ///< It was sent, and nothing tells what came of it: time-out, broken connection, 5xx,
             ///< 409, unreadable 200.
};

constexpr std::string_view Name(OutcomeClass outcome) {
  switch (outcome) {
    case OutcomeClass::kAccepted: return "accepted";
    case OutcomeClass::kPartial: return "partial";
    case OutcomeClass::kRefused: return "refused";
    case OutcomeClass::kThrottled: return "throttled";
    case OutcomeClass::kAccountBlocked: return "account_blocked";
    case OutcomeClass::kMisconfigured: return "misconfigured";
    case OutcomeClass::kNotSent: return "not_sent";
    case OutcomeClass::kUnknown: return "unknown";
  }
  return "";
}

template <>
inline constexpr auto kAll<OutcomeClass> = AllNamed<OutcomeClass>();

/// What is wrong with one identifier of a partial answer.
enum class FaultKind {
  kPermanent,     ///< Will never be taken (not a phone number, say).
  kTransient,     ///< CleverTap asks to try this one again (code 555).
  kUnaccountable  ///< Neither counted as processed nor explained, or with a code that is not
                  ///< documented.
};

struct Fault {
  int index;  ///< Into VendorCall::identifiers.
  FaultKind kind;
  std::string code;  ///< CleverTap's own, digits only; empty if it gave none.

  friend bool operator==(const Fault&, const Fault&) = default;
};

/// One HTTP call: identifiers of one account, operation and kind, 1..EnvelopeCapacity of them.
struct VendorCall {
  std::string_view account;
  Operation operation;
  IdentifierKind kind;
  std::span<const Identifier> identifiers;

  /// CleverTap looks at the call and does nothing. Only for an operation that HasDryRun().
  bool dry_run = false;
};

/// What came of it, without a byte of the body: bodies echo identifiers and are never kept.
struct VendorReply {
  OutcomeClass outcome = OutcomeClass::kUnknown;
  int http_status = 0;  ///< 0 if there was no answer.

  /// CleverTap's `code`, or Name() of a CallCode.
  std::string code = {};

  std::vector<Fault> faults = {};  ///< kPartial only: in ascending index order, each index once.
  std::optional<milliseconds> retry_after = {};  ///< From a `Retry-After` header.
};

/// CleverTap. Thread-safe; each call blocks until there is an answer or call_timeout has passed,
/// and never throws.
class VendorClient {
 public:
  virtual ~VendorClient() = default;

  virtual VendorReply Send(const VendorCall& call) = 0;

  /// Asks whether the account's credentials and region are right, and changes nothing:
  ///   kAccepted        they are;
  ///   kAccountBlocked  they are not (401, or a passcode that cannot be used);
  ///   kMisconfigured   there is nothing to ask at the account's probe path (403, 404, 405, a
  ///                    redirect), which says nothing about the credentials;
  ///   others           the answer does not tell; ask again later.
  virtual VendorReply Probe(std::string_view account) = 0;
};

}  // namespace lethe
