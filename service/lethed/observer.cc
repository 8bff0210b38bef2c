#include "lethed/observer.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "lethe/operation_traits.h"
#include "telemetry/logging.h"

namespace lethe {

using telemetry::Log;
using telemetry::LogLevel;
using telemetry::LogValue;

void Observer::Show(const api::FinishedCall& call) {
  metrics_.GrpcFinished(call.method, call.grpc_code, call.duration);
}

void Observer::Show(const store::FlushReport& report) {
  metrics_.CommitFinished(report.requests, report.duration);
  for (const auto& request : report.accepted) {
    metrics_.RequestAccepted(request.account, request.operation, request.items);
  }
  if (report.error) {
    metrics_.StoreFailed(report.error->code);
    Log(LogLevel::kError, "intake.not_committed",
        {{"requests", report.requests},
         {"ms", report.duration.count()},
         {"reason", LogValue::Public(report.error->reason)},
         {"error", LogValue::Public(report.error->message)}});
  }
}

void Observer::Show(const Route& route, const core::SendReport& report) {
  if (report.error) ShowFailure("send.failed", *report.error);
  if (report.step == core::SendStep::kIdle) return;
  const auto account = LogValue::Public(route.account);
  if (report.step == core::SendStep::kSent) {
    metrics_.CallFinished({.account = route.account,
                           .operation = route.operation,
                           .outcome = report.outcome,
                           .identifiers = report.span.size(),
                           .duration = report.call_duration});
  }
  const bool plain = report.step == core::SendStep::kSent &&
                     report.outcome == OutcomeClass::kAccepted && report.applied;
  Log(plain ? LogLevel::kInfo : LogLevel::kWarning, "batch.sent",
      {{"account", account},
       {"operation", route.operation},
       {"envelope", report.envelope},
       {"lo", report.span.lo},
       {"hi", report.span.hi},
       {"attempt", report.call_number},
       {"step", report.step},
       {"outcome", report.outcome},
       {"http_status", report.http_status},
       {"code", LogValue::Public(report.code)},
       {"call_ms", report.call_duration.count()},
       {"accepted_items", report.items[BatchState::kAccepted]},
       {"ready_items", report.items[BatchState::kReady]},
       {"rejected_items", report.items[BatchState::kRejected]},
       {"held_items", report.items[BatchState::kHeld]},
       {"needs_review_items", report.items[BatchState::kNeedsReview]},
       {"fenced", report.fenced}});
  if (report.account == AccountVerdict::kBlocked) {
    ShowBlock(route, report.block_scope, report.account_reason);
  }
}

void Observer::Show(const core::RescueReport& report) {
  if (report.error) ShowFailure("rescue.failed", *report.error);
  if (report.batches == 0) return;
  metrics_.BatchesAbandoned(report.batches);
  Log(LogLevel::kWarning, "batches.rescued",
      {{"batches", report.batches},
       {"ready_items", report.items[BatchState::kReady]},
       {"needs_review_items", report.items[BatchState::kNeedsReview]}});
}

void Observer::Show(const core::RefusalReport& report) {
  if (report.error) ShowFailure("refusals.failed", *report.error);
  for (const auto& [route, evidence, ruling, control] : report.ruled) {
    const auto account = LogValue::Public(route.account);
    switch (ruling.verdict) {
      case RefusalVerdict::kWait: break;
      case RefusalVerdict::kSendAgain:
        Log(LogLevel::kInfo, "refused.sent_again",
            {{"account", account},
             {"operation", route.operation},
             {"items", evidence.vouched_due + evidence.due}});
        break;
      case RefusalVerdict::kProbe:
        Log(LogLevel::kInfo, "refused.probes_route",
            {{"account", account}, {"operation", route.operation}});
        break;
      case RefusalVerdict::kReject: {
        const int rejected = std::min(evidence.confirmed, ruling.room);
        Log(LogLevel::kWarning, "refused.judged",
            {{"account", account},
             {"operation", route.operation},
             {"rejected_at_most", rejected},
             {"for_review_at_least", evidence.confirmed - rejected}});
        break;
      }
      case RefusalVerdict::kReview:
        Log(LogLevel::kWarning, "refused.for_review",
            {{"account", account}, {"operation", route.operation}, {"items", evidence.worn_out}});
        break;
      case RefusalVerdict::kControl:
        Log(LogLevel::kInfo, "refused.control_call",
            {{"account", account}, {"operation", route.operation}, {"outcome", *control}});
        break;
      case RefusalVerdict::kBlock:
        ShowBlock(route, BlockScope::kRoute, ruling.account_reason);
        break;
    }
  }
}

void Observer::Show(const core::CloseReport& report) {
  if (report.error) ShowFailure("windows.failed", *report.error);
  if (report.batches == 0) return;
  metrics_.WindowsClosed(report.batches);
  Log(LogLevel::kInfo, "windows.closed", {{"batches", report.batches}});
}

void Observer::Show(const core::ReleaseReport& report) {
  if (report.error) ShowFailure("release.failed", *report.error);
  if (report.batches == 0) return;
  Log(LogLevel::kInfo, "batches.released", {{"batches", report.batches}});
}

void Observer::Show(const core::ProbeReport& report) {
  if (report.error) ShowFailure("probe.failed", *report.error);
  if (report.account.empty()) return;
  const auto account = LogValue::Public(report.account);
  const auto reason = LogValue::Public(report.reason);
  if (report.applied && report.finding == ProbeFinding::kHealthy) {
    Log(LogLevel::kInfo, "account.resumed", {{"account", account}, {"reason", reason}});
    return;
  }
  Log(LogLevel::kWarning, "account.still_blocked",
      {{"account", account},
       {"reason", reason},
       {"finding", report.finding},
       {"outcome", report.outcome},
       {"http_status", report.http_status},
       {"code", LogValue::Public(report.code)},
       {"overtaken", !report.applied && !report.error}});
}

void Observer::Show(const Route& route, const core::LookReport& report) {
  if (report.error) ShowFailure("look.failed", *report.error);
  if (!report.claimed) return;
  for (const LookUpOutcome outcome : kAll<LookUpOutcome>) {
    if (const int count = report.of(outcome); count > 0) {
      metrics_.LookedUp({route.account, report.purpose, outcome, count});
    }
  }
  for (const ReadBack result : kAll<ReadBack>) {
    const int items = report.of(result);
    if (report.applied && items > 0) {
      metrics_.WasReadBack({route.account, report.purpose, result, items});
    }
  }
  const bool plain = report.applied && report.over && report.items[BatchState::kReady] == 0 &&
                     report.items[BatchState::kNeedsReview] == 0;
  Log(plain ? LogLevel::kInfo : LogLevel::kWarning, "batch.looked_at",
      {{"account", LogValue::Public(route.account)},
       {"operation", route.operation},
       {"purpose", report.purpose},
       {"envelope", report.envelope},
       {"lo", report.span.lo},
       {"hi", report.span.hi},
       {"found", report.of(LookUpOutcome::kFound)},
       {"absent", report.of(LookUpOutcome::kAbsent)},
       {"throttled", report.of(LookUpOutcome::kThrottled)},
       {"blocked", report.of(LookUpOutcome::kBlocked)},
       {"unknown", report.of(LookUpOutcome::kUnknown)},
       {"unreadable", report.unreadable},
       {"still_present", report.of(ReadBack::kStillPresent)},
       {"reappeared", report.of(ReadBack::kReappeared)},
       {"unclear", report.of(ReadBack::kUnclear)},
       {"over", report.over},
       {"done_items", report.items[BatchState::kDone]},
       {"ready_items", report.items[BatchState::kReady]},
       {"needs_review_items", report.items[BatchState::kNeedsReview]},
       {"fenced", report.fenced}});
}

void Observer::Show(const store::ChangeReport& change) {
  for (const ChangeEffect effect : kAll<ChangeEffect>) {
    const int items = change.counts[effect];
    if (items > 0) metrics_.Changed({change.account, change.change, effect, items});
  }
  // Without the reason: people's own words stay in the database.
  Log(LogLevel::kInfo, "requests.changed",
      {{"principal", LogValue::Public(change.principal)},
       {"account", LogValue::Public(change.account)},
       {"request", change.request},
       {"change", change.change},
       {"changed", change.counts[ChangeEffect::kChanged]},
       {"changed_before", change.counts[ChangeEffect::kChangedBefore]},
       {"being_sent", change.counts[ChangeEffect::kBeingSent]},
       {"irreversible", change.counts[ChangeEffect::kIrreversible]},
       {"in_review", change.counts[ChangeEffect::kInReview]},
       {"final", change.counts[ChangeEffect::kFinal]}});
}

void Observer::Show(const store::LeftBehind& left) {
  Log(LogLevel::kWarning, "account.not_configured",
      {{"account", LogValue::Public(left.account)},
       {"unfinished_items", left.unfinished},
       {"needs_review_items", left.in_review}});
}

void Observer::Show(const store::LostHistory& lost) {
  Log(LogLevel::kError, "history.lost",
      {{"since", LogValue::Public(lost.since_of_all)},
       {"remembered_calls", lost.remembered},
       {"missing_calls", lost.missing},
       {"node_row", lost.node_row},
       {"detail",
        "an older state of the database has come up: all calls to CleverTap are paused"}});
}

void Observer::Show(const store::CallJournal::Found& found) {
  if (found.nothing) {
    Log(LogLevel::kInfo, "journal.begun",
        {{"detail", "it is empty: it tells nothing of calls that were made before"}});
    return;
  }
  Log(found.cut_bytes > 0 ? LogLevel::kWarning : LogLevel::kInfo, "journal.opened",
      {{"calls", found.newest.size()}, {"unreadable_bytes", found.cut_bytes}});
}

void Observer::ShowJournal(const std::optional<Error>& failure) {
  metrics_.SetJournalFailing(failure.has_value());
  if (failure) return ShowFailure("journal.failed", *failure);
  Log(LogLevel::kInfo, "journal.written_again");
}

void Observer::ShowJournalLost() {
  metrics_.JournalLost();
  Log(LogLevel::kError, "journal.lost",
      {{"detail",
        "the database knows another journal of calls at this place: what was in it is not "
        "remembered"}});
}

void Observer::ShowPauses(const std::vector<Pause>& pauses) {
  // Without the reason: an operator's own words stay in the database.
  const auto log = [](LogLevel level, const char* event, const Pause& pause) {
    const std::string account = pause.scope.account.empty() ? "all" : pause.scope.account;
    const std::string api = pause.scope.api ? Text(*pause.scope.api) : "all";
    Log(level, event,
        {{"account", LogValue::Public(account)},
         {"api", LogValue::Public(api)},
         {"kind", LogValue::Public(Text(pause.kind))}});
  };
  const auto lacks = [](const std::vector<Pause>& all, const Pause& pause) {
    return std::ranges::none_of(all, [&](const Pause& one) {
      return one.scope == pause.scope && one.kind == pause.kind && one.since == pause.since;
    });
  };
  const std::lock_guard lock(mutex_);
  for (const Pause& pause : pauses_) {
    if (lacks(pauses, pause)) log(LogLevel::kInfo, "calls.resumed", pause);
  }
  for (const Pause& pause : pauses) {
    if (!lacks(pauses_, pause)) continue;
    const bool lost = pause.kind == PauseKind::kLostHistory;
    log(lost ? LogLevel::kError : LogLevel::kWarning, "calls.paused", pause);
  }
  pauses_ = pauses;
}

void Observer::Show(const core::ForgetReport& report) {
  if (report.error) ShowFailure("captures.not_forgotten", *report.error);
}

void Observer::ShowBlock(const Route& route, BlockScope scope, const std::string& reason) {
  const auto account = LogValue::Public(route.account);
  if (scope == BlockScope::kAccount) {
    Log(LogLevel::kError, "account.blocked",
        {{"account", account}, {"reason", LogValue::Public(reason)}});
    return;
  }
  Log(LogLevel::kError, "route.blocked",
      {{"account", account},
       {"api", ApiOf(route.operation)},
       {"reason", LogValue::Public(reason)}});
}

void Observer::ShowKeys(const crypto::KeyRing& ring) {
  using crypto::KeyKind;
  for (const KeyKind kind : {KeyKind::kSeal, KeyKind::kMac}) {
    std::uint32_t newest = 0;
    std::string numbers;
    for (const crypto::KeyId& id : ring.Ids()) {
      if (id.kind != kind) continue;
      newest = std::max(newest, id.number);
      numbers += (numbers.empty() ? "" : ", ") + std::to_string(id.number);
    }
    metrics_.SetNewestKey(Name(kind), newest);
    Log(LogLevel::kInfo, "keys.in_use",
        {{"kind", LogValue::Public(std::string(Name(kind)))},
         {"numbers", LogValue::Public(numbers)}});
  }
}

void Observer::ShowKeysRefused(const Error& error) {
  metrics_.KeysRefused();
  Log(LogLevel::kError, "keys.refused",
      {{"reason", LogValue::Public(error.reason)}, {"error", LogValue::Public(error.message)}});
}

void Observer::ShowFailure(const char* event, const Error& error) {
  metrics_.StoreFailed(error.code);
  Log(LogLevel::kError, event,
      {{"reason", LogValue::Public(error.reason)}, {"error", LogValue::Public(error.message)}});
}

}  // namespace lethe
