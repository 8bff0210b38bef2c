#include "store/delivery/attempt_recorder.h"

#include <optional>
#include <string>
#include <string_view>

#include "lethe/operation_traits.h"
#include "lethe/reasons.h"
#include "store/delivery/sql.h"

namespace lethe::store {
namespace {

/// Start of the call, if it was accepted.
std::optional<TimePoint> AcceptedAt(const AttemptEnd& end) {
  if (!end.called) return {};
  for (const Transition& run : end.plan.transitions) {
    if (run.to == BatchState::kAccepted) return end.claim.facts.started_at;
  }
  return {};
}

void AddEnd(const AttemptEnd& end, sql::EndAttempts::Ended& ended) {
  const auto& [claim, plan, reply, called] = end;
  const std::optional<TimePoint> accepted_at = AcceptedAt(end);
  const RouteEvidence evidence = called ? RouteEvidenceOf(claim.facts, plan) : RouteEvidence{};
  ended.Add({.slots_of = claim.slots_of,
             .api = ApiOf(claim.route.operation),
             .slot = claim.slot,
             .epoch = claim.epoch,
             .cool_down = called ? plan.slot_cool_down : milliseconds::zero(),
             .setback = called ? std::optional(plan.setback) : std::nullopt,
             .taken = called ? plan.taken : std::nullopt,
             .judged_identifiers = evidence.judged,
             .taken_identifiers = evidence.taken,
             .hiccup = evidence.hiccup,
             .accepted_at = accepted_at,
             .lone_accepted_at = claim.facts.span.size() == 1 ? accepted_at : std::nullopt,
             .envelope = claim.envelope,
             .lo = claim.facts.span.lo,
             .uncounted = plan.spends_attempt ? 0 : 1,
             .call_number = claim.call_number(),
             .http_status =
                 reply && reply->http_status ? std::optional(reply->http_status) : std::nullopt,
             .outcome = reply ? std::optional(reply->outcome) : std::nullopt,
             .code = reply ? std::string_view{reply->code} : std::string_view{}});
}

void AddRun(int ended, const Transition& run, sql::EndAttempts::Runs& runs) {
  runs.Add({.ended = ended,
            .lo = run.span.lo,
            .hi = run.span.hi,
            .state = run.to,
            .reason = run.reason,
            .not_before = run.not_before,
            .unknown_since = run.unknown_since,
            .accepted_at = run.accepted_at,
            .window_end = run.window_end,
            .refused_since = run.refused_since,
            .lone_refusals = run.lone_refusals,
            .vouched_refusals = run.vouched_refusals,
            .throttled_calls = run.throttled_calls});
}

Result<Recorded> ToRecorded(bool freed, bool moved) {
  if (!freed) return Recorded::kFenced;
  if (moved) return Recorded::kApplied;
  return Error{ErrorCode::kInternal, Text(ErrorReason::kStoreDefect),
               "a leased slot points to a batch that is not being sent"};
}

Error BadPlan(const Claim& claim, const std::string& defect) {
  return Error{ErrorCode::kInternal, Text(ErrorReason::kBadPlan),
               "the plan for batch " + std::to_string(ToInt(claim.envelope)) + ":" +
                   std::to_string(claim.facts.span.lo) + ' ' + defect};
}

}  // namespace

std::optional<Error> PlanDefect(const Claim& claim, const Plan& plan) {
  if (!Covers(plan, claim.facts.span)) return BadPlan(claim, "does not cover it");
  for (const Transition& run : plan.transitions) {
    if (!CanMove(BatchState::kSending, run.to)) {
      return BadPlan(claim, "moves it from sending to " + std::string(Name(run.to)));
    }
  }
  return std::nullopt;
}

std::vector<Result<Recorded>> EndAttempts(pqxx::transaction_base& work,
                                          std::span<const AttemptEnd* const> ends) {
  sql::EndAttempts end_attempts;
  for (const AttemptEnd* end : ends) {
    AddEnd(*end, end_attempts.ended);
    for (const Transition& run : end->plan.transitions) {
      AddRun(end_attempts.ended.size(), run, end_attempts.runs);
    }
  }
  std::vector<Result<Recorded>> recorded(ends.size(), Recorded::kFenced);
  for (const auto& row : end_attempts.Run(work)) {
    recorded.at(row.ended - 1) = ToRecorded(row.freed, row.moved);
  }
  return recorded;
}

}  // namespace lethe::store
