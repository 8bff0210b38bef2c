#include "core/dispatcher.h"

#include <algorithm>
#include <utility>

#include "core/control_call.h"
#include "lethe/pause.h"
#include "lethe/reasons.h"

namespace lethe::core {
namespace {

ItemCounts CountItems(const Plan& plan) {
  ItemCounts counts;
  for (const Transition& transition : plan.transitions) {
    counts[transition.to] += transition.span.size();
  }
  return counts;
}

void Add(const ItemCounts& counts, ItemCounts& sum) {
  for (BatchState state : kAll<BatchState>) sum[state] += counts[state];
}

}  // namespace

Dispatcher::Dispatcher(Parts parts, std::span<const Account> accounts, DispatcherOptions options)
    : parts_(std::move(parts)), options_(options) {
  for (const Account& account : accounts) accounts_.emplace(account.name, account);
}

SendReport Dispatcher::SendOne(const Route& route) {
  SendReport report;
  // Read before the claim: the queue starts the lease later, so it never ends before ours.
  const milliseconds asked_at = parts_.clock.Monotonic();
  const milliseconds lease_end = asked_at + options_.lease;
  const Result<std::optional<Claim>> taken =
      parts_.queue.TakeBatch({.route = route, .linger = options_.linger, .lease = options_.lease});
  if (!taken.ok()) {
    report.error = taken.error();
    return report;
  }
  if (!taken->has_value()) return report;
  const Claim& claim = **taken;
  report.envelope = claim.envelope;
  report.span = claim.facts.span;
  report.call_number = claim.call_number();

  const milliseconds sent_at = parts_.clock.Monotonic();
  if (sent_at > CallBeginsBy(asked_at, options_.lease, options_.call_timeout)) {
    report.step = SendStep::kReleased;
    const Result<Recorded> released = parts_.queue.Release(claim);
    if (released.ok()) {
      report.applied = *released == Recorded::kApplied;
      report.fenced = !report.applied;
    } else {
      report.error = released.error();
    }
    return report;
  }
  const ProcessingHours& hours = accounts_.at(route.account).hours;
  if (const auto withheld = DecideWithheld(claim.facts, hours, parts_.clock.Now())) {
    report.step = SendStep::kWithheld;
    const VendorReply no_call{.outcome = OutcomeClass::kNotSent, .code = Text(CallCode::kTooLate)};
    Record(claim, no_call, *withheld, lease_end, report);
    return report;
  }

  report.step = SendStep::kSent;
  const VendorReply reply = parts_.vendor.Send({.account = route.account,
                                                .operation = route.operation,
                                                .kind = claim.kind,
                                                .identifiers = claim.identifiers});
  report.call_duration = parts_.clock.Monotonic() - sent_at;
  report.outcome = reply.outcome;
  report.http_status = reply.http_status;
  report.code = reply.code;
  AttemptFacts facts = claim.facts;
  if (reply.outcome == OutcomeClass::kUnknown) {
    // A time-out takes as long as evidence holds: what was known at the claim is too old. If the
    // queue cannot tell, the old evidence decides, and the call is repeated once more.
    const Result<RouteHealth> health = parts_.queue.HealthSince(claim);
    if (health.ok()) facts.health = *health;
  }
  const Plan plan = Decide(facts, reply, hours, parts_.clock.Now(), parts_.jitter());
  Record(claim, reply, plan, lease_end, report);
  return report;
}

void Dispatcher::Record(const Claim& claim, const VendorReply& reply, const Plan& plan,
                        milliseconds lease_end, SendReport& report) {
  report.items = CountItems(plan);
  report.account = plan.account;
  report.block_scope = plan.block_scope;
  report.account_reason = plan.account_reason;

  Result<Recorded> recorded = parts_.queue.Record(claim, reply, plan);
  for (int tries = 1; tries < options_.record_tries; ++tries) {
    if (recorded.ok() || recorded.error().code != ErrorCode::kUnavailable) break;
    const milliseconds left = lease_end - parts_.clock.Monotonic();
    if (left <= milliseconds::zero()) break;
    parts_.pause(std::min(options_.record_pause, left));
    recorded = parts_.queue.Record(claim, reply, plan);
  }
  if (recorded.ok()) {
    report.applied = *recorded == Recorded::kApplied;
    report.fenced = !report.applied;
  } else {
    report.error = recorded.error();
  }
}

RescueReport Dispatcher::RescueAbandoned() {
  RescueReport report;
  for (int rescues = 0; rescues < kMaxRescuesPerPass; ++rescues) {
    const Result<std::optional<Claim>> taken = parts_.queue.TakeAbandoned(options_.lease);
    if (!taken.ok()) {
      report.error = taken.error();
      return report;
    }
    if (!taken->has_value()) return report;
    const Claim& claim = **taken;
    const auto account = accounts_.find(claim.route.account);
    // The horizon of an account that is not configured any more is unknown: it counts as passed.
    const Plan plan = account == accounts_.end()
                          ? DecideTooLate(claim.facts)
                          : DecideAbandoned(claim.facts, account->second.hours, parts_.clock.Now(),
                                            parts_.jitter());
    // Not tried again here: what cannot be recorded is abandoned once more when this lease ends.
    const Result<Recorded> recorded = parts_.queue.RecordAbandoned(claim, plan);
    if (!recorded.ok()) {
      report.error = recorded.error();
      return report;
    }
    if (*recorded == Recorded::kFenced) {
      ++report.fenced;
      continue;
    }
    ++report.batches;
    Add(CountItems(plan), report.items);
  }
  report.more = true;
  return report;
}

std::optional<RefusalRuling> Dispatcher::RulingOn(const RefusalCase& refusals) const {
  const auto account = accounts_.find(refusals.route.account);
  if (account == accounts_.end()) return {};
  RefusalRuling ruling = lethe::JudgeRefusals(refusals.route.operation, refusals.evidence,
                                              account->second.control_calls);
  if (ruling.verdict == RefusalVerdict::kWait) return {};
  return ruling;
}

Result<std::vector<Route>> Dispatcher::RoutesToJudge() {
  const auto cases = parts_.queue.RefusalCases({});
  if (!cases.ok()) return cases.error();
  std::vector<Route> routes;
  for (const RefusalCase& one : *cases) {
    if (RulingOn(one)) routes.push_back(one.route);
  }
  return routes;
}

RefusalReport Dispatcher::JudgeRefusals(const Route& route) {
  RefusalReport report;
  // What a control call vouches for is sent again at once: it speaks for a short time. One call: if
  // it comes too late, the next pass must not find this thread busy with others.
  bool may_control = true;
  for (bool again = true; again && !report.error;) {
    again = false;
    const auto cases = parts_.queue.RefusalCases(route);
    if (!cases.ok()) {
      report.error = cases.error();
      return report;
    }
    if (cases->empty()) return report;
    const RefusalCase& one = cases->front();
    const auto ruling = RulingOn(one);
    if (!ruling) return report;
    if (ruling->verdict == RefusalVerdict::kControl) {
      if (!std::exchange(may_control, false)) return report;
      const auto outcome = MakeControlCall(route, report);
      if (outcome) report.ruled.push_back({route, one.evidence, *ruling, outcome});
      again = outcome == OutcomeClass::kAccepted;
      continue;
    }
    const auto settled = parts_.queue.Settle(one, *ruling);
    if (!settled.ok()) {
      report.error = settled.error();
    } else if (*settled == Recorded::kApplied) {
      report.ruled.push_back({route, one.evidence, *ruling});
    }
  }
  return report;
}

std::optional<OutcomeClass> Dispatcher::MakeControlCall(const Route& route, RefusalReport& report) {
  // Read before the lease, as in SendOne().
  const milliseconds asked_at = parts_.clock.Monotonic();
  const Result<SlotOffer> offer =
      parts_.slots.Lease({.route = route, .lease = options_.lease, .for_control = true});
  if (!offer.ok()) {
    report.error = offer.error();
    return {};
  }
  if (!offer->lease) return {};
  const ControlCall control = ControlCallFor(route.operation, parts_.jitter());
  VendorReply reply{.outcome = OutcomeClass::kNotSent};
  // Where CleverTap's servers take turns and one refuses everything, as many control calls each
  // time would always meet the others, and the identifiers between them that one.
  for (int calls = 1 + static_cast<int>(parts_.jitter() * kMostControlCalls); calls > 0; --calls) {
    if (parts_.clock.Monotonic() > CallBeginsBy(asked_at, options_.lease, options_.call_timeout)) {
      break;
    }
    reply = parts_.vendor.Send({.account = route.account,
                                .operation = route.operation,
                                .kind = control.kind,
                                .identifiers = {&control.identifier, 1},
                                .dry_run = control.dry_run});
    if (reply.outcome != OutcomeClass::kAccepted) break;
  }
  const Status freed = parts_.slots.Free(*offer->lease, {.control = reply.outcome});
  if (!freed.ok()) report.error = freed.error();
  return reply.outcome;
}

CloseReport Dispatcher::CloseWindows() {
  CloseReport report;
  const TimePoint now = parts_.clock.Now();
  for (;;) {
    const Result<int> closed = parts_.queue.CloseWindows(now, kWindowsPerChunk);
    if (!closed.ok()) {
      report.error = closed.error();
      return report;
    }
    report.batches += *closed;
    if (*closed < kWindowsPerChunk) return report;
  }
}

ReleaseReport Dispatcher::ReleaseHeld() {
  ReleaseReport report;
  for (;;) {
    const Result<int> released = parts_.queue.ReleaseHeld(kReleasesPerChunk);
    if (!released.ok()) {
      report.error = released.error();
      return report;
    }
    report.batches += *released;
    if (*released < kReleasesPerChunk) return report;
  }
}

}  // namespace lethe::core
