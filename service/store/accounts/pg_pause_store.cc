#include "store/accounts/pg_pause_store.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "lethe/reasons.h"
#include "store/accounts/sql.h"

namespace lethe::store {
namespace {

/// Between two looks at the calls under way: most calls take half a second.
constexpr milliseconds kLookAgain{20};

Error NotPaused() {
  return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kNotPaused),
               "no operator's pause of exactly this scope is in force: ListPauses shows those that "
               "are"};
}

bool Overlap(const PauseScope& one, const PauseScope& other) {
  const bool accounts =
      one.account.empty() || other.account.empty() || one.account == other.account;
  return accounts && (!one.api || !other.api || one.api == other.api);
}

}  // namespace

PgPauseStore::PgPauseStore(Pool& pool, const Clock& clock, std::function<void(milliseconds)> sleep)
    : pool_(pool), clock_(clock), sleep_(std::move(sleep)) {}

Result<PauseInForce> PgPauseStore::Begin(const NewPause& pause) {
  auto written = Write(pause);
  if (!written.ok()) return written.error();
  // Read after the pause was committed: what was claimed before was claimed earlier than this.
  const milliseconds begun = clock_.Monotonic();
  for (;;) {
    const auto under_way = CallsUnderWay(pause.scope);
    if (!under_way.ok()) return under_way.error();
    const milliseconds left = begun + kPauseHoldsAfter - clock_.Monotonic();
    if (*under_way == 0 || left <= milliseconds::zero()) {
      return PauseInForce{.pause = *std::move(written), .calls_under_way = *under_way};
    }
    sleep_(std::min(left, kLookAgain));
  }
}

Result<Pause> PgPauseStore::Write(const NewPause& pause) {
  return pool_.With([&](pqxx::connection& connection) -> Result<Pause> {
    pqxx::work work(connection);
    sql::LockPauses{}.Run(work);
    const auto written = OnlyRow(work, sql::WritePause{.account = pause.scope.account,
                                                       .api = pause.scope.api,
                                                       .kind = PauseKind::kOperator,
                                                       .reason = pause.reason,
                                                       .principal = pause.principal,
                                                       .means = pause.means,
                                                       .ends_at = pause.ends_at});
    work.commit();
    return Pause{.scope = pause.scope,
                 .reason = pause.reason,
                 .principal = pause.principal,
                 .since = written.paused_at,
                 .ends_at = pause.ends_at};
  });
}

Result<int> PgPauseStore::CallsUnderWay(const PauseScope& scope) {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<int> {
    pqxx::nontransaction work(connection);
    const sql::CountCallsUnderWay count{.account = scope.account, .api = scope.api};
    return static_cast<int>(OnlyRow(work, count).calls);
  });
}

Result<std::vector<Pause>> PgPauseStore::End(const EndPause& end) {
  return pool_.With([&](pqxx::connection& connection) -> Result<std::vector<Pause>> {
    pqxx::work work(connection);
    const sql::EndPause end_pause{.account = end.scope.account,
                                  .api = end.scope.api,
                                  .kind = PauseKind::kOperator,
                                  .principal = end.principal,
                                  .means = end.means,
                                  .justification = end.justification};
    if (!FirstRow(work, end_pause)) return NotPaused();
    std::vector<Pause> left;
    std::ranges::copy_if(ReadPauses(work), std::back_inserter(left),
                         [&](const Pause& pause) { return Overlap(pause.scope, end.scope); });
    work.commit();
    return left;
  });
}

Result<std::vector<Pause>> PgPauseStore::List() {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<std::vector<Pause>> {
    pqxx::nontransaction work(connection);
    return ReadPauses(work);
  });
}

std::vector<Pause> ReadPauses(pqxx::transaction_base& work) {
  std::vector<Pause> pauses;
  for (auto& row : sql::ListPauses{}.Run(work)) {
    pauses.push_back({.scope = {.account = std::move(row.account), .api = row.api},
                      .kind = row.kind,
                      .reason = std::move(row.reason),
                      .principal = std::move(row.principal),
                      .since = row.paused_at,
                      .ends_at = row.ends_at});
  }
  return pauses;
}

}  // namespace lethe::store
