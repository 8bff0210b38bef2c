#include "store/recovery/pg_recovery_store.h"

#include <algorithm>
#include <map>
#include <vector>

#include "lethe/batch.h"
#include "lethe/operation_traits.h"
#include "lethe/pause.h"
#include "lethe/reasons.h"
#include "store/accounts/sql.h"
#include "store/base/values.h"
#include "store/recovery/sql.h"

namespace lethe::store {
namespace {

/// Tens of thousands of calls, each with the places of its identifiers.
constexpr milliseconds kResumeWithin{60'000};

/// A batch that waits, and since when the effect of a call on each of its items is unknown.
struct Doubtful {
  int hi;
  std::vector<std::optional<TimePoint>> unknown_since;  ///< By position, from the batch's first.
};
using DoubtfulBatches = std::map<BatchKey, Doubtful>;

DoubtfulBatches ReadDoubtful(pqxx::transaction_base& work) {
  DoubtfulBatches batches;
  for (const auto& row : sql::ReadDoubtful{}.Run(work)) {
    Doubtful& batch = batches[{row.envelope, row.lo}];
    batch.hi = row.hi;
    batch.unknown_since.resize(Span{row.lo, row.hi}.size());
    for (int pos = row.first; pos <= row.last; ++pos) {
      auto& since = batch.unknown_since.at(pos - row.lo);
      since = since ? std::min(*since, row.started_at) : row.started_at;
    }
  }
  return batches;
}

int CountItems(const DoubtfulBatches& batches) {
  std::ptrdiff_t items = 0;
  for (const auto& [key, batch] : batches) {
    items += std::ranges::count_if(batch.unknown_since, [](const auto& one) { return !!one; });
  }
  return static_cast<int>(items);
}

/// Runs of equal items.
void AddRuns(const BatchKey& key, const Doubtful& batch, sql::SplitDoubtful& split) {
  const auto& since = batch.unknown_since;
  for (std::size_t first = 0; first < since.size();) {
    std::size_t next = first;
    while (next < since.size() && since[next] == since[first]) ++next;
    split.runs.Add({.envelope = key.envelope,
                    .batch_lo = key.lo,
                    .lo = key.lo + static_cast<int>(first),
                    .hi = key.lo + static_cast<int>(next) - 1,
                    .unknown_since = since[first]});
    first = next;
  }
}

Recovery Read(pqxx::transaction_base& work, const DoubtfulBatches& doubtful) {
  const auto history = OnlyRow(work, sql::ReadLostHistory{});
  Recovery recovery{.since = history.since, .remembered = history.remembered};
  if (!history.since) return recovery;
  for (auto& row : sql::CountLostCalls{}.Run(work)) {
    recovery.lost.push_back({.account = std::move(row.account),
                             .api = ApiOf(row.operation),
                             .calls = row.calls,
                             .without_digests = row.without_digests,
                             .first = row.first,
                             .last = row.last});
  }
  recovery.doubtful_items = CountItems(doubtful);
  const auto waiting = OnlyRow(work, sql::CountWaiting{.before = *history.since}).items;
  recovery.untold_items = std::max(0, static_cast<int>(waiting) - recovery.doubtful_items);
  return recovery;
}

Error NotPaused() {
  return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kNotPaused),
               "no lost history has paused the calls: GetRecovery shows none"};
}

}  // namespace

Result<Recovery> PgRecoveryStore::Show() {
  return pool_.WithRetry([](pqxx::connection& connection) -> Result<Recovery> {
    pqxx::work work(connection);
    return Read(work, ReadDoubtful(work));
  });
}

Result<Recovery> PgRecoveryStore::Resume(const ResumeRecovery& resume) {
  return pool_.WithFor(kResumeWithin, [&](pqxx::connection& connection) -> Result<Recovery> {
    pqxx::work work(connection);
    sql::LockPauses{}.Run(work);  // and with it every claim
    const sql::EndPause end{.account = {},
                            .api = {},
                            .kind = PauseKind::kLostHistory,
                            .principal = resume.principal,
                            .justification = resume.justification};
    if (!FirstRow(work, end)) return NotPaused();
    sql::LockDoubtful{}.Run(work);
    const DoubtfulBatches doubtful = ReadDoubtful(work);
    Recovery settled = Read(work, doubtful);
    sql::SplitDoubtful split;
    for (const auto& [key, batch] : doubtful) AddRuns(key, batch, split);
    if (!doubtful.empty()) split.Run(work);
    sql::SettleLosses{}.Run(work);
    work.commit();
    return settled;
  });
}

}  // namespace lethe::store
