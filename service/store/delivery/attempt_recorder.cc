#include "store/delivery/attempt_recorder.h"

#include <optional>
#include <string>

#include "store/base/statements.h"
#include "store/base/values.h"

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

struct EndColumns {
  ArrayLiteral accounts, apis, slots, epochs, cool_downs, setbacks, accepted_at, envelopes, los,
      uncounted, numbers, http_statuses, outcomes, codes, healthy_since;

  void Add(const AttemptEnd& end) {
    const auto& [claim, plan, reply, called] = end;
    accounts.AddText(claim.route.account);
    apis.AddText(Name(ApiOf(claim.route.operation)));
    slots.Add(std::int64_t{claim.slot});
    epochs.Add(claim.epoch);
    cool_downs.Add(called ? plan.slot_cool_down.count() : 0);
    setbacks.Add(called ? std::optional<std::int64_t>(plan.setback) : std::nullopt);
    accepted_at.Add(ToMicros(AcceptedAt(end)));
    envelopes.Add(ToInt(claim.envelope));
    los.Add(std::int64_t{claim.facts.span.lo});
    uncounted.Add(std::int64_t{plan.spends_attempt ? 0 : 1});
    numbers.Add(std::int64_t{claim.facts.call_count});
    http_statuses.Add(reply && reply->http_status ? std::optional(std::int64_t{reply->http_status})
                                                  : std::nullopt);
    outcomes.AddTextOrNull(reply ? Name(reply->outcome) : "");
    codes.AddTextOrNull(reply ? reply->code : "");
    const bool healthy = plan.account == AccountVerdict::kHealthy;
    healthy_since.Add(healthy ? std::optional(ToMicros(claim.facts.started_at)) : std::nullopt);
  }
};

struct RunColumns {
  ArrayLiteral ends, los, his, states, reasons, not_before, unknown_since, accepted_at, window_end,
      refused_since;

  void Add(std::int64_t end, const Transition& run) {
    ends.Add(end);
    los.Add(std::int64_t{run.span.lo});
    his.Add(std::int64_t{run.span.hi});
    states.AddText(Name(run.to));
    reasons.AddTextOrNull(run.reason);
    not_before.Add(ToMicros(run.not_before));
    unknown_since.Add(ToMicros(run.unknown_since));
    accepted_at.Add(ToMicros(run.accepted_at));
    window_end.Add(ToMicros(run.window_end));
    refused_since.Add(ToMicros(run.refused_since));
  }
};

Result<Recorded> ToRecorded(bool freed, bool moved) {
  if (!freed) return Recorded::kFenced;
  if (moved) return Recorded::kApplied;
  return Error{ErrorCode::kInternal, "STORE_DEFECT",
               "a leased slot points to a batch that is not being sent"};
}

}  // namespace

std::vector<Result<Recorded>> EndAttempts(pqxx::transaction_base& work,
                                          std::span<const AttemptEnd* const> ends) {
  EndColumns e;
  RunColumns r;
  std::int64_t place = 0;
  for (const AttemptEnd* end : ends) {
    e.Add(*end);
    ++place;
    for (const Transition& run : end->plan.transitions) r.Add(place, run);
  }
  std::vector<Result<Recorded>> recorded(ends.size(), Recorded::kFenced);
  for (const auto& row : work.exec_prepared(
           kEndAttempts.name, e.accounts.str(), e.apis.str(), e.slots.str(), e.epochs.str(),
           e.cool_downs.str(), e.setbacks.str(), e.accepted_at.str(), e.envelopes.str(),
           e.los.str(), e.uncounted.str(), e.numbers.str(), e.http_statuses.str(), e.outcomes.str(),
           e.codes.str(), e.healthy_since.str(), r.ends.str(), r.los.str(), r.his.str(),
           r.states.str(), r.reasons.str(), r.not_before.str(), r.unknown_since.str(),
           r.accepted_at.str(), r.window_end.str(), r.refused_since.str())) {
    recorded.at(row[0].as<std::size_t>() - 1) = ToRecorded(row[1].as<bool>(), row[2].as<bool>());
  }
  return recorded;
}

}  // namespace lethe::store
