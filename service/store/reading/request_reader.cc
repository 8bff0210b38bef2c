#include "store/reading/request_reader.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "lethe/reasons.h"
#include "store/base/page.h"
#include "store/reading/sql.h"
#include "store/unlinking/unlinked.h"

namespace lethe::store {
namespace {

/// A request, where its items are, and whether ItemView::unlinked is to be looked up.
struct StoredRequest {
  RequestView view;
  ItemRange items;
  bool may_be_unlinked;
};

/// Of a row of a request.
template <typename Row>
ItemRange RangeOf(const Row& row) {
  return RangeOf(Placement{row.first_envelope, row.first_pos, row.envelope_count}, row.item_count);
}

template <typename Row>
StoredRequest ToRequest(Row& row) {
  return {.view = RequestView{.id = row.id,
                              .account = std::move(row.account),
                              .principal = std::move(row.principal),
                              .operation = row.operation,
                              .kind = row.kind,
                              .item_count = row.item_count,
                              .duplicate_count = row.duplicate_count,
                              .counts = {},
                              .create_time = row.create_time,
                              .submit_time = row.submit_time,
                              .due_time = row.due_time,
                              .last_window_end = std::nullopt,
                              .last_finished_at = std::nullopt,
                              .retry_of = row.retry_of},
          .items = RangeOf(row),
          .may_be_unlinked = CanBeUnlinked(row.operation, row.kind) && row.may_be_unlinked};
}

std::optional<TimePoint> Later(std::optional<TimePoint> a, std::optional<TimePoint> b) {
  return a < b ? b : a;  // Nothing is before everything.
}

/// Rows of one request stand together.
template <typename Row>
std::vector<StoredRequest> ToRequests(std::vector<Row> rows) {
  std::vector<StoredRequest> requests;
  for (auto& row : rows) {
    if (requests.empty() || requests.back().view.id != row.id) requests.push_back(ToRequest(row));
    if (!row.state) continue;
    RequestView& view = requests.back().view;
    view.counts[*row.state] = row.items.value_or(0);
    view.last_window_end = Later(view.last_window_end, row.window_end);
    view.last_finished_at = Later(view.last_finished_at, row.finished_at);
  }
  return requests;
}

/// Counts of each request the items that were read back.
void CountVerified(pqxx::transaction_base& work, std::vector<StoredRequest>& requests) {
  sql::CountVerified count_verified;
  std::map<RequestId, RequestView*> by_id;
  for (auto& [view, items, may_be_unlinked] : requests) {
    if (view.counts[BatchState::kDone] == 0) continue;
    count_verified.requests.Add({.id = view.id,
                                 .first_envelope = EnvelopeId{items.first_envelope},
                                 .last_envelope = EnvelopeId{items.last_envelope},
                                 .first_pos = items.first_pos,
                                 .last_pos = items.last_pos});
    by_id[view.id] = &view;
  }
  if (by_id.empty()) return;
  for (const auto& row : count_verified.Run(work)) {
    VerifiedCounts& verified = by_id.at(row.id)->verified;
    const bool second_look = row.look == 2;
    if (row.result == ReadBack::kAbsent && !second_look) verified.absent = row.items;
    if (row.result == ReadBack::kReappeared) {
      (second_look ? verified.came_back : verified.reappeared) = row.items;
    }
  }
}

ItemView ToItem(sql::ReadItemStates::Row& row) {
  return ItemView{.ordinal = row.ordinal,
                  .state = row.state,
                  .reason = std::move(row.reason),
                  .attempt_count = row.attempt_count,
                  .not_before = row.not_before,
                  .accepted_at = row.accepted_at,
                  .window_end = row.window_end,
                  .finished_at = row.finished_at,
                  .read_back = row.read_back,
                  .read_back_at = row.read_back_at,
                  .reappeared_at = row.reappeared_at};
}

void MarkUnlinked(pqxx::transaction_base& work, const ErasureItems& erasure,
                  std::vector<ItemView>& items) {
  FindUnlinked(work, {erasure}, {items.front().ordinal, items.back().ordinal},
               [&](RequestId, int ordinal) {
                 std::ranges::lower_bound(items, ordinal, {}, &ItemView::ordinal)->unlinked = true;
               });
}

}  // namespace

Error RequestNotFound() {
  return Error{ErrorCode::kNotFound, Text(ErrorReason::kRequestNotFound),
               "the account has no request with this id"};
}

Result<RequestView> ReadRequest(pqxx::connection& connection, std::string_view account,
                                RequestId id) {
  pqxx::nontransaction work(connection);
  const sql::ReadRequests read{
      .account = account, .first_id = id, .last_id = id, .max_requests = 1};
  std::vector<StoredRequest> found = ToRequests(read.Run(work));
  if (found.empty()) return NoSuchRequest();
  CountVerified(work, found);
  auto& [view, items, may_be_unlinked] = found.front();
  if (may_be_unlinked) {
    FindUnlinked(work, {{id, view.account, items}}, {},
                 [&count = view.unlinked_count](RequestId, int) { ++count; });
  }
  return std::move(view);
}

Page<RequestView> ReadRequests(pqxx::connection& connection, const ListRequestsParams& params) {
  const std::int64_t last =
      params.before ? ToInt(*params.before) - 1 : std::numeric_limits<std::int64_t>::max();
  pqxx::nontransaction work(connection);
  const sql::ReadRequests read{.account = params.account,
                               .first_id = RequestId{0},
                               .last_id = RequestId{last},
                               .max_requests = params.page_size + 1};
  Page<StoredRequest> page = ToPage(ToRequests(read.Run(work)), params.page_size);
  CountVerified(work, page.rows);
  Page<RequestView> views{.rows = {}, .more = page.more};
  views.rows.reserve(page.rows.size());
  for (StoredRequest& request : page.rows) views.rows.push_back(std::move(request.view));
  return views;
}

std::vector<RequestView> ReadChosenRequests(pqxx::transaction_base& work,
                                            std::span<const RequestId> ids) {
  sql::ReadChosenRequests read;
  for (const RequestId id : ids) read.ids.Add(id);
  std::vector<StoredRequest> requests = ToRequests(read.Run(work));
  CountVerified(work, requests);
  std::vector<RequestView> views;
  views.reserve(requests.size());
  for (StoredRequest& request : requests) views.push_back(std::move(request.view));
  return views;
}

Result<Page<ItemView>> ReadItems(pqxx::connection& connection, const ListItemsParams& params) {
  pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> work(connection);
  const auto request =
      FirstRow(work, sql::FindRequest{.account = params.account, .id = params.request});
  if (!request) return NoSuchRequest();
  const ItemRange range = RangeOf(*request);
  auto rows = sql::ReadItemStates{.first_envelope = EnvelopeId{range.first_envelope},
                                  .last_envelope = EnvelopeId{range.last_envelope},
                                  .first_pos = range.first_pos,
                                  .last_pos = range.last_pos,
                                  .after_ordinal = params.after_ordinal,
                                  .max_items = params.page_size + 1}
                  .Run(work);
  std::vector<ItemView> items;
  items.reserve(rows.size());
  for (auto& row : rows) items.push_back(ToItem(row));
  if (!items.empty() && CanBeUnlinked(request->operation, request->kind) &&
      request->may_be_unlinked) {
    MarkUnlinked(work, {params.request, std::string(params.account), range}, items);
  }
  return ToPage(std::move(items), params.page_size);
}

}  // namespace lethe::store
