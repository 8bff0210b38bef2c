#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "lethe/request_store.h"
#include "lethe/time.h"

namespace lethe::fakes {

/// A RequestStore in memory that keeps the port's promises (tests/contract/request_store) and fails
/// on demand. Thread-safe.
class FakeRequestStore final : public RequestStore {
 public:
  /// `clock` gives the create times and outlives the store.
  explicit FakeRequestStore(const Clock& clock) : clock_(clock) {}

  void Submit(NewRequest request, SubmitDone done) override {
    {
      std::lock_guard lock(mutex_);
      if (holding_) {
        held_.emplace_back(std::move(request), std::move(done));
        return;
      }
    }
    done(Keep(std::move(request)));
  }

  Result<RequestView> Get(std::string_view account, RequestId id) override {
    std::lock_guard lock(mutex_);
    ++read_count_;
    if (failure_) return *failure_;
    const Kept* kept = Find(account, id);
    if (!kept) return NoSuchRequest();
    RequestView view = ViewOf(*kept);
    view.unlinked_count = CountUnlinked(*kept);
    return view;
  }

  Result<Page<RequestView>> ListRequests(const ListRequestsParams& params) override {
    std::lock_guard lock(mutex_);
    ++read_count_;
    if (failure_) return *failure_;
    Page<RequestView> page;
    const auto end = params.before ? requests_.lower_bound(*params.before) : requests_.end();
    for (auto it = std::make_reverse_iterator(end); it != requests_.rend(); ++it) {
      if (it->second.request.account != params.account) continue;
      if (std::ssize(page.rows) == params.page_size) {
        page.more = true;
        break;
      }
      page.rows.push_back(ViewOf(it->second));
    }
    return page;
  }

  Result<Page<ItemView>> ListItems(const ListItemsParams& params) override {
    std::lock_guard lock(mutex_);
    ++read_count_;
    if (failure_) return *failure_;
    const Kept* kept = Find(params.account, params.request);
    if (!kept) return NoSuchRequest();
    Page<ItemView> page;
    for (const ItemView& item : kept->items) {
      if (item.ordinal <= params.after_ordinal) continue;
      if (std::ssize(page.rows) == params.page_size) {
        page.more = true;
        break;
      }
      page.rows.push_back(item);
      page.rows.back().unlinked = IsUnlinked(*kept, item.ordinal);
    }
    return page;
  }

  Result<std::vector<NewItem>> RejectedItems(const RejectedItemsParams& params) override {
    std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    const Kept* kept = Find(params.account, params.request);
    if (!kept) return NoSuchRequest();
    std::vector<ItemState> states;
    for (const ItemView& item : kept->items) states.push_back({item.ordinal, item.state});
    const auto chosen = ChooseRejected(states, params.ordinals);
    if (!chosen) return chosen.error();
    std::vector<NewItem> items;
    for (const std::size_t place : *chosen) items.push_back(kept->request.items[place]);
    return items;
  }

  Status ExtendDueTime(const ExtendDueTimeParams& params) override {
    std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    const auto found = requests_.find(params.request);
    if (!Find(params.account, params.request)) return NoSuchRequest();
    Kept& kept = found->second;
    const DueTimeFacts facts{.due_time = ViewOf(kept).due_time, .extensions = kept.extensions};
    if (const auto fault =
            FaultOf({.to = params.due_time, .at = params.now}, facts, params.terms, params.zone)) {
      return ExtensionRefused(*fault);
    }
    if (params.preview) return Ok();
    kept.extended_to = params.due_time;
    ++kept.extensions;
    return Ok();
  }

  /// Every call fails with this, until it is called with nothing.
  void FailWith(std::optional<Error> failure) {
    std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
  }

  /// From here on, what is submitted is neither kept nor answered until ReleaseSubmits().
  void HoldSubmits() {
    std::lock_guard lock(mutex_);
    holding_ = true;
  }
  void ReleaseSubmits() {
    std::deque<std::pair<NewRequest, SubmitDone>> held;
    {
      std::lock_guard lock(mutex_);
      holding_ = false;
      held.swap(held_);
    }
    for (auto& [request, done] : held) done(Keep(std::move(request)));
  }
  int held_count() const {
    std::lock_guard lock(mutex_);
    return static_cast<int>(held_.size());
  }

  /// Makes the item with this ordinal look as given.
  void SetItem(RequestId id, const ItemView& item) {
    std::lock_guard lock(mutex_);
    for (ItemView& kept : requests_.at(id).items) {
      if (kept.ordinal == item.ordinal) kept = item;
    }
  }

  /// Drops a request's history; its idempotency key stays.
  void Forget(RequestId id) {
    std::lock_guard lock(mutex_);
    requests_.erase(id);
  }

  int read_count() const {
    std::lock_guard lock(mutex_);
    return read_count_;
  }
  int request_count() const {
    std::lock_guard lock(mutex_);
    return static_cast<int>(requests_.size());
  }

 private:
  struct Kept {
    RequestId id;
    TimePoint create_time;
    NewRequest request;
    std::vector<ItemView> items;
    std::optional<TimePoint> extended_to = {};
    int extensions = 0;
  };
  struct Used {
    RequestId id;
    TimePoint create_time;
    NewRequest request;
  };

  static bool SamePayload(const NewRequest& a, const NewRequest& b) {
    const auto same_item = [](const NewItem& x, const NewItem& y) {
      return x.identifier == y.identifier && x.ordinal == y.ordinal;
    };
    if (a.retry_of || b.retry_of) {
      return a.retry_of == b.retry_of && a.retried_ordinals == b.retried_ordinals;
    }
    return a.operation == b.operation && a.kind == b.kind &&
           a.duplicate_count == b.duplicate_count && a.submit_time == b.submit_time &&
           a.due_time == b.due_time && std::ranges::equal(a.items, b.items, same_item);
  }

  static Error KeyReused(const NewRequest& first, const NewRequest& other) {
    Error error{.code = ErrorCode::kAlreadyExists,
                .reason = "IDEMPOTENCY_KEY_REUSED",
                .message = "the idempotency key was used for another payload:"};
    const auto add = [&error](const std::string& field) {
      error.message += " " + field;
      error.violations.push_back({field, "differs"});
    };
    if (first.operation != other.operation) add("operation");
    if (first.submit_time != other.submit_time) add("submit_time");
    if (first.due_time != other.due_time) add("due_time");
    if (first.kind != other.kind || error.violations.empty()) add("identifiers");
    return error;
  }

  static RequestView ViewOf(const Kept& kept) {
    const NewRequest& request = kept.request;
    RequestView view{.id = kept.id,
                     .account = request.account,
                     .principal = request.principal,
                     .operation = request.operation,
                     .kind = request.kind,
                     .item_count = static_cast<int>(request.items.size()),
                     .duplicate_count = request.duplicate_count,
                     .counts = {},
                     .create_time = kept.create_time,
                     .submit_time = request.submit_time,
                     .due_time = DueTime(request.due_time, request.due_by_law, request.submit_time,
                                         kept.create_time),
                     .last_window_end = {},
                     .last_finished_at = {}};
    if (kept.extended_to) view.due_time = kept.extended_to;
    view.retry_of = request.retry_of;
    for (const ItemView& item : kept.items) {
      ++view.counts[item.state];
      view.last_window_end = std::max(view.last_window_end, item.window_end);
      view.last_finished_at = std::max(view.last_finished_at, item.finished_at);
    }
    return view;
  }

  Result<Admission> Keep(NewRequest request) {
    std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    const std::tuple key(request.principal, request.account, request.idempotency_key);
    if (const auto used = keys_.find(key); used != keys_.end()) {
      if (!SamePayload(used->second.request, request)) {
        return KeyReused(used->second.request, request);
      }
      return Admission{used->second.id, used->second.create_time, true};
    }
    const RequestId id{++last_id_};
    const TimePoint now = clock_.Now();
    std::vector<ItemView> items;
    for (const NewItem& item : request.items) {
      items.push_back({.ordinal = item.ordinal,
                       .state = BatchState::kOpen,
                       .reason = {},
                       .attempt_count = 0,
                       .not_before = {},
                       .accepted_at = {},
                       .window_end = {},
                       .finished_at = {}});
    }
    keys_.emplace(key, Used{id, now, request});
    const Kept& kept =
        requests_.emplace(id, Kept{id, now, std::move(request), std::move(items)}).first->second;
    return Admission{id, now, false, CountUnlinked(kept)};
  }

  int CountUnlinked(const Kept& kept) const {
    return static_cast<int>(std::ranges::count_if(
        kept.items, [&](const ItemView& item) { return IsUnlinked(kept, item.ordinal); }));
  }

  bool IsUnlinked(const Kept& kept, int ordinal) const {
    const NewRequest& request = kept.request;
    if (request.operation != Operation::kErasure || request.kind != IdentifierKind::kIdentity) {
      return false;
    }
    const auto item = std::ranges::find(request.items, ordinal, &NewItem::ordinal);
    return std::any_of(requests_.begin(), requests_.lower_bound(kept.id), [&](const auto& entry) {
      return Unlinks(entry.second, request.account, item->identifier);
    });
  }

  static bool Unlinks(const Kept& kept, const std::string& account, const Identifier& identifier) {
    const NewRequest& request = kept.request;
    if (request.account != account || request.operation == Operation::kErasure) return false;
    for (std::size_t i = 0; i < request.items.size(); ++i) {
      const BatchState state = kept.items[i].state;
      if (request.items[i].identifier == identifier && state != BatchState::kRejected &&
          state != BatchState::kCancelled) {
        return true;
      }
    }
    return false;
  }

  const Kept* Find(std::string_view account, RequestId id) const {
    const auto found = requests_.find(id);
    if (found == requests_.end() || found->second.request.account != account) return nullptr;
    return &found->second;
  }

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<RequestId, Kept> requests_;
  std::map<std::tuple<std::string, std::string, std::string>, Used> keys_;
  std::int64_t last_id_ = 1000;
  int read_count_ = 0;
  std::optional<Error> failure_;
  bool holding_ = false;
  std::deque<std::pair<NewRequest, SubmitDone>> held_;
};

}  // namespace lethe::fakes
