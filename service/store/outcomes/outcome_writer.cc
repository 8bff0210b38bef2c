#include "store/outcomes/outcome_writer.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "lethe/request_outcome.h"
#include "store/outcomes/sql.h"

namespace lethe::store {
namespace {

/// A request that may have an outcome.
struct Candidate {
  sql::ReadFormer::Row request;
  ItemCounts counts;
  TimePoint finished_at;
};

/// By id: outcomes that become known together are numbered in the order of their requests.
using Candidates = std::map<RequestId, Candidate>;

void AddState(Candidates& candidates, sql::ReadFormer::Row row) {
  const std::optional<BatchState> state = row.state;
  if (!state) return;
  const int items = row.items.value_or(0);
  const TimePoint finished_at = row.finished_at.value_or(TimePoint::min());
  const RequestId id = row.id;
  Candidate fresh{.request = std::move(row), .counts = {}, .finished_at = TimePoint::min()};
  Candidate& candidate = candidates.try_emplace(id, std::move(fresh)).first->second;
  candidate.counts[*state] = items;
  candidate.finished_at = std::max(candidate.finished_at, finished_at);
}

/// Of a row that has a request.
sql::ReadFormer::Row ToRow(sql::TakeFinished::Row& row) {
  return {.id = *row.id,
          .account = std::move(row.account),
          .operation = *row.operation,
          .kind = *row.kind,
          .principal = std::move(row.principal),
          .item_count = *row.item_count,
          .create_time = *row.create_time,
          .submit_time = row.submit_time,
          .due_time = row.due_time,
          .state = row.state,
          .items = row.items,
          .finished_at = row.finished_at};
}

void Write(pqxx::work& work, const Candidates& candidates) {
  sql::WriteOutcomes write;
  bool any = false;
  for (const auto& [id, candidate] : candidates) {
    const auto& request = candidate.request;
    const auto outcome = OutcomeOf(candidate.counts, request.item_count);
    if (!outcome) continue;
    any = true;
    write.outcomes.Add({.request_id = id,
                        .account = request.account,
                        .operation = request.operation,
                        .kind = request.kind,
                        .principal = request.principal,
                        .outcome = *outcome,
                        .create_time = request.create_time,
                        .received_at = request.submit_time.value_or(request.create_time),
                        .due_time = request.due_time,
                        .finished_at = candidate.finished_at,
                        .item_count = request.item_count,
                        .done_count = candidate.counts[BatchState::kDone],
                        .rejected_count = candidate.counts[BatchState::kRejected],
                        .cancelled_count = candidate.counts[BatchState::kCancelled]});
  }
  if (any) write.Run(work);
}

/// How many batches it took.
int WriteFinished(pqxx::work& work, int max_batches) {
  auto rows = sql::TakeFinished{.max_batches = max_batches}.Run(work);
  const int batches = rows.front().batches;
  Candidates candidates;
  for (auto& row : rows) {
    if (row.id) AddState(candidates, ToRow(row));
  }
  Write(work, candidates);
  return batches;
}

/// Whether there was anything to look at.
bool WriteFormer(pqxx::work& work, int max_requests) {
  auto rows = sql::ReadFormer{.max_requests = max_requests}.Run(work);
  if (rows.empty()) {
    sql::EndBackfill{}.Run(work);
    return false;
  }
  RequestId last = rows.front().id;
  Candidates candidates;
  for (auto& row : rows) {
    last = std::max(last, row.id);
    AddState(candidates, std::move(row));
  }
  Write(work, candidates);
  sql::AdvanceBackfill{.last = last}.Run(work);
  return true;
}

}  // namespace

bool WriteOutcomes(pqxx::connection& connection, const OutcomeLimits& limits) {
  pqxx::work work(connection);
  if (!FirstRow(work, sql::LockOutcomes{})) return false;
  const bool more = WriteFinished(work, limits.batches) == limits.batches;
  // What became final now goes first.
  const bool more_of_before = !more && WriteFormer(work, limits.requests);
  work.commit();
  return more || more_of_before;
}

}  // namespace lethe::store
