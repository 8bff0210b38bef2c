#include "store/recovery/pg_recovery_store.h"

#include <utility>

#include "lethe/operation_traits.h"
#include "lethe/pause.h"
#include "lethe/reasons.h"
#include "store/accounts/sql.h"
#include "store/base/values.h"
#include "store/recovery/sql.h"

namespace lethe::store {
namespace {

/// Millions of identifiers may wait, and each is looked at: no other statement takes so long.
constexpr milliseconds kWithin{60'000};
constexpr const char* kStatementWithin = "set local statement_timeout = '50s'";

Recovery Read(pqxx::transaction_base& work) {
  const auto history = OnlyRow(work, sql::ReadLostHistory{});
  Recovery recovery{.since = history.since,
                    .complete_until = history.complete_until,
                    .remembered = history.remembered};
  if (!history.since) return recovery;
  for (auto& row : sql::CountLostCalls{}.Run(work)) {
    recovery.lost.push_back({.account = std::move(row.account),
                             .api = ApiOf(row.operation),
                             .calls = row.calls,
                             .without_digests = row.without_digests,
                             .first = row.first,
                             .last = row.last});
  }
  work.exec0(kStatementWithin);
  const auto waiting = OnlyRow(work, sql::CountWaiting{.before = *history.since});
  recovery.doubtful_items = waiting.doubtful;
  recovery.untold_items = waiting.untold;
  return recovery;
}

Error NoLossPaused() {
  return {ErrorCode::kFailedPrecondition, Text(ErrorReason::kNotPaused),
          "no lost history has paused the calls: GetRecovery shows none"};
}

}  // namespace

Result<Recovery> PgRecoveryStore::Show() {
  return pool_.WithRetryFor(kWithin, [](pqxx::connection& connection) -> Result<Recovery> {
    pqxx::work work(connection);
    return Read(work);
  });
}

Result<Recovery> PgRecoveryStore::Resume(const ResumeRecovery& resume) {
  return pool_.WithFor(kWithin, [&](pqxx::connection& connection) -> Result<Recovery> {
    pqxx::work work(connection);
    sql::LockPauses{}.Run(work);
    const sql::EndPause end{.account = {},
                            .api = {},
                            .kind = PauseKind::kLostHistory,
                            .principal = resume.principal,
                            .means = resume.means,
                            .justification = resume.justification};
    if (!FirstRow(work, end)) return NoLossPaused();
    Recovery settled = Read(work);
    sql::SettleLosses{}.Run(work);
    work.commit();
    return settled;
  });
}

}  // namespace lethe::store
