#include "store/recovery/history_check.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "lethe/pause.h"
#include "lethe/recovery.h"
#include "store/accounts/sql.h"
#include "store/base/values.h"
#include "store/recovery/call_journal.h"
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
  sql::FindLostAttempts find{.matter_for = kLossesMatterFor};
  for (const RememberedCall& call : calls) {
    find.calls.Add({.envelope = call.envelope,
                    .lo = call.span.lo,
                    .number = call.number,
                    .started_at = call.started_at});
  }
  return find.Run(work);
}

/// Whether the node's row in the database is older than this process's last renewal of it, or
/// another process has taken the number although this one's lease cannot have run out.
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

using CallKey = std::tuple<EnvelopeId, int, int, TimePoint>;

void NoteAttempts(pqxx::work& work, const std::vector<const RememberedCall*>& lost) {
  if (lost.empty()) return;
  sql::NoteLostAttempts note;
  std::map<CallKey, const std::string*> digests;
  for (const RememberedCall* call : lost) {
    note.calls.Add({.envelope = call->envelope,
                    .lo = call->span.lo,
                    .hi = call->span.hi,
                    .number = call->number,
                    .started_at = call->started_at,
                    .account = call->route.account,
                    .operation = call->route.operation,
                    .has_digests = !call->digests.empty()});
    digests[{call->envelope, call->span.lo, call->number, call->started_at}] = &call->digests;
  }
  sql::NoteLostDigests note_digests;
  for (const auto& row : note.Run(work)) {
    note_digests.calls.Add(
        {.attempt = row.id,
         .digests = *digests.at({row.envelope, row.lo, row.number, row.started_at})});
  }
  note_digests.Run(work);
}

/// Some of the calls that are lost, from a place on, as one transaction; answers where the rest
/// begins.
std::size_t NoteSome(pqxx::connection& connection, const std::vector<RememberedCall>& calls,
                     std::size_t begin) {
  std::vector<RememberedCall> some;
  for (std::size_t bytes = 0; begin < calls.size() && bytes < CallMemory::kMostDigestBytes;) {
    bytes += calls[begin].digests.size();
    some.push_back(calls[begin++]);
  }
  const CallMemory::Contents remembered{.calls = std::move(some), .node = {}};
  pqxx::work work(connection);
  NoteAttempts(work, FindLost(work, remembered).untold);
  work.commit();
  return begin;
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
                  .means = {},
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
  const CallJournal* journal = parts_.memory.journal();
  if (journal == nullptr) NoteAttempts(work, lost.untold);
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
  PauseAll(work, Reason(loss.since_words, std::max<std::int64_t>(loss.calls, found.missing)));
  work.commit();
  if (journal != nullptr) NoteJournal(connection, *journal);
  if (lost.node) parts_.memory.Forget(*lost.node);
  parts_.on_lost(found);
}

void HistoryCheck::NoteJournal(pqxx::connection& connection, const CallJournal& journal) const {
  const std::vector<std::string> files = journal.Files();
  std::size_t with_losses = 0;
  for (; with_losses < files.size(); ++with_losses) {
    const auto calls = CallJournal::Read(files[with_losses]);
    pqxx::work work(connection);
    if (!calls.empty() && FindMissing(work, calls).empty()) break;
  }
  // From the oldest on: where this ends too early, the newest are still missing when the next
  // session is checked.
  while (with_losses-- > 0) {
    const auto calls = CallJournal::Read(files[with_losses]);
    for (std::size_t next = 0; next < calls.size();) next = NoteSome(connection, calls, next);
  }
}

bool HistoryCheck::Has(pqxx::connection& connection,
                       const std::vector<RememberedCall>& calls) const {
  Check(connection);
  pqxx::work work(connection);
  return FindMissing(work, calls).empty();
}

}  // namespace lethe::store
