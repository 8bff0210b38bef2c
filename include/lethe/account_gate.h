#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "lethe/result.h"
#include "lethe/time.h"

namespace lethe {

/// A blocked account whose credentials are to be looked at, once, until the lease ends.
struct AccountProbe {
  std::string account;
  std::string reason;     ///< Why it is blocked; see BlockReason.
  TimePoint lease_until;  ///< By the gate's own clock. Tells this probe from any other.
  int probe_count = 0;    ///< Of looks and batches that have left the account blocked.
};

/// What a look at the credentials found.
enum class ProbeFinding {
  kHealthy,     ///< They are right: the block ends.
  kAskAgain,    ///< They are wrong, or the answer does not tell: the next look comes later.
  kAskByBatch,  ///< There is nothing to look at: the account's next batch finds out, after
                ///< kBeforeBatchProbe.
};

/// Before a batch finds out whether credentials are right. Where all that waits was answered
/// before, a control call finds out in that time, and touches no one.
inline constexpr std::chrono::seconds kBeforeBatchProbe{5};

constexpr std::string_view Name(ProbeFinding finding) {
  switch (finding) {
    case ProbeFinding::kHealthy: return "healthy";
    case ProbeFinding::kAskAgain: return "ask_again";
    case ProbeFinding::kAskByBatch: return "ask_by_batch";
  }
  return "";
}

/// A batch that should find out may not come for days. After so long there is a look again.
inline constexpr std::chrono::minutes kLookAgainAfter{10};

/// Hands out probes of blocked accounts and applies their results. (DeliveryQueue blocks
/// accounts, and routes, whose probe is a batch.)
/// Thread-safe; nothing here throws. Each call is one transaction.
class AccountGate {
 public:
  virtual ~AccountGate() = default;

  /// Takes one account that waits for a look at its credentials (Resume::kConnect) and is due; or
  /// one that waits for a batch (Resume::kBatch) which has not come for kLookAgainAfter.
  /// No other call gets it until `lease` has passed. Nothing if no account is due.
  virtual Result<std::optional<AccountProbe>> TakeProbe(milliseconds lease) = 0;

  /// Carries the finding out. Looks that say kAskAgain come 10 s, 20 s, 40 s .. 10 min apart.
  /// False, and nothing changes, if the block has changed since the probe was taken: it ended, its
  /// lease ran out and another process looks, or ProbeSoon() asks for a fresh look.
  virtual Result<bool> Record(const AccountProbe& probe, ProbeFinding finding) = 0;

  /// The next probe of the account, by a look or by a batch, is due now, and those of its blocked
  /// routes, and those after it as if it were the first: what the block was about may have been
  /// mended. Does nothing for an account or a route that is not blocked, or that only an operator
  /// may resume.
  virtual Status ProbeSoon(std::string_view account) = 0;
};

}  // namespace lethe
