#include "store/lists/exceptions.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "store/base/page.h"
#include "store/lists/scopes.h"
#include "store/lists/sql.h"

namespace lethe::store {
namespace {

using ExceptionBatch = sql::ExceptionBatches::Row;

BatchState StateOf(ExceptionKind kind) {
  switch (kind) {
    case ExceptionKind::kHeld: return BatchState::kHeld;
    case ExceptionKind::kNeedsReview: return BatchState::kNeedsReview;
    case ExceptionKind::kRejected: return BatchState::kRejected;
  }
  return BatchState::kHeld;
}

/// Newest envelope first; of an envelope, the first position first.
std::vector<ExceptionBatch> ReadBatchesOf(pqxx::transaction_base& work,
                                          const FindExceptionsParams& params, int limit) {
  sql::ExceptionBatches read{.last = EnvelopeId{std::numeric_limits<std::int64_t>::max()},
                             .last_pos = 0,
                             .max_batches = limit};
  if (params.before) {
    read.last = params.before->envelope;
    read.last_pos = params.before->lo;
  }
  AddScopes(read.scopes, params.scopes);
  for (const auto kind :
       {ExceptionKind::kHeld, ExceptionKind::kNeedsReview, ExceptionKind::kRejected}) {
    if (!params.kind || *params.kind == kind) read.states.Add(Name(StateOf(kind)));
  }
  auto batches = read.Run(work);
  std::ranges::sort(batches, [](const ExceptionBatch& a, const ExceptionBatch& b) {
    return std::tuple(b.envelope, a.lo) < std::tuple(a.envelope, b.lo);
  });
  return batches;
}

/// The item of the place in the run of its batch.
ExceptionView ToView(const ExceptionBatch& batch, const sql::ItemsOfRuns::Row& item) {
  return {.account = batch.account,
          .request = item.request_id,
          .operation = batch.operation,
          .kind = batch.kind,
          .ordinal = item.ordinal,
          .state = batch.state,
          .reason = batch.reason,
          .since = batch.since,
          .envelope = item.envelope,
          .pos = item.pos};
}

}  // namespace

Page<ExceptionView> ReadExceptions(pqxx::connection& connection,
                                   const FindExceptionsParams& params) {
  pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> work(connection);
  const int limit = params.page_size + 1;
  const auto batches = ReadBatchesOf(work, params, limit);
  sql::ItemsOfRuns read;
  std::map<BatchKey, const ExceptionBatch*> by_start;  // each run by its first position
  int items = 0;
  for (const ExceptionBatch& batch : batches) {
    if (items == limit) break;
    const bool is_cut = params.before && params.before->envelope == batch.envelope;
    const int lo = is_cut ? std::max(batch.lo, params.before->lo + 1) : batch.lo;
    const int hi = std::min(batch.hi, lo + limit - items - 1);
    items += hi - lo + 1;
    read.runs.Add({.envelope = batch.envelope, .lo = lo, .hi = hi});
    by_start.emplace(BatchKey{batch.envelope, lo}, &batch);
  }
  if (items == 0) return {};
  auto rows = read.Run(work);
  std::ranges::sort(rows, [](const auto& a, const auto& b) {
    return std::tuple(b.envelope, a.pos) < std::tuple(a.envelope, b.pos);
  });
  std::vector<ExceptionView> views;
  views.reserve(rows.size());
  for (const auto& row : rows) {
    const auto behind = by_start.upper_bound({row.envelope, row.pos});
    views.push_back(ToView(*std::prev(behind)->second, row));
  }
  return ToPage(std::move(views), params.page_size);
}

}  // namespace lethe::store
