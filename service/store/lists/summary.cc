#include "store/lists/summary.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "store/ids/id_generator.h"
#include "store/lists/scopes.h"
#include "store/lists/sql.h"

namespace lethe::store {
namespace {

using namespace std::chrono_literals;

/// By period, account and operation.
using Periods = std::map<std::tuple<TimePoint, std::string, Operation>, PeriodSummary>;

std::string_view UnitOf(SummaryPeriod period) {
  switch (period) {
    case SummaryPeriod::kWhole: return "whole";
    case SummaryPeriod::kDay: return "day";
    case SummaryPeriod::kMonth: return "month";
    case SummaryPeriod::kYear: return "year";
  }
  return "whole";
}

template <typename Row>
PeriodSummary& PeriodOf(const Row& row, Periods& periods) {
  const auto [place, is_new] =
      periods.try_emplace(std::tuple(row.period, row.account, row.operation));
  PeriodSummary& period = place->second;
  if (is_new) {
    period.account = row.account;
    period.operation = row.operation;
    period.from = row.period;
  }
  return period;
}

void AddReceived(pqxx::transaction_base& work, const SummaryParams& params, Periods& periods) {
  // As for lists: ids are made up to a day before or after their requests are written.
  const std::int64_t first = std::max<std::int64_t>(0, IdFloor(params.from - 24h));
  sql::SumReceived sum{.from = params.from,
                       .until = params.until,
                       .first = RequestId{first},
                       .last = RequestId{IdFloor(params.until + 24h)},
                       .unit = UnitOf(params.period),
                       .time_zone = params.time_zone};
  AddScopes(sum.scopes, params.scopes);
  for (const auto& row : sum.Run(work)) PeriodOf(row, periods).received = row.requests;
}

void AddOutcomes(pqxx::transaction_base& work, const SummaryParams& params, Periods& periods) {
  sql::SumOutcomes sum{.from = params.from,
                       .until = params.until,
                       .unit = UnitOf(params.period),
                       .time_zone = params.time_zone};
  AddScopes(sum.scopes, params.scopes);
  for (const auto& row : sum.Run(work)) {
    PeriodSummary& period = PeriodOf(row, periods);
    const auto count = [&period](RequestOutcome outcome) -> std::int64_t& {
      return period.by_outcome[static_cast<std::size_t>(outcome)];
    };
    count(RequestOutcome::kComplete) = row.complete;
    count(RequestOutcome::kInPart) = row.in_part;
    count(RequestOutcome::kDenied) = row.denied;
    count(RequestOutcome::kCancelled) = row.cancelled;
    period.median_days = row.median_days;
    period.mean_days = row.mean_days;
    period.p95_days = row.p95_days;
  }
}

}  // namespace

RequestSummary ReadSummary(pqxx::connection& connection, const SummaryParams& params) {
  pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> work(connection);
  Periods periods;
  AddReceived(work, params, periods);
  AddOutcomes(work, params, periods);
  RequestSummary summary;
  for (auto& [key, period] : periods) summary.periods.push_back(std::move(period));
  sql::SumOpen sum{.now = params.now, .soon = params.now + params.due_soon};
  AddScopes(sum.scopes, params.scopes);
  for (auto& row : sum.Run(work)) {
    summary.open.push_back({.account = std::move(row.account),
                            .operation = row.operation,
                            .open = row.open,
                            .overdue = row.overdue,
                            .due_soon = row.due_soon,
                            .oldest = row.oldest});
  }
  std::ranges::sort(summary.open, {},
                    [](const OpenSummary& open) { return std::tie(open.account, open.operation); });
  return summary;
}

}  // namespace lethe::store
