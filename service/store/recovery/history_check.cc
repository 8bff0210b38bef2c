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

std::vector<const RememberedCall*> FindLost(pqxx::work& work,
                                            const std::vector<RememberedCall>& calls) {
  if (calls.empty()) return {};
  sql::FindLostAttempts find;
  for (const RememberedCall& call : calls) {
    find.calls.Add({.envelope = call.envelope,
                    .lo = call.span.lo,
                    .number = call.number,
                    .started_at = call.started_at});
  }
  std::vector<const RememberedCall*> lost;
  for (const auto& row : find.Run(work)) lost.push_back(&calls.at(row.place - 1));
  return lost;
}

bool IsOlder(pqxx::work& work, const NodeRenewal& node) {
  const auto row = FirstRow(work, sql::FindNode{.number = node.number});
  return !row || row->reserved_until_ms < node.reserved_until_ms;
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

TimePoint Earliest(const std::vector<const RememberedCall*>& lost,
                   const std::optional<NodeRenewal>& node) {
  TimePoint earliest = node ? node->renewed_at : TimePoint::max();
  for (const RememberedCall* call : lost) earliest = std::min(earliest, call->started_at);
  return earliest;
}

std::string Reason(const std::string& since, std::int64_t calls) {
  return "an older state of the database has come up: what was written since " + since +
         ", or earlier, is not in it; of the calls to CleverTap that are remembered it lacks " +
         std::to_string(calls);
}

}  // namespace

HistoryCheck::HistoryCheck(std::string holder, CallMemory& memory,
                           std::function<void(const LostHistory&)> on_lost)
    : holder_(std::move(holder)), memory_(memory), on_lost_(std::move(on_lost)) {}

void HistoryCheck::CheckNew(pqxx::connection& connection) const {
  memory_.CheckBegins();
  Check(connection);
}

bool HistoryCheck::Check(pqxx::connection& connection) const {
  const CallMemory::Contents remembered = memory_.contents();
  if (remembered.empty()) return true;
  pqxx::work work(connection);
  const auto lost = FindLost(work, remembered.calls);
  const bool node_row = remembered.node && IsOlder(work, *remembered.node);
  if (lost.empty() && !node_row) return true;

  sql::LockPauses{}.Run(work);
  LostHistory found{.remembered = static_cast<int>(remembered.calls.size()),
                    .missing = static_cast<int>(lost.size()),
                    .node_row = node_row,
                    .since = Earliest(lost, node_row ? remembered.node : std::nullopt),
                    .since_of_all = {}};
  NoteAttempts(work, lost);
  sql::NoteLostHistory{.holder = holder_,
                       .since = found.since,
                       .remembered = found.remembered,
                       .missing = found.missing,
                       .node_row = found.node_row}
      .Run(work);
  const auto loss = OnlyRow(work, sql::DescribeLoss{});
  const std::string reason = Reason(loss.since_words, loss.calls);
  found.since_of_all = loss.since_words;
  sql::WritePause{.account = {},
                  .api = {},
                  .kind = PauseKind::kLostHistory,
                  .reason = reason,
                  .principal = kPrincipal,
                  .ends_at = {}}
      .Run(work);
  work.commit();
  if (node_row) memory_.Forget(*remembered.node);
  on_lost_(found);
  return false;
}

}  // namespace lethe::store
