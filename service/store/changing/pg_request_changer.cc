#include "store/changing/pg_request_changer.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "lethe/chosen_run.h"
#include "lethe/reasons.h"
#include "lethe/recovery.h"
#include "store/accounts/sql.h"
#include "store/base/check_move.h"
#include "store/base/item_range.h"
#include "store/changing/sql.h"
#include "store/reading/request_reader.h"
#include "store/reading/sql.h"
#include "store/recovery/sql.h"
#include "store/review/sql.h"

namespace lethe::store {
namespace {

using Batch = sql::LockBatches::Row;

/// By envelope, ascending.
using Positions = std::map<EnvelopeId, std::vector<int>>;

Error ItemNotFound() {
  return Error{ErrorCode::kNotFound, Text(ErrorReason::kItemNotFound),
               "the request has no item of such an ordinal: nothing was changed"};
}

bool AreTheSame(const std::vector<Batch>& one, const std::vector<Batch>& other) {
  return std::ranges::equal(one, other, [](const Batch& a, const Batch& b) {
    return std::tie(a.envelope, a.lo, a.hi, a.state) == std::tie(b.envelope, b.lo, b.hi, b.state);
  });
}

/// Those that hold items of the range, as they are now; what a change could move is locked.
std::vector<Batch> Lock(pqxx::work& work, const ItemRange& range) {
  const sql::LockBatches lock{.first_envelope = EnvelopeId{range.first_envelope},
                              .last_envelope = EnvelopeId{range.last_envelope},
                              .first_pos = range.first_pos,
                              .last_pos = range.last_pos};
  std::vector<Batch> locked = lock.Run(work);
  for (;;) {
    std::vector<Batch> again = lock.Run(work);
    if (AreTheSame(again, locked)) return again;
    locked = std::move(again);
  }
}

/// One change within its transaction; counts what it does.
class Changing {
 public:
  Changing(pqxx::work& work, const ChangeRequestParams& params, Operation operation)
      : work_(work), params_(params), operation_(operation) {}

  /// Those of the positions that can be changed; they are of the batch, ascending.
  Status Change(const Batch& batch, std::vector<int> positions) {
    const ChangeEffect effect = EffectOf(
        params_.change,
        {.state = batch.state, .reason = batch.reason, .may_have_effect = batch.may_have_effect});
    if (params_.change == RequestChange::kCancel && effect == ChangeEffect::kChanged) {
      const std::set<int> called = CalledBeforeALoss(batch);
      const auto lost = std::erase_if(positions, [&](int pos) { return called.contains(pos); });
      counts_[ChangeEffect::kIrreversible] += static_cast<int>(lost);
    }
    counts_[effect] += static_cast<int>(positions.size());
    if (effect != ChangeEffect::kChanged || positions.empty() || params_.preview) return Ok();
    return Move(batch, CutByChoice({batch.lo, batch.hi}, positions));
  }

  const ChangeCounts& counts() const { return counts_; }

 private:
  /// Those whose calls a lost history had, which a claim would find out.
  std::set<int> CalledBeforeALoss(const Batch& batch) {
    const sql::FindLostCalls find{.account = params_.account,
                                  .operation = operation_,
                                  .envelope = batch.envelope,
                                  .lo = batch.lo,
                                  .hi = batch.hi,
                                  .repeats_within = kRepeatsComeWithin};
    std::set<int> called;
    for (const auto& row : find.Run(work_)) called.insert(row.pos);
    return called;
  }

  Status Move(const Batch& batch, const std::vector<ChosenRun>& runs) {
    const ChangedTo to = Leads(params_.change);
    if (batch.state != to.state) {
      if (Status checked = CheckMove(batch.state, to.state); !checked) return checked;
    }
    sql::ChangeBatch change{.envelope = batch.envelope,
                            .lo = batch.lo,
                            .from = batch.state,
                            .to = to.state,
                            .reason = to.reason};
    for (const ChosenRun& run : runs) {
      change.runs.Add({.lo = run.span.lo, .hi = run.span.hi, .chosen = run.chosen});
    }
    if (change.Run(work_) == 0) throw std::logic_error("a batch moves while it is locked");
    for (const ChosenRun& run : runs) {
      if (run.chosen) WriteEvent(batch, run.span, to.state);
    }
    return Ok();
  }

  void WriteEvent(const Batch& batch, Span span, BatchState after) {
    sql::WriteAuditEvent{.principal = params_.by.principal,
                         .means = params_.by.means,
                         .action = ActionOf(params_.change),
                         .account = params_.account,
                         .envelope = batch.envelope,
                         .lo = span.lo,
                         .hi = span.hi,
                         .state_before = Name(batch.state),
                         .reason_before = batch.reason,
                         .state_after = Name(after),
                         .justification = params_.by.justification}
        .Run(work_);
  }

  static AuditAction ActionOf(RequestChange change) {
    switch (change) {
      case RequestChange::kCancel: return AuditAction::kCancel;
      case RequestChange::kHold: return AuditAction::kHold;
      case RequestChange::kRelease: break;
    }
    return AuditAction::kRelease;
  }

  pqxx::work& work_;
  const ChangeRequestParams& params_;
  const Operation operation_;
  ChangeCounts counts_;
};

/// Those that the ordinals name; nothing: one names none.
std::optional<Positions> Find(pqxx::work& work, const ItemRange& range,
                              std::span<const int> ordinals) {
  sql::FindItems find{.first_envelope = EnvelopeId{range.first_envelope},
                      .last_envelope = EnvelopeId{range.last_envelope},
                      .first_pos = range.first_pos,
                      .last_pos = range.last_pos};
  for (const int ordinal : ordinals) find.ordinals.Add(ordinal);
  const auto rows = find.Run(work);
  if (rows.size() != ordinals.size()) return std::nullopt;
  Positions positions;
  for (const auto& row : rows) positions[row.envelope].push_back(row.pos);
  return positions;
}

/// What of the batch is within the range and, if there are any, one of the positions.
std::vector<int> Chosen(const Batch& batch, const ItemRange& range,
                        const std::optional<Positions>& positions) {
  const Span span{std::max(batch.lo, range.first_pos), std::min(batch.hi, range.last_pos)};
  std::vector<int> chosen;
  if (!positions) {
    for (int pos = span.lo; pos <= span.hi; ++pos) chosen.push_back(pos);
    return chosen;
  }
  const auto of_envelope = positions->find(batch.envelope);
  if (of_envelope == positions->end()) return chosen;
  std::ranges::copy_if(of_envelope->second, std::back_inserter(chosen),
                       [&](int pos) { return span.lo <= pos && pos <= span.hi; });
  return chosen;
}

}  // namespace

Result<ChangeCounts> PgRequestChanger::Change(const ChangeRequestParams& params) {
  return pool_.With([&](pqxx::connection& connection) -> Result<ChangeCounts> {
    pqxx::work work(connection);
    sql::LockAccount{.account = params.account}.Run(work);
    const auto request =
        FirstRow(work, sql::FindRequest{.account = params.account, .id = params.request});
    if (!request) return RequestNotFound();
    const ItemRange range =
        RangeOf(Placement{request->first_envelope, request->first_pos, request->envelope_count},
                request->item_count);
    std::optional<Positions> positions;
    if (!params.ordinals.empty()) {
      positions = Find(work, range, params.ordinals);
      if (!positions) return ItemNotFound();
    }
    Changing changing(work, params, request->operation);
    for (const Batch& batch : Lock(work, range)) {
      const Status changed = changing.Change(batch, Chosen(batch, range, positions));
      if (!changed) return changed.error();
    }
    work.commit();
    if (on_change_ && !params.preview) {
      on_change_({.principal = params.by.principal,
                  .account = params.account,
                  .request = params.request,
                  .change = params.change,
                  .counts = changing.counts()});
    }
    return changing.counts();
  });
}

}  // namespace lethe::store
