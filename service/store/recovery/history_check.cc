#include "store/recovery/history_check.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "lethe/pause.h"
#include "store/accounts/sql.h"
#include "store/base/values.h"
#include "store/recovery/sql.h"

namespace lethe::store {
namespace {

/// Whom the evidence names.
constexpr char kPrincipal[] = "lethe";

struct Lost {
  std::vector<const RememberedCall*> untold = {};
  std::optional<NodeRenewal> node = {};          ///< Its row is older than it was.
  std::optional<TimePoint> complete_until = {};  ///< As in LostHistory.

  bool empty() const { return untold.empty() && !node; }
  TimePoint since() const;
};

TimePoint Lost::since() const {
  TimePoint earliest = node ? node->renewed_at : TimePoint::max();
  for (const RememberedCall* call : untold) earliest = std::min(earliest, call->started_at);
  return earliest;
}

std::vector<sql::FindLostAttempts::Row> FindMissing(pqxx::transaction_base& work,
                                                    const std::vector<RememberedCall>& calls) {
  if (calls.empty()) return {};
  sql::FindLostAttempts find;
  for (const RememberedCall& call : calls) {
    find.calls.Add({.envelope = call.envelope,
                    .lo = call.span.lo,
                    .number = call.number,
                    .started_at = call.started_at});
  }
  return find.Run(work);
}

/// Whether the row of the node is older than it was, or was taken as if nobody held it.
bool IsOlder(pqxx::transaction_base& work, const NodeRenewal& node) {
  const sql::FindNode find{
      .number = node.number, .holder = node.holder, .renewed_at = node.renewed_at};
  const auto row = FirstRow(work, find);
  return !row || row->reserved_until_ms < node.reserved_until_ms || row->taken;
}

/// Points into `remembered`.
Lost FindLost(pqxx::transaction_base& work, const CallMemory::Contents& remembered) {
  Lost lost;
  std::vector<bool> missing(remembered.calls.size());
  for (const auto& row : FindMissing(work, remembered.calls)) {
    missing.at(row.place - 1) = true;
    if (!row.told) lost.untold.push_back(&remembered.calls[row.place - 1]);
  }
  if (remembered.node && IsOlder(work, *remembered.node)) lost.node = remembered.node;
  const TimePoint since = lost.since();
  for (std::size_t place = 0; place < missing.size(); ++place) {
    const TimePoint made = remembered.calls[place].started_at;
    if (!missing[place] && made < since && lost.complete_until < made) lost.complete_until = made;
  }
  return lost;
}

void NoteAttempts(pqxx::work& work, const std::vector<const RememberedCall*>& lost) {
  if (lost.empty()) return;
  sql::NoteLostAttempts note;
  for (const RememberedCall* call : lost) {
    note.calls.Add({.envelope = call->envelope,
                    .lo = call->span.lo,
                    .hi = call->span.hi,
                    .number = call->number,
                    .started_at = call->started_at,
                    .account = call->route.account,
                    .operation = call->route.operation,
                    .digests = call->digests});
  }
  note.Run(work);
}

std::string Reason(const std::string& since, std::int64_t calls) {
  return "an older state of the database has come up: what was written since " + since +
         ", or earlier, is not in it; of the calls to CleverTap that are remembered it lacks " +
         std::to_string(calls);
}

/// Everything, until an operator resumes.
void PauseAll(pqxx::work& work, const std::string& reason) {
  sql::WritePause{.account = {},
                  .api = {},
                  .kind = PauseKind::kLostHistory,
                  .reason = reason,
                  .principal = kPrincipal,
                  .ends_at = {}}
      .Run(work);
}

}  // namespace

void HistoryCheck::CheckNew(pqxx::connection& connection) const {
  parts_.memory.CheckBegins();
  Check(connection);
}

void HistoryCheck::Check(pqxx::connection& connection) const {
  {
    const CallMemory::Contents remembered = parts_.memory.contents();
    if (remembered.empty()) return;
    pqxx::work work(connection);
    if (FindLost(work, remembered).empty()) return;
  }
  // Sessions are checked at the same time, and what is lost is told once.
  const std::lock_guard lock(telling_);
  Tell(connection);
}

void HistoryCheck::Tell(pqxx::connection& connection) const {
  const CallMemory::Contents remembered = parts_.memory.contents();
  pqxx::work work(connection);
  sql::LockPauses{}.Run(work);
  const Lost lost = FindLost(work, remembered);
  if (lost.empty()) return;
  LostHistory found{.remembered = static_cast<int>(remembered.calls.size()),
                    .missing = static_cast<int>(lost.untold.size()),
                    .node_row = lost.node.has_value(),
                    .since = lost.since(),
                    .complete_until = lost.complete_until,
                    .since_of_all = {}};
  NoteAttempts(work, lost.untold);
  sql::NoteLostHistory{.holder = parts_.holder,
                       .since = found.since,
                       .complete_until = found.complete_until,
                       .remembered = found.remembered,
                       .missing = found.missing,
                       .node_row = found.node_row}
      .Run(work);
  if (const auto ids = parts_.give_up_ids()) {
    sql::RaiseNode{
        .number = ids->number, .holder = ids->holder, .reserved_until_ms = ids->reserved_until_ms}
        .Run(work);
  }
  const auto loss = OnlyRow(work, sql::DescribeLoss{});
  found.since_of_all = loss.since_words;
  PauseAll(work, Reason(loss.since_words, loss.calls));
  work.commit();
  if (lost.node) parts_.memory.Forget(*lost.node);
  parts_.on_lost(found);
}

bool HistoryCheck::Has(pqxx::connection& connection,
                       const std::vector<RememberedCall>& calls) const {
  Check(connection);
  pqxx::work work(connection);
  return FindMissing(work, calls).empty();
}

}  // namespace lethe::store
