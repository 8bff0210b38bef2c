#pragma once

#include <optional>
#include <string>

#include "lethe/account_gate.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "lethe/vendor.h"

namespace lethe::core {

/// After so many probes that left the account blocked, a look that tells nothing (5xx, 429, a
/// time-out) is one that cannot be had: a control call or the next batch finds out. The first looks
/// come after ten, twenty and forty seconds, so that is after a minute. In an outage of CleverTap
/// each later probe spends a batch.
inline constexpr int kLooksThatMayTellNothing = 3;

/// What the answer to VendorClient::Probe() means for the block. `probe_count`: as in AccountProbe.
ProbeFinding FindingOf(const VendorReply& reply, int probe_count);

/// For the loop around ProbeOne() to log. Without an account nothing was due.
struct ProbeReport {
  std::string account = {};
  std::string reason = {};  ///< Why the account was blocked.
  OutcomeClass outcome = OutcomeClass::kUnknown;
  int http_status = 0;
  std::string code = {};  ///< As VendorReply::code.
  ProbeFinding finding = ProbeFinding::kAskAgain;
  bool applied = false;             ///< False: the block is another by now, and stays as it is.
  std::optional<Error> error = {};  ///< Of the gate; the rest is then as far as it came.
};

/// Looks whether the credentials of blocked accounts are right again. Idempotent passes, made by
/// any replica at any time. Thread-safe.
class AccountProber {
 public:
  /// All outlive the prober. `lease` is longer than VendorClient::Probe() may take.
  AccountProber(AccountGate& gate, VendorClient& vendor, const Clock& clock, milliseconds lease)
      : gate_(gate), vendor_(vendor), clock_(clock), lease_(lease) {}

  /// One account at most, since a call may take its time. Where taking the probe took longer than
  /// kCallsBeginWithin (pause.h), there is no call, and the next probe comes when the lease ends.
  ProbeReport ProbeOne();

 private:
  AccountGate& gate_;
  VendorClient& vendor_;
  const Clock& clock_;
  const milliseconds lease_;
};

}  // namespace lethe::core
