#pragma once

#include <string_view>

#include "lethe/read_back.h"
#include "lethe/vendor.h"
#include "lethe/words.h"

namespace lethe {

// Every word by which Lethe says why: once, with what it means. service/docs/reasons.md explains
// them to those who read them and says who sets each; a test compares the two. Callers' programs,
// dashboards and the database know the words: one that has been released is never changed or given
// another meaning.

/// Why a batch is in its state: `batch.reason`, PrivacyRequestItem.reason, Review.reason. Beside
/// these there is kVendorCodePrefix.
enum class Reason {
  // Decide() sets these for an answer, or for its absence.
  kThrottled,           ///< CleverTap had too many calls of the account at once.
  kAccountBlocked,      ///< CleverTap refused the account's credentials or region.
  kMisconfigured,       ///< CleverTap has no such endpoint at the account's URL.
  kNotSent,             ///< The call never left.
  kUnknownOutcome,      ///< A call was sent, and nothing tells what came of it.
  kRefusedTogether,     ///< CleverTap did not take a call with others in it; this is a part of
                        ///< them.
  kVendorRetry,         ///< CleverTap asked to try this identifier again.
  kSendersLost,         ///< Senders died with the call: it is not made once more by itself.
  kUnaccountable,       ///< The answer does not say what became of the identifier.
  kRefusedUnconfirmed,  ///< Refused alone, and nothing shows yet that CleverTap takes others.
  kRefusedConfirmed,    ///< Refused alone, others were accepted, then refused alone again.
  kRefusedAlone,        ///< Refused alone, and more than a few are, or nothing shows that CleverTap
                        ///< takes others.
  kRefusedByVendor,     ///< CleverTap will never take it; it gave no code.
  kRefusedEffectUnknown,  ///< Would be rejected, had not an earlier call of unknown effect carried
                          ///< it: that one may have taken it.

  // DecideWithheld() sets these, instead of a call; Decide() the second as well.
  kWaitedTooLong,     ///< It would be sent for the first time long after it was asked for.
  kLookBeforeRepeat,  ///< A repeat could hurt by now: a look-up shows whether the person is as
                      ///< before the call.

  // A claim sets these.
  kEarlierOperation,  ///< An earlier operation on the same identifier goes first.
  kUnknownKey,        ///< The key that sealed the identifiers is not in the key file.
  kItemsMissing,      ///< The batch does not have the items that it says.
  kSealBroken,        ///< The seal of an identifier does not open.

  // ConcludeBeforeRepeat() sets these.
  kUnchanged,     ///< The look-up found the person as before the call of unknown effect.
  kChangedSince,  ///< It found no profile, or another one.

  // ConcludeReadBack() sets these.
  kStillPresent,  ///< The look-up found the same profile as before: the call had no effect.
  kFoundUnclear,  ///< The look-up found a profile, and nothing tells whether it is the old one.
  kUnverified,    ///< No look-up was answered for kReadBackWithin.

  // A RequestChange sets these.
  kCancelledOnRequest,  ///< It was taken back before CleverTap had it.
  kOnHold,              ///< An operator holds it: it is sent only after a release.
  kSubjectOnHold,       ///< An operator holds the person, whichever request it is of.

  // An operator's decision sets these.
  kOperatorSendAgain,
  kOperatorAccepted,
  kOperatorCancelled,
  kOperatorRejected,
};

/// With CleverTap's code for the identifier behind it: the reason of a rejected batch.
inline constexpr std::string_view kVendorCodePrefix = "vendor_code_";

constexpr std::string_view Name(Reason reason) {
  switch (reason) {
    case Reason::kThrottled: return Name(OutcomeClass::kThrottled);
    case Reason::kAccountBlocked: return Name(OutcomeClass::kAccountBlocked);
    case Reason::kMisconfigured: return Name(OutcomeClass::kMisconfigured);
    case Reason::kNotSent: return Name(OutcomeClass::kNotSent);
    case Reason::kUnknownOutcome: return "unknown_outcome";
    case Reason::kRefusedTogether: return "refused_together";
    case Reason::kVendorRetry: return "vendor_retry";
    case Reason::kSendersLost: return "senders_lost";
    case Reason::kUnaccountable: return "unaccountable";
    case Reason::kRefusedUnconfirmed: return "refused_unconfirmed";
    case Reason::kRefusedConfirmed: return "refused_confirmed";
    case Reason::kRefusedAlone: return "refused_alone";
    case Reason::kRefusedByVendor: return "refused_by_vendor";
    case Reason::kRefusedEffectUnknown: return "refused_effect_unknown";
    case Reason::kWaitedTooLong: return "waited_too_long";
    case Reason::kLookBeforeRepeat: return "look_before_repeat";
    case Reason::kUnchanged: return "unchanged";
    case Reason::kChangedSince: return "changed_since";
    case Reason::kEarlierOperation: return "earlier_operation";
    case Reason::kUnknownKey: return "unknown_key";
    case Reason::kItemsMissing: return "items_missing";
    case Reason::kSealBroken: return "seal_broken";
    case Reason::kStillPresent: return Name(ReadBack::kStillPresent);
    case Reason::kFoundUnclear: return "found_unclear";
    case Reason::kUnverified: return "unverified";
    case Reason::kCancelledOnRequest: return "cancelled_on_request";
    case Reason::kOnHold: return "on_hold";
    case Reason::kSubjectOnHold: return "subject_on_hold";
    case Reason::kOperatorSendAgain: return "operator_send_again";
    case Reason::kOperatorAccepted: return "operator_accepted";
    case Reason::kOperatorCancelled: return "operator_cancelled";
    case Reason::kOperatorRejected: return "operator_rejected";
  }
  return "";
}

template <>
inline constexpr auto kAll<Reason> = AllNamed<Reason>();

/// Why an account or a route is blocked: the HTTP status follows, `_401`, where there was an
/// answer. A block for refusals (JudgeRefusals()) says in a sentence what was seen.
enum class BlockReason {
  kCredentialsOrRegion,  ///< CleverTap refuses the account id, the passcode or the region.
  kEndpoint,             ///< CleverTap has no such path, or it redirects.
};

constexpr std::string_view Name(BlockReason reason) {
  switch (reason) {
    case BlockReason::kCredentialsOrRegion: return "credentials_or_region";
    case BlockReason::kEndpoint: return "endpoint";
  }
  return "";
}

template <>
inline constexpr auto kAll<BlockReason> = AllNamed<BlockReason>();

/// Whether Lethe sends for an account, in AuditEvent::state_before and state_after.
enum class AccountState { kServed, kBlocked, kPaused };

constexpr std::string_view Name(AccountState state) {
  switch (state) {
    case AccountState::kServed: return "served";
    case AccountState::kBlocked: return "blocked";
    case AccountState::kPaused: return "paused";
  }
  return "";
}

template <>
inline constexpr auto kAll<AccountState> = AllNamed<AccountState>();

/// What stands in VendorReply::code where CleverTap gave no code: `attempt.vendor_code`,
/// Review.Attempt.vendor_code.
enum class CallCode {
  // There was no call.
  kReleased,            ///< Too little of the lease was left for it.
  kTooLate,             ///< DecideWithheld() forbade it.
  kUnknownAccount,      ///< The account is not configured.
  kUnsendable,          ///< The identifiers do not make a call, see clevertap::MakePayload().
  kBadAccountId,        ///< The account id does not fit a header.
  kBadPasscode,         ///< No passcode fits a header.
  kPasscodeUnreadable,  ///< The passcode file cannot be read.
  kBadUrl,              ///< The account's URL is not a URL.

  // There was one, and the exchange broke.
  kResolve,   ///< No address for the host's name.
  kConnect,   ///< No connection.
  kTls,       ///< No trusted, encrypted connection.
  kTimeout,   ///< Too slow, in any phase.
  kBroken,    ///< The connection broke, in any phase.
  kTooLarge,  ///< The answer's body passed the limit.

  kUnreadable,  ///< There was an answer, and it is in no form that is known.
};

constexpr std::string_view Name(CallCode code) {
  switch (code) {
    case CallCode::kReleased: return "released";
    case CallCode::kTooLate: return "too_late";
    case CallCode::kUnknownAccount: return "unknown_account";
    case CallCode::kUnsendable: return "unsendable";
    case CallCode::kBadAccountId: return "bad_account_id";
    case CallCode::kBadPasscode: return "bad_passcode";
    case CallCode::kPasscodeUnreadable: return "passcode_unreadable";
    case CallCode::kBadUrl: return "bad_url";
    case CallCode::kResolve: return "resolve";
    case CallCode::kConnect: return "connect";
    case CallCode::kTls: return "tls";
    case CallCode::kTimeout: return "timeout";
    case CallCode::kBroken: return "broken";
    case CallCode::kTooLarge: return "too_large";
    case CallCode::kUnreadable: return "unreadable";
  }
  return "";
}

template <>
inline constexpr auto kAll<CallCode> = AllNamed<CallCode>();

/// Warning.reason and PrivacyRequestItem.warning: see ItemView::unlinked.
inline constexpr std::string_view kIdentityMayNotResolve = "IDENTITY_MAY_NOT_RESOLVE";

/// Warning.reason: the request was due before it was handed in.
inline constexpr std::string_view kDueTimePassed = "DUE_TIME_PASSED";

/// Error::reason (`ErrorInfo.reason`) of what a running service answers or logs.
enum class ErrorReason {
  // The caller's or the operator's to mend.
  kInvalidRequest,         ///< Fields are wrong.
  kAccountNotFound,        ///< No such account is configured.
  kRequestNotFound,        ///< The account has no such request.
  kItemNotFound,           ///< The request has no item with such an ordinal.
  kNotRejected,            ///< What is to be retried is not rejected.
  kExtensionRefused,       ///< The law of the account does not allow such an extension.
  kReviewNotFound,         ///< The account has no such batch, or it needs no review.
  kIdempotencyKeyReused,   ///< The key came before with another payload.
  kReviewChanged,          ///< The batch is no longer what the operator has looked at.
  kDecisionNotAllowed,     ///< Not one of the decisions that the review allows.
  kNotInReview,            ///< The operator selects what is not in the batch.
  kAccountNotBlocked,      ///< There is nothing to resume.
  kAccountChanged,         ///< The account is no longer what the operator has looked at.
  kHeldRefusalsUndecided,  ///< There are some, and the operator does not say what becomes of them.
  kNotPaused,              ///< No operator's pause of this scope is in force.
  kNotRecognised,          ///< The call shows no credential that names anybody now.
  kNotPermitted,           ///< The principal lacks the permission.

  // To be tried again later.
  kTooBusy,            ///< The waiting line of requests is full.
  kPrincipalLimit,     ///< The principal has reached a limit of the access file.
  kStoreUnavailable,   ///< The database is away, or Lethe is stopping.
  kAccountBlocked,     ///< CleverTap refuses the account's credentials, region or path.
  kCallsPaused,        ///< An operator, or a lost history, has stopped these calls.
  kVendorBusy,         ///< All calls that the account may make at once are under way.
  kVendorUnavailable,  ///< CleverTap gave no answer to go by.

  // For those who run Lethe to mend.
  kSchemaOutOfDate,  ///< The database lacks what this version needs.
  kProjectChanged,   ///< An account is bound to another project than the configuration says.
  kStoreDefect,      ///< The database refused a statement, or holds what it must not.
  kBadPlan,          ///< Transitions do not cover their batch.
  kItemsMissing,     ///< As Reason::kItemsMissing.
  kSealBroken,       ///< As Reason::kSealBroken.
  kUnknownKey,       ///< As Reason::kUnknownKey.
  kBadConfig,        ///< The configuration file is wrong.
  kBadJournal,       ///< The journal of calls cannot be used.
  kBadValue,         ///< A value in it is wrong.
  kSecretFile,       ///< A file with a secret cannot be used.
  kKeysRefused,      ///< The key file does not fit the database, or the step of a rotation.
};

constexpr std::string_view Name(ErrorReason reason) {
  switch (reason) {
    case ErrorReason::kInvalidRequest: return "INVALID_REQUEST";
    case ErrorReason::kAccountNotFound: return "ACCOUNT_NOT_FOUND";
    case ErrorReason::kRequestNotFound: return "REQUEST_NOT_FOUND";
    case ErrorReason::kItemNotFound: return "ITEM_NOT_FOUND";
    case ErrorReason::kNotRejected: return "NOT_REJECTED";
    case ErrorReason::kExtensionRefused: return "EXTENSION_REFUSED";
    case ErrorReason::kReviewNotFound: return "REVIEW_NOT_FOUND";
    case ErrorReason::kIdempotencyKeyReused: return "IDEMPOTENCY_KEY_REUSED";
    case ErrorReason::kReviewChanged: return "REVIEW_CHANGED";
    case ErrorReason::kDecisionNotAllowed: return "DECISION_NOT_ALLOWED";
    case ErrorReason::kNotInReview: return "NOT_IN_REVIEW";
    case ErrorReason::kAccountNotBlocked: return "ACCOUNT_NOT_BLOCKED";
    case ErrorReason::kAccountChanged: return "ACCOUNT_CHANGED";
    case ErrorReason::kHeldRefusalsUndecided: return "HELD_REFUSALS_UNDECIDED";
    case ErrorReason::kNotPaused: return "NOT_PAUSED";
    case ErrorReason::kNotRecognised: return "NOT_RECOGNISED";
    case ErrorReason::kNotPermitted: return "NOT_PERMITTED";
    case ErrorReason::kTooBusy: return "TOO_BUSY";
    case ErrorReason::kPrincipalLimit: return "PRINCIPAL_LIMIT";
    case ErrorReason::kStoreUnavailable: return "STORE_UNAVAILABLE";
    case ErrorReason::kAccountBlocked: return "ACCOUNT_BLOCKED";
    case ErrorReason::kCallsPaused: return "CALLS_PAUSED";
    case ErrorReason::kVendorBusy: return "VENDOR_BUSY";
    case ErrorReason::kVendorUnavailable: return "VENDOR_UNAVAILABLE";
    case ErrorReason::kSchemaOutOfDate: return "SCHEMA_OUT_OF_DATE";
    case ErrorReason::kProjectChanged: return "PROJECT_CHANGED";
    case ErrorReason::kStoreDefect: return "STORE_DEFECT";
    case ErrorReason::kBadPlan: return "BAD_PLAN";
    case ErrorReason::kItemsMissing: return "ITEMS_MISSING";
    case ErrorReason::kSealBroken: return "SEAL_BROKEN";
    case ErrorReason::kUnknownKey: return "UNKNOWN_KEY";
    case ErrorReason::kBadConfig: return "BAD_CONFIG";
    case ErrorReason::kBadJournal: return "BAD_JOURNAL";
    case ErrorReason::kBadValue: return "BAD_VALUE";
    case ErrorReason::kSecretFile: return "SECRET_FILE";
    case ErrorReason::kKeysRefused: return "KEYS_REFUSED";
  }
  return "";
}

template <>
inline constexpr auto kAll<ErrorReason> = AllNamed<ErrorReason>();

}  // namespace lethe
