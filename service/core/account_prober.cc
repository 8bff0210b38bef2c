#include "core/account_prober.h"

#include "lethe/pause.h"

namespace lethe::core {

ProbeFinding FindingOf(const VendorReply& reply, int probe_count) {
  switch (reply.outcome) {
    case OutcomeClass::kAccepted: return ProbeFinding::kHealthy;
    case OutcomeClass::kRefused:
    case OutcomeClass::kMisconfigured: return ProbeFinding::kAskByBatch;
    case OutcomeClass::kAccountBlocked:
    case OutcomeClass::kNotSent: return ProbeFinding::kAskAgain;
    case OutcomeClass::kPartial:
    case OutcomeClass::kThrottled:
    case OutcomeClass::kUnknown: break;
  }
  return probe_count < kLooksThatMayTellNothing ? ProbeFinding::kAskAgain
                                                : ProbeFinding::kAskByBatch;
}

ProbeReport AccountProber::ProbeOne() {
  ProbeReport report;
  const milliseconds asked_at = clock_.Monotonic();
  const auto taken = gate_.TakeProbe(lease_);
  if (!taken.ok()) {
    report.error = taken.error();
    return report;
  }
  if (!taken->has_value() || clock_.Monotonic() - asked_at > kCallsBeginWithin) return report;
  const AccountProbe& probe = **taken;
  report.account = probe.account;
  report.reason = probe.reason;

  const VendorReply reply = vendor_.Probe(probe.account);
  report.outcome = reply.outcome;
  report.http_status = reply.http_status;
  report.code = reply.code;
  report.finding = FindingOf(reply, probe.probe_count);
  // Not tried again here: what cannot be recorded is looked at once more when this lease ends.
  const Result<bool> recorded = gate_.Record(probe, report.finding);
  if (recorded.ok()) {
    report.applied = *recorded;
  } else {
    report.error = recorded.error();
  }
  return report;
}

}  // namespace lethe::core
