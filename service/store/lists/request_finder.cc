#include "store/lists/request_finder.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "lethe/request_outcome.h"
#include "store/ids/id_generator.h"
#include "store/lists/scopes.h"
#include "store/lists/sql.h"
#include "store/reading/request_reader.h"

namespace lethe::store {
namespace {

using namespace std::chrono_literals;

/// What never changes of a request that may be wanted.
using Candidate = sql::NewestRequests::Row;

/// Candidates in the order of the list. `more`: others follow the last.
struct Candidates {
  std::vector<Candidate> rows;
  bool more = false;
};

struct IdRange {
  std::int64_t first = 0;
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
};

/// An id is made when its request comes, and create_time is when it is written: a day holds the
/// time between, and what clocks differ by.
constexpr auto kIdsDiffer = 24h;

IdRange IdsOf(const FindRequestsParams& params) {
  IdRange ids;
  const TimeRange& created = params.filter.created;
  if (created.from) ids.first = std::max<std::int64_t>(0, IdFloor(*created.from - kIdsDiffer));
  if (created.until) ids.last = IdFloor(*created.until + kIdsDiffer);
  if (params.after && params.order == RequestOrder::kNewest) {
    ids.last = std::min(ids.last, ToInt(params.after->id) - 1);
  }
  return ids;
}

template <typename Row>
Candidate ToCandidate(Row& row) {
  return {.id = row.id,
          .account = std::move(row.account),
          .operation = row.operation,
          .principal = std::move(row.principal),
          .create_time = row.create_time,
          .due_time = row.due_time};
}

template <typename Row>
Candidates ToCandidates(std::vector<Row> rows, int limit, bool newest_first) {
  Candidates candidates;
  candidates.rows.reserve(rows.size());
  for (Row& row : rows) candidates.rows.push_back(ToCandidate(row));
  if (newest_first) {
    std::ranges::sort(candidates.rows, std::ranges::greater{}, &Candidate::id);
  }
  candidates.more = static_cast<int>(candidates.rows.size()) >= limit;
  if (candidates.more) candidates.rows.resize(static_cast<std::size_t>(limit));
  return candidates;
}

Candidates Newest(pqxx::transaction_base& work, const FindRequestsParams& params, int limit) {
  const IdRange ids = IdsOf(params);
  sql::NewestRequests read{
      .first = RequestId{ids.first}, .last = RequestId{ids.last}, .max_requests = limit};
  AddScopes(read.scopes, params.filter.scopes);
  return ToCandidates(read.Run(work), limit, true);
}

Candidates Final(pqxx::transaction_base& work, const FindRequestsParams& params, int limit) {
  const IdRange ids = IdsOf(params);
  sql::FinalRequests read{
      .first = RequestId{ids.first}, .last = RequestId{ids.last}, .max_requests = limit};
  AddScopes(read.scopes, params.filter.scopes);
  for (const RequestOutcome outcome : kAll<RequestOutcome>) {
    if (params.filter.states.Contains(StateOf(outcome))) read.outcomes.Add(Name(outcome));
  }
  return ToCandidates(read.Run(work), limit, true);
}

/// The end of the range of due times: what is overdue is due before now.
std::optional<TimePoint> DueUntil(const FindRequestsParams& params) {
  auto until = params.filter.due.until;
  if (params.filter.overdue) until = std::min(until.value_or(params.now), params.now);
  return until;
}

Candidates OpenByNewest(pqxx::transaction_base& work, const FindRequestsParams& params, int limit) {
  const IdRange ids = IdsOf(params);
  sql::OpenByNewest read{.held = params.filter.held,
                         .needs_review = params.filter.needs_review,
                         .principal = params.filter.principal,
                         .due_from = params.filter.due.from,
                         .due_until = DueUntil(params),
                         .first = RequestId{ids.first},
                         .last = RequestId{ids.last},
                         .max_requests = limit};
  AddScopes(read.scopes, params.filter.scopes);
  return ToCandidates(read.Run(work), limit, false);
}

Candidates OpenByDue(pqxx::transaction_base& work, const FindRequestsParams& params, int limit) {
  const IdRange ids = IdsOf(params);
  sql::OpenByDue read{.held = params.filter.held,
                      .needs_review = params.filter.needs_review,
                      .principal = params.filter.principal,
                      .due_from = params.filter.due.from,
                      .due_until = DueUntil(params),
                      .first = RequestId{ids.first},
                      .last = RequestId{ids.last},
                      .after_due = params.after ? params.after->due_time : std::nullopt,
                      .after_id = params.after ? std::optional(params.after->id) : std::nullopt,
                      .max_requests = limit};
  AddScopes(read.scopes, params.filter.scopes);
  return ToCandidates(read.Run(work), limit, false);
}

RequestPlace PlaceOf(const Candidate& request) { return {request.id, request.due_time}; }

bool IsBehind(const Candidate& request, const RequestPlace& place, RequestOrder order) {
  if (order == RequestOrder::kNewest) return request.id < place.id;
  const auto key = [](const RequestPlace& of) {
    return std::tuple(!of.due_time, of.due_time, of.id);
  };
  return key(PlaceOf(request)) > key(place);
}

/// Of one key there are few requests: all of them, in order.
Candidates OfKey(pqxx::transaction_base& work, const FindRequestsParams& params,
                 const std::vector<std::string>& key_forms) {
  sql::RequestsOfKey find;
  for (const std::string& form : key_forms) find.keys.AddBytes(form);
  std::vector<RequestId> ids;
  for (const auto& row : find.Run(work)) ids.push_back(row.id);
  Candidates candidates;
  for (const RequestView& view : ReadChosenRequests(work, ids)) {
    Candidate candidate{.id = view.id,
                        .account = view.account,
                        .operation = view.operation,
                        .principal = view.principal,
                        .create_time = view.create_time,
                        .due_time = view.due_time};
    if (params.after && !IsBehind(candidate, *params.after, params.order)) continue;
    candidates.rows.push_back(std::move(candidate));
  }
  std::ranges::sort(candidates.rows, [&](const Candidate& a, const Candidate& b) {
    return IsBehind(b, PlaceOf(a), params.order);
  });
  return candidates;
}

Candidates ReadCandidates(pqxx::transaction_base& work, const FindRequestsParams& params,
                          const std::vector<std::string>& key_forms, int limit) {
  if (!params.idempotency_key.empty()) return OfKey(work, params, key_forms);
  if (params.order == RequestOrder::kDue) return OpenByDue(work, params, limit);
  if (FindsOnlyOpen(params.filter)) return OpenByNewest(work, params, limit);
  if (FindsOnlyFinal(params.filter)) return Final(work, params, limit);
  return Newest(work, params, limit);
}

/// Whether every candidate is wanted that Newest() gives.
bool FindsAll(const RequestFilter& filter) {
  return filter.principal.empty() && filter.created.empty() && filter.due.empty() &&
         filter.states.empty();
}

/// The views of candidates, which are no more than a page, in their order.
std::vector<RequestView> Read(pqxx::transaction_base& work, std::span<const Candidate> candidates) {
  std::vector<RequestId> ids;
  ids.reserve(candidates.size());
  for (const Candidate& candidate : candidates) ids.push_back(candidate.id);
  std::map<RequestId, RequestView> by_id;
  for (RequestView& view : ReadChosenRequests(work, ids)) by_id.emplace(view.id, std::move(view));
  std::vector<RequestView> views;
  for (const RequestId id : ids) {
    if (const auto found = by_id.find(id); found != by_id.end()) {
      views.push_back(std::move(found->second));
    }
  }
  return views;
}

}  // namespace

FoundRequests FindRequests(pqxx::connection& connection, const FindRequestsParams& params,
                           const std::vector<std::string>& key_forms) {
  const auto page_size = static_cast<std::size_t>(params.page_size);
  const int limit =
      FindsAll(params.filter) ? params.page_size + 1 : std::max(kMaxLookedAt, params.page_size + 1);
  pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> work(connection);
  Candidates candidates = ReadCandidates(work, params, key_forms, limit);
  FoundRequests found;
  if (candidates.rows.empty()) return found;
  if (candidates.more) found.next = PlaceOf(candidates.rows.back());
  std::erase_if(candidates.rows, [&](const Candidate& request) {
    return !MayBeWanted(params.filter, {.account = request.account,
                                        .operation = request.operation,
                                        .principal = request.principal,
                                        .create_time = request.create_time,
                                        .due_time = request.due_time});
  });
  std::span<const Candidate> left = candidates.rows;
  while (!left.empty()) {
    const auto chunk = left.first(std::min(left.size(), page_size + 1));
    left = left.subspan(chunk.size());
    for (RequestView& view : Read(work, chunk)) {
      if (!IsWanted(params.filter, view, params.now)) continue;
      if (found.rows.size() == page_size) {
        found.next = RequestPlace{found.rows.back().id, found.rows.back().due_time};
        return found;
      }
      found.rows.push_back(std::move(view));
    }
  }
  return found;
}

}  // namespace lethe::store
