#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lethe/decision.h"
#include "lethe/result.h"
#include "lethe/time.h"

namespace lethe {

struct AccountBlock {
  TimePoint since;
  std::string reason;
  Resume resume;
  std::optional<TimePoint> probe_at = {};  ///< Nothing: only an operator ends the block.

  friend bool operator==(const AccountBlock&, const AccountBlock&) = default;
};

/// Whether batches of an account are sent, and what waits for an operator if not.
struct AccountCondition {
  std::string account;
  std::optional<AccountBlock> block = {};
  int held_refusals = 0;  ///< Items held for Reason::kRefusedUnconfirmed or kRefusedConfirmed.

  friend bool operator==(const AccountCondition&, const AccountCondition&) = default;
};

/// What an operator decides about held refusals when their blocked account resumes.
enum class HeldRefusals {
  kSendAgain,  ///< As if they had never been refused.
  kReject,     ///< For good.
};

/// Where a batch of held refusals goes; its span is left out. `unknown_since` as in AttemptFacts;
/// see Rejection().
Transition Resolve(HeldRefusals decision, std::optional<TimePoint> unknown_since);

/// An etag for optimistic concurrency: it changes with what an operator sees of the account, so
/// that an operator decides only about what they have looked at.
std::string EtagOf(const AccountCondition& condition);

/// Whether an operator who has seen `etag` may resume the account so:
///   kFailedPrecondition  ACCOUNT_NOT_BLOCKED: there is nothing to resume; ACCOUNT_CHANGED: the
///                        etag is of another condition; HELD_REFUSALS_UNDECIDED: there are held
///                        refusals, and the operator does not say what becomes of them.
Status CheckResume(const AccountCondition& condition, std::string_view etag,
                   std::optional<HeldRefusals> held_refusals);

}  // namespace lethe
