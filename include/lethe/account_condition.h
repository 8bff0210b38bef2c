#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/decision.h"
#include "lethe/operation.h"
#include "lethe/refusal.h"
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

/// A block of one API of an account, while the others go on.
struct RouteBlock {
  Api api;
  AccountBlock block;     ///< Never Resume::kConnect.
  int held_refusals = 0;  ///< As AccountCondition's, of this route.

  friend bool operator==(const RouteBlock&, const RouteBlock&) = default;
};

/// Whether batches of an account are sent, and what waits for an operator if not.
struct AccountCondition {
  std::string account;
  std::optional<AccountBlock> block = {};  ///< Of the whole account.
  int held_refusals = 0;  ///< Items held for Reason::kRefusedUnconfirmed or kRefusedConfirmed.
  std::vector<RouteBlock> routes = {};  ///< Those that are blocked, by Name() of their API.

  friend bool operator==(const AccountCondition&, const AccountCondition&) = default;
};

/// The held refusals that resuming the account decides about: all of a blocked account; of one that
/// is served those of its blocked routes, for the dispatcher judges the others.
int RefusalsToDecide(const AccountCondition& condition);

/// Why the account and its routes are blocked, for the audit event that resumes them.
std::string BlockedFor(const AccountCondition& condition);

/// What an operator decides about held refusals when what holds them resumes.
enum class HeldRefusals {
  kSendAgain,  ///< As if they had never been refused.
  kReject,     ///< For good.
};

/// Where a batch of held refusals goes; its span is left out. See Rejection().
Transition Resolve(HeldRefusals decision, const EarlierEffect& earlier);

/// An etag for optimistic concurrency: it changes with what an operator sees of the account, so
/// that an operator decides only about what they have looked at.
std::string EtagOf(const AccountCondition& condition);

/// Whether an operator who has seen `etag` may resume the account so:
///   kFailedPrecondition  ACCOUNT_NOT_BLOCKED: neither it nor a route of it is blocked;
///                        ACCOUNT_CHANGED: the etag is of another condition;
///                        HELD_REFUSALS_UNDECIDED: there are RefusalsToDecide(), and the operator
///                        does not say what becomes of them.
Status CheckResume(const AccountCondition& condition, std::string_view etag,
                   std::optional<HeldRefusals> held_refusals);

}  // namespace lethe
