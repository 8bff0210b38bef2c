#include "store/pg_request_store.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "store/base/page.h"
#include "store/base/statements.h"
#include "store/base/values.h"
#include "store/base/verification_statements.h"
#include "store/intake/request_sealer.h"
#include "store/unlinking/unlinked.h"

namespace lethe::store {
namespace {

Error RequestNotFound() {
  return Error{ErrorCode::kNotFound, "REQUEST_NOT_FOUND",
               "the account has no request with this id"};
}

/// A request, where its items are, and whether ItemView::unlinked is to be looked up.
struct StoredRequest {
  RequestView view;
  ItemRange items;
  bool may_be_unlinked;
};

Placement ToPlacement(const pqxx::field& first_envelope, const pqxx::field& first_pos,
                      const pqxx::field& envelope_count) {
  return {EnvelopeId{first_envelope.as<std::int64_t>()}, first_pos.as<int>(),
          envelope_count.as<int>()};
}

RequestView ToView(const pqxx::row& row) {
  return RequestView{.id = RequestId{row[0].as<std::int64_t>()},
                     .account = row[1].as<std::string>(),
                     .principal = row[2].as<std::string>(),
                     .operation = Parse<Operation>(row[3].c_str()).value(),
                     .kind = Parse<IdentifierKind>(row[4].c_str()).value(),
                     .item_count = row[5].as<int>(),
                     .duplicate_count = row[6].as<int>(),
                     .counts = {},
                     .create_time = ToTime(row[7]),
                     .submit_time = ToOptionalTime(row[8]),
                     .due_time = ToOptionalTime(row[9]),
                     .last_window_end = std::nullopt,
                     .last_finished_at = std::nullopt};
}

std::optional<TimePoint> Later(std::optional<TimePoint> a, std::optional<TimePoint> b) {
  return a < b ? b : a;  // Nothing is before everything.
}

/// Rows of kReadRequests: one a state, those of one request together.
std::vector<StoredRequest> ToRequests(const pqxx::result& rows) {
  std::vector<StoredRequest> requests;
  for (const auto& row : rows) {
    if (requests.empty() || ToInt(requests.back().view.id) != row[0].as<std::int64_t>()) {
      RequestView view = ToView(row);
      const ItemRange items = RangeOf(ToPlacement(row[14], row[15], row[16]), view.item_count);
      const bool may_be_unlinked = CanBeUnlinked(view.operation, view.kind) && row[17].as<bool>();
      requests.push_back({std::move(view), items, may_be_unlinked});
    }
    if (row[10].is_null()) continue;
    RequestView& view = requests.back().view;
    view.counts[Parse<BatchState>(row[10].c_str()).value()] = row[11].as<int>();
    view.last_window_end = Later(view.last_window_end, ToOptionalTime(row[12]));
    view.last_finished_at = Later(view.last_finished_at, ToOptionalTime(row[13]));
  }
  return requests;
}

/// Says of each request how many of its items were read back.
void CountVerified(pqxx::transaction_base& work, std::vector<StoredRequest>& requests) {
  ArrayLiteral ids, first_envelopes, last_envelopes, first_positions, last_positions;
  std::map<std::int64_t, RequestView*> by_id;
  for (auto& [view, items, may_be_unlinked] : requests) {
    if (view.counts[BatchState::kDone] == 0) continue;
    ids.Add(ToInt(view.id));
    first_envelopes.Add(items.first_envelope);
    last_envelopes.Add(items.last_envelope);
    first_positions.Add(std::int64_t{items.first_pos});
    last_positions.Add(std::int64_t{items.last_pos});
    by_id[ToInt(view.id)] = &view;
  }
  if (by_id.empty()) return;
  for (const auto& row :
       work.exec_prepared(kCountVerified.name, ids.str(), first_envelopes.str(),
                          last_envelopes.str(), first_positions.str(), last_positions.str())) {
    VerifiedCounts& verified = by_id.at(row[0].as<std::int64_t>())->verified;
    const bool second_look = row[1].as<int>() == 2;
    const auto result = Parse<ReadBack>(row[2].c_str());
    const int items = row[3].as<int>();
    if (result == ReadBack::kAbsent && !second_look) verified.absent = items;
    if (result == ReadBack::kReappeared) {
      (second_look ? verified.came_back : verified.reappeared) = items;
    }
  }
}

ItemView ToItemView(const pqxx::row& row) {
  return ItemView{.ordinal = row[0].as<int>(),
                  .state = Parse<BatchState>(row[1].c_str()).value(),
                  .reason = row[2].is_null() ? "" : row[2].c_str(),
                  .attempt_count = row[3].as<int>(),
                  .not_before = ToOptionalTime(row[4]),
                  .accepted_at = ToOptionalTime(row[5]),
                  .window_end = ToOptionalTime(row[6]),
                  .finished_at = ToOptionalTime(row[7]),
                  .read_back = row[8].is_null() ? std::nullopt : Parse<ReadBack>(row[8].c_str()),
                  .read_back_at = ToOptionalTime(row[9]),
                  .reappeared_at = ToOptionalTime(row[10])};
}

void MarkUnlinked(pqxx::transaction_base& work, const ErasureItems& erasure,
                  std::vector<ItemView>& items) {
  FindUnlinked(work, {erasure}, {items.front().ordinal, items.back().ordinal},
               [&](RequestId, int ordinal) {
                 std::ranges::lower_bound(items, ordinal, {}, &ItemView::ordinal)->unlinked = true;
               });
}

}  // namespace

PgRequestStore::PgRequestStore(const crypto::KeyRing& keys, Committer& committer, Pool& pool)
    : keys_(keys), committer_(committer), pool_(pool) {}

void PgRequestStore::Submit(NewRequest request, SubmitDone done) {
  committer_.Submit(SealRequest(request, keys_), std::move(done));
}

Result<RequestView> PgRequestStore::Get(std::string_view account, RequestId id) {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<RequestView> {
    pqxx::nontransaction work(connection);
    const auto rows =
        work.exec_prepared(kReadRequests.name, std::string(account), ToInt(id), ToInt(id), 1);
    std::vector<StoredRequest> found = ToRequests(rows);
    if (found.empty()) return RequestNotFound();
    CountVerified(work, found);
    auto& [view, items, may_be_unlinked] = found.front();
    if (may_be_unlinked) {
      FindUnlinked(work, {{id, view.account, items}}, {},
                   [&count = view.unlinked_count](RequestId, int) { ++count; });
    }
    return std::move(view);
  });
}

Result<Page<RequestView>> PgRequestStore::ListRequests(const ListRequestsParams& params) {
  const std::int64_t last =
      params.before ? ToInt(*params.before) - 1 : std::numeric_limits<std::int64_t>::max();
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<Page<RequestView>> {
    pqxx::nontransaction work(connection);
    const auto rows = work.exec_prepared(kReadRequests.name, std::string(params.account),
                                         std::int64_t{0}, last, params.page_size + 1);
    Page<StoredRequest> page = ToPage(ToRequests(rows), params.page_size);
    CountVerified(work, page.rows);
    Page<RequestView> views{.rows = {}, .more = page.more};
    views.rows.reserve(page.rows.size());
    for (StoredRequest& request : page.rows) views.rows.push_back(std::move(request.view));
    return views;
  });
}

Result<Page<ItemView>> PgRequestStore::ListItems(const ListItemsParams& params) {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<Page<ItemView>> {
    pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> work(connection);
    const auto found =
        work.exec_prepared(kFindRequest.name, std::string(params.account), ToInt(params.request));
    if (found.empty()) return RequestNotFound();
    const auto& request = found[0];
    const ItemRange range =
        RangeOf(ToPlacement(request[0], request[1], request[2]), request[3].as<int>());
    std::vector<ItemView> items;
    for (const auto& row : work.exec_prepared(kReadItemStates.name, range.first_envelope,
                                              range.last_envelope, range.first_pos, range.last_pos,
                                              params.after_ordinal, params.page_size + 1)) {
      items.push_back(ToItemView(row));
    }
    const auto operation = Parse<Operation>(request[4].c_str()).value();
    const auto kind = Parse<IdentifierKind>(request[5].c_str()).value();
    if (!items.empty() && CanBeUnlinked(operation, kind) && request[6].as<bool>()) {
      MarkUnlinked(work, {params.request, std::string(params.account), range}, items);
    }
    return ToPage(std::move(items), params.page_size);
  });
}

}  // namespace lethe::store
