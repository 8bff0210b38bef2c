#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lethe/batch.h"
#include "lethe/time.h"
#include "lethe/words.h"

namespace lethe {

/// What a caller or an operator did: to a batch, or, from kResume on, to an account.
enum class AuditAction {
  kSendAgain,
  kMarkAccepted,
  kCancel,
  kReject,
  kHold,
  kRelease,
  kResume,
  kPause,
  kEndPause,
  kLookUp,  ///< A person was looked up among its requests.
};

/// The names used in SQL.
constexpr std::string_view Name(AuditAction action) {
  switch (action) {
    case AuditAction::kSendAgain: return "send_again";
    case AuditAction::kMarkAccepted: return "mark_accepted";
    case AuditAction::kCancel: return "cancel";
    case AuditAction::kReject: return "reject";
    case AuditAction::kHold: return "hold";
    case AuditAction::kRelease: return "release";
    case AuditAction::kResume: return "resume";
    case AuditAction::kPause: return "pause";
    case AuditAction::kEndPause: return "end_pause";
    case AuditAction::kLookUp: return "look_up";
  }
  return "";
}

template <>
inline constexpr auto kAll<AuditAction> = AllNamed<AuditAction>();

/// Who decides, and why.
struct Operator {
  std::string principal;
  std::string means = {};     ///< How it was recognised: Name() of an access::Means.
  std::string justification;  ///< 1..kMaxJustificationCharacters, without personal data.
};

/// One decision about one batch or one account. Written in one transaction with what it did, never
/// changed, free of personal data.
struct AuditEvent {
  std::int64_t id;
  TimePoint at;
  std::string principal;
  std::string means = {};  ///< As Operator::means; empty in events of versions without it.
  AuditAction action;
  std::string account;
  std::optional<EnvelopeId> envelope = {};  ///< Nothing: it is about the account.
  Span span = {};                           ///< Only with an envelope.
  std::string state_before;  ///< Name() of a BatchState; of an AccountState without an envelope.
  std::string reason_before = {};
  std::string state_after;
  std::string justification;

  friend bool operator==(const AuditEvent&, const AuditEvent&) = default;
};

}  // namespace lethe
