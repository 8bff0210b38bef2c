#include "store/verification/look_recorder.h"

#include <algorithm>
#include <string>

#include "lethe/reasons.h"
#include "store/base/check_move.h"
#include "store/verification/sql.h"

namespace lethe::store {
namespace {

/// The state that a batch is in while its people are looked up.
BatchState StateDuring(LookPurpose purpose) {
  switch (purpose) {
    case LookPurpose::kCapture: return BatchState::kReady;
    case LookPurpose::kReadBack: return BatchState::kAccepted;
    case LookPurpose::kBeforeRepeat: return BatchState::kHeld;
    case LookPurpose::kSecondLook: break;
  }
  return BatchState::kDone;
}

/// Whether a person of the run was absent, so that a second look has someone to look up.
bool HasAbsent(Span span, const LookEnd& end) {
  const auto absent_in_run = [span](const ReadItem& item) {
    return item.result == ReadBack::kAbsent && span.lo <= item.pos && item.pos <= span.hi;
  };
  return std::ranges::any_of(end.claim.known, absent_in_run) ||
         std::ranges::any_of(end.result.read, absent_in_run);
}

/// One row a run, as PgDeliveryQueue does it: the first keeps the batch's row and is moved last.
bool Conclude(pqxx::work& work, const LookEnd& end) {
  const auto& [claim, result, second_look] = end;
  for (auto run = result.transitions.rbegin(); run != result.transitions.rend(); ++run) {
    const bool looked_up_again = run->to == BatchState::kDone && HasAbsent(run->span, end);
    const auto second_look_in = looked_up_again ? second_look : std::nullopt;
    const bool first = run->span.lo == claim.span.lo;
    const int moved = first ? sql::MoveReadBack{.envelope = claim.envelope,
                                                .lo = claim.span.lo,
                                                .hi = run->span.hi,
                                                .state = run->to,
                                                .reason = run->reason,
                                                .unknown_since = run->unknown_since,
                                                .second_look_in = second_look_in}
                                  .Run(work)
                            : sql::SplitReadBack{.envelope = claim.envelope,
                                                 .lo = claim.span.lo,
                                                 .run_lo = run->span.lo,
                                                 .run_hi = run->span.hi,
                                                 .state = run->to,
                                                 .reason = run->reason,
                                                 .unknown_since = run->unknown_since,
                                                 .second_look_in = second_look_in}
                                  .Run(work);
    if (moved == 0) return false;
  }
  return true;
}

bool EndBeforeRepeat(pqxx::work& work, const LookEnd& end) {
  sql::EndBeforeRepeat statement{.envelope = end.claim.envelope,
                                 .lo = end.claim.span.lo,
                                 .hi = end.claim.span.hi,
                                 .again_in = end.result.again_in,
                                 .trouble = end.result.trouble};
  for (const Transition& run : end.result.transitions) {
    statement.runs.Add({.lo = run.span.lo,
                        .hi = run.span.hi,
                        .state = run.to,
                        .reason = run.reason,
                        .unknown_since = run.unknown_since});
  }
  return !statement.Run(work).empty();
}

/// False: the batch has gone on meanwhile.
bool MoveOn(pqxx::work& work, const LookEnd& end) {
  const auto& [claim, result, second_look] = end;
  if (claim.purpose == LookPurpose::kBeforeRepeat) return EndBeforeRepeat(work, end);
  if (result.again_in) {
    return sql::LookAgain{.envelope = claim.envelope,
                          .lo = claim.span.lo,
                          .state = StateDuring(claim.purpose),
                          .again_in = *result.again_in,
                          .trouble = result.trouble}
               .Run(work) > 0;
  }
  switch (claim.purpose) {
    case LookPurpose::kCapture:
      return sql::EndCapture{.envelope = claim.envelope, .lo = claim.span.lo, .hi = claim.span.hi}
                 .Run(work) > 0;
    case LookPurpose::kReadBack: return Conclude(work, end);
    case LookPurpose::kBeforeRepeat:
    case LookPurpose::kSecondLook: break;
  }
  return sql::EndSecondLook{.envelope = claim.envelope, .lo = claim.span.lo}.Run(work) > 0;
}

void KeepCaptures(pqxx::work& work, const LookEnd& end, const crypto::KeyRing& keys) {
  sql::InsertCaptures captures{.envelope = end.claim.envelope};
  for (const auto& [pos, capture] : end.result.captured) {
    const auto& profile = capture.profile;
    const auto first_seen = profile ? profile->first_seen : std::nullopt;
    if (!profile || profile->object_ids.empty()) {
      captures.devices.Add({.pos = pos,
                            .device = 0,
                            .found = profile.has_value(),
                            .object_id = {},
                            .first_seen = first_seen});
      continue;
    }
    int device = 0;
    for (const Identifier& id : profile->object_ids) {
      const std::string sealed = keys.Seal(id, end.claim.route.account);
      captures.devices.Add({.pos = pos,
                            .device = device++,
                            .found = true,
                            .object_id = sealed,
                            .first_seen = first_seen});
    }
  }
  captures.Run(work);
}

void KeepReadBacks(pqxx::work& work, const LookEnd& end) {
  sql::InsertReadBacks read_backs{.envelope = end.claim.envelope,
                                  .call_number = end.claim.call_number,
                                  .look = end.claim.purpose == LookPurpose::kSecondLook ? 2 : 1};
  for (const ReadItem& item : end.result.read) {
    read_backs.items.Add({.pos = item.pos, .result = *item.result});
  }
  read_backs.Run(work);
}

}  // namespace

Status CheckLookResult(const LookClaim& claim, const LookResult& result) {
  const bool before_repeat = claim.purpose == LookPurpose::kBeforeRepeat;
  const bool concludes = claim.purpose == LookPurpose::kReadBack && !result.again_in;
  if (!concludes && !before_repeat) return Ok();
  if (!Covers({.transitions = result.transitions}, claim.span)) {
    return Error{ErrorCode::kInternal, Text(ErrorReason::kBadPlan),
                 "the transitions do not cover batch " + std::to_string(ToInt(claim.envelope)) +
                     ":" + std::to_string(claim.span.lo)};
  }
  for (const Transition& transition : result.transitions) {
    if (before_repeat && transition.to == BatchState::kHeld) continue;  // It stays as it was.
    Status checked = CheckMove(StateDuring(claim.purpose), transition.to);
    if (!checked.ok()) return checked;
  }
  return Ok();
}

Recorded RecordLook(pqxx::work& work, const LookEnd& end, const crypto::KeyRing& keys) {
  const auto& [claim, result, second_look] = end;
  const bool ours = sql::FreeLookSlot{.slots_of = claim.slots_of,
                                      .number = claim.slot,
                                      .epoch = claim.epoch,
                                      .trouble = result.trouble,
                                      .cool_down = result.slot_cool_down}
                        .Run(work) > 0;
  if (!ours || !MoveOn(work, end)) return Recorded::kFenced;
  switch (claim.purpose) {
    case LookPurpose::kCapture: KeepCaptures(work, end, keys); break;
    case LookPurpose::kReadBack:
    case LookPurpose::kSecondLook: KeepReadBacks(work, end); break;
    case LookPurpose::kBeforeRepeat: break;  // The state of each run says what was found.
  }
  return Recorded::kApplied;
}

}  // namespace lethe::store
