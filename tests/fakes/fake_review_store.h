#pragma once

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fakes/queue_rows.h"
#include "lethe/limits.h"
#include "lethe/operation_traits.h"
#include "lethe/reasons.h"
#include "lethe/refusal.h"
#include "lethe/review_store.h"
#include "lethe/time.h"

namespace lethe::fakes {

/// A ReviewStore in memory that keeps the port's promises (tests/contract/review_store) and fails
/// on demand. Thread-safe.
class FakeReviewStore final : public ReviewStore {
 public:
  /// `clock` stands for the database's and outlives the store.
  explicit FakeReviewStore(const Clock& clock) : clock_(clock) {}

  Result<Page<ReviewView>> ListReviews(const ListReviewsParams& params) override {
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    Page<ReviewView> page;
    for (const auto& [key, kept] : batches_) {
      if (!NeedsReview(kept, params.account) || (params.after && key <= *params.after)) continue;
      if (IsFull(page, params.page_size)) break;
      page.rows.push_back(ViewOf(kept));
    }
    return page;
  }

  Result<ReviewDetails> GetReview(std::string_view account, BatchKey batch) override {
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    const auto found = batches_.find(batch);
    if (found == batches_.end() || !NeedsReview(found->second, account)) return NoSuchReview();
    const BatchRow& row = found->second.row;
    ReviewDetails details{.review = ViewOf(found->second), .requests = {}, .attempts = {}};
    std::set<RequestId> requests;
    for (const auto& [position, request] : items_) {
      if (Contains(row, position)) requests.insert(request);
    }
    details.requests.assign(requests.begin(), requests.end());
    for (const AttemptRow& attempt : attempts_) {
      if (attempt.envelope != row.envelope || attempt.span.lo > row.span.lo ||
          attempt.span.hi < row.span.hi) {
        continue;
      }
      details.attempts.push_back({.call_number = attempt.number,
                                  .started_at = attempt.started_at,
                                  .finished_at = attempt.finished_at,
                                  .outcome = attempt.outcome,
                                  .http_status = attempt.http_status,
                                  .code = attempt.code,
                                  .abandoned = attempt.abandoned});
    }
    std::ranges::sort(details.attempts, {}, &AttemptView::call_number);
    return details;
  }

  Result<AuditEvent> ResolveReview(const ResolveReviewParams& params) override {
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    const auto found = batches_.find(params.batch);
    if (found == batches_.end() || found->second.row.route.account != params.account) {
      return NoSuchReview();
    }
    Kept& kept = found->second;
    const ReviewFacts facts = ViewOf(kept).facts;
    const std::string_view etag = NeedsReview(kept, params.account) ? params.etag : "";
    const Status checked = CheckDecision(facts, etag, params.decision);
    if (!checked.ok()) return checked.error();
    const std::vector<int> positions = PositionsOf(kept.row, params.selection);
    if (positions.empty()) return NotInReview();
    const Verdict verdict{params.by, params.decision, params.hours, params.now};
    return Decide(params.batch, CutByChoice(facts.span, positions), verdict);
  }

  Result<ReviewGroup> PreviewReviews(const ReviewFilter& filter) override {
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    return GroupOf(Find(filter, filter.until.value_or(clock_.Now())),
                   filter.until.value_or(clock_.Now()));
  }

  Result<ReviewGroup> ResolveReviews(const ResolveReviewsParams& params) override {
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    const TimePoint until = UntilOf(params.etag).value_or(clock_.Now());
    const std::vector<ReviewedBatch> found = Find(params.filter, until);
    ReviewGroup group = GroupOf(found, until);
    const Status checked = CheckDecision(group, params.etag, params.decision);
    if (!checked.ok()) return checked.error();
    for (const ReviewedBatch& batch : First(found)) {
      Decide(batch.key, {{batch.facts.span, true}},
             {params.by, params.decision, params.hours, params.now});
    }
    return group;
  }

  Result<std::vector<AccountCondition>> Accounts(std::span<const std::string> names) override {
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    std::vector<AccountCondition> conditions;
    for (const std::string& name : names) conditions.push_back(ConditionOf(name));
    return conditions;
  }

  Result<AccountCondition> ResumeAccount(const ResumeAccountParams& params) override {
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    const AccountCondition before = ConditionOf(params.account);
    const Status checked = CheckResume(before, params.etag, params.held_refusals);
    if (!checked.ok()) return checked.error();
    blocks_.erase(params.account);
    route_blocks_.erase(params.account);
    Keep({.id = 0,
          .at = {},
          .principal = params.by.principal,
          .means = params.by.means,
          .action = AuditAction::kResume,
          .account = params.account,
          .state_before = "blocked",
          .reason_before = BlockedFor(before),
          .state_after = "served",
          .justification = params.by.justification});
    for (auto& [key, kept] : batches_) {
      if (!IsHeldRefusal(kept, params.account)) continue;
      const Api api = ApiOf(kept.row.route.operation);
      if (!before.block &&
          std::ranges::find(before.routes, api, &RouteBlock::api) == before.routes.end()) {
        continue;
      }
      AuditEvent event =
          EventOf(*params.held_refusals == HeldRefusals::kReject ? AuditAction::kReject
                                                                 : AuditAction::kSendAgain,
                  kept.row, params.by);
      const auto unknown_since = kept.row.unknown_since;
      const bool may_have_effect = kept.row.may_have_effect;
      Move(kept, Resolve(*params.held_refusals, EarlierEffectOf(kept.row)));
      kept.row.unknown_since = unknown_since;
      kept.row.may_have_effect = may_have_effect;
      event.state_after = Name(kept.row.state);
      Keep(std::move(event));
    }
    return ConditionOf(params.account);
  }

  Result<Page<AuditEvent>> ListAuditEvents(const ListAuditEventsParams& params) override {
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    Page<AuditEvent> page;
    for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
      if (event->account != params.account || (params.before && event->id >= *params.before)) {
        continue;
      }
      if (IsFull(page, params.page_size)) break;
      page.rows.push_back(*event);
    }
    return page;
  }

  /// Replaces the batch of the same envelope and first position.
  void SetBatch(const BatchRow& row) {
    const std::lock_guard lock(mutex_);
    batches_[{row.envelope, row.span.lo}] = {row, clock_.Now()};
  }
  void AddAttempt(const AttemptRow& attempt) {
    const std::lock_guard lock(mutex_);
    attempts_.push_back(attempt);
  }
  void AddItem(BatchKey position, RequestId request) {
    const std::lock_guard lock(mutex_);
    items_[position] = request;
  }
  void Block(const std::string& account, const AccountBlock& block) {
    const std::lock_guard lock(mutex_);
    blocks_[account] = block;
  }

  void BlockRoute(const std::string& account, Api api, const AccountBlock& block) {
    const std::lock_guard lock(mutex_);
    route_blocks_[account][std::string(Name(api))] = {.api = api, .block = block};
  }

  /// By envelope and first position.
  std::vector<BatchRow> batches() const {
    const std::lock_guard lock(mutex_);
    std::vector<BatchRow> rows;
    for (const auto& [key, kept] : batches_) rows.push_back(kept.row);
    return rows;
  }

  /// Every call fails with this, until it is called with nothing.
  void FailWith(std::optional<Error> failure) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
  }

 private:
  struct Kept {
    BatchRow row;
    TimePoint since;
  };

  struct Verdict {
    const Operator& by;
    ReviewDecision decision;
    const ProcessingHours& hours;
    TimePoint now;
  };

  static Error NotInReview() {
    return {.code = ErrorCode::kFailedPrecondition,
            .reason = "NOT_IN_REVIEW",
            .message = "something that is selected is not in the batch"};
  }

  /// Nothing if something that is selected is not there.
  std::vector<int> PositionsOf(const BatchRow& row, const ReviewSelection& selection) const {
    std::vector<int> positions;
    Span span = row.span;
    if (const auto* const items = std::get_if<ItemsOfRequest>(&selection)) {
      for (int pos = span.lo; pos <= span.hi; ++pos) {
        const auto item = items_.find({row.envelope, pos});
        // AddItem() gives no ordinals: they are the positions.
        if (item != items_.end() && item->second == items->request &&
            std::ranges::find(items->ordinals, pos) != items->ordinals.end()) {
          positions.push_back(pos);
        }
      }
      return positions.size() == items->ordinals.size() ? positions : std::vector<int>{};
    }
    if (const auto* const half = std::get_if<ReviewHalf>(&selection)) span = HalfOf(span, *half);
    for (int pos = span.lo; pos <= span.hi; ++pos) positions.push_back(pos);
    return positions;
  }

  /// Moves the chosen runs; the first of their events.
  AuditEvent Decide(BatchKey key, const std::vector<ChosenRun>& runs, const Verdict& verdict) {
    const Kept whole = batches_.at(key);
    const std::vector<Transition> transitions =
        Resolve(ViewOf(whole).facts, runs, verdict.decision, verdict.hours, verdict.now);
    for (const Transition& run : transitions) {
      Kept& part = batches_[{key.envelope, run.span.lo}] = whole;
      part.row.span = run.span;
      if (run.to != BatchState::kNeedsReview) Move(part, run);
    }
    std::optional<AuditEvent> first;
    for (const ChosenRun& run : runs) {
      if (!run.chosen) continue;
      AuditEvent event = EventOf(ActionOf(verdict.decision), whole.row, verdict.by);
      event.span = run.span;
      event.state_after = Name(batches_.at({key.envelope, run.span.lo}).row.state);
      event = Keep(std::move(event));
      if (!first) first = event;
    }
    return *first;
  }

  std::vector<ReviewedBatch> Find(const ReviewFilter& filter, TimePoint until) const {
    std::vector<ReviewedBatch> found;
    for (const auto& [key, kept] : batches_) {
      if (!NeedsReview(kept, filter.account) || kept.since >= until ||
          (!filter.reason.empty() && kept.row.reason != filter.reason) ||
          (filter.operation && kept.row.route.operation != *filter.operation) ||
          (filter.since && kept.since < *filter.since)) {
        continue;
      }
      found.push_back({key, ViewOf(kept).facts});
    }
    return found;
  }

  static std::vector<ReviewedBatch> First(std::vector<ReviewedBatch> found) {
    if (std::ssize(found) > kMaxReviewsPerDecision) found.resize(kMaxReviewsPerDecision);
    return found;
  }

  ReviewGroup GroupOf(const std::vector<ReviewedBatch>& found, TimePoint until) const {
    const std::vector<ReviewedBatch> first = First(found);
    if (first.empty()) return {};
    ReviewGroup group{.batches = static_cast<int>(first.size()),
                      .more = first.size() < found.size(),
                      .allowed = AllowedForEach(first),
                      .etag = EtagOf(first, until)};
    std::set<RequestId> requests;
    for (const ReviewedBatch& batch : first) {
      const Span span = batch.facts.span;
      group.items += span.size();
      for (int pos = span.lo; pos <= span.hi; ++pos) {
        const auto item = items_.find({batch.key.envelope, pos});
        if (item != items_.end()) requests.insert(item->second);
      }
    }
    group.requests = static_cast<int>(requests.size());
    return group;
  }

  template <typename View>
  static bool IsFull(Page<View>& page, int page_size) {
    page.more = std::ssize(page.rows) == page_size;
    return page.more;
  }

  static bool NeedsReview(const Kept& kept, std::string_view account) {
    return kept.row.state == BatchState::kNeedsReview && kept.row.route.account == account;
  }
  static bool IsHeldRefusal(const Kept& kept, std::string_view account) {
    return kept.row.state == BatchState::kHeld && kept.row.route.account == account &&
           (kept.row.reason == Name(Reason::kRefusedUnconfirmed) ||
            kept.row.reason == Name(Reason::kRefusedConfirmed));
  }
  static bool Contains(const BatchRow& row, BatchKey position) {
    return position.envelope == row.envelope && row.span.lo <= position.lo &&
           position.lo <= row.span.hi;
  }

  /// Of the latest call with the whole batch that has a code of CleverTap's.
  std::string VendorCodeOf(const BatchRow& row) const {
    const auto is_digit = [](char c) { return '0' <= c && c <= '9'; };
    const AttemptRow* latest = nullptr;
    for (const AttemptRow& attempt : attempts_) {
      if (attempt.envelope != row.envelope || attempt.span.lo > row.span.lo ||
          attempt.span.hi < row.span.hi || attempt.code.empty() ||
          !std::ranges::all_of(attempt.code, is_digit)) {
        continue;
      }
      if (!latest || latest->number < attempt.number) latest = &attempt;
    }
    return latest ? latest->code : "";
  }

  ReviewView ViewOf(const Kept& kept) const {
    const BatchRow& row = kept.row;
    return {.account = row.route.account,
            .envelope = row.envelope,
            .kind = row.kind,
            .facts = {.operation = row.route.operation,
                      .span = row.span,
                      .reason = row.reason,
                      .call_count = row.call_count,
                      .unknown_since = row.unknown_since,
                      .may_have_effect = row.may_have_effect},
            .since = kept.since,
            .vendor_code = VendorCodeOf(row)};
  }

  AccountCondition ConditionOf(const std::string& account) const {
    AccountCondition condition{.account = account};
    if (const auto block = blocks_.find(account); block != blocks_.end()) {
      condition.block = block->second;
    }
    for (const auto& [key, kept] : batches_) {
      if (IsHeldRefusal(kept, account)) condition.held_refusals += kept.row.span.size();
    }
    const auto routes = route_blocks_.find(account);
    if (routes == route_blocks_.end()) return condition;
    for (const auto& [name, block] : routes->second) {
      RouteBlock& route = condition.routes.emplace_back(block);
      for (const auto& [key, kept] : batches_) {
        if (IsHeldRefusal(kept, account) && ApiOf(kept.row.route.operation) == route.api) {
          route.held_refusals += kept.row.span.size();
        }
      }
    }
    return condition;
  }

  static AuditAction ActionOf(ReviewDecision decision) {
    switch (decision) {
      case ReviewDecision::kSendAgain: return AuditAction::kSendAgain;
      case ReviewDecision::kMarkAccepted: return AuditAction::kMarkAccepted;
      case ReviewDecision::kCancel: break;
    }
    return AuditAction::kCancel;
  }

  static AuditEvent EventOf(AuditAction action, const BatchRow& row, const Operator& by) {
    return {.id = 0,
            .at = {},
            .principal = by.principal,
            .means = by.means,
            .action = action,
            .account = row.route.account,
            .envelope = row.envelope,
            .span = row.span,
            .state_before = std::string(Name(row.state)),
            .reason_before = row.reason,
            .state_after = {},
            .justification = by.justification};
  }

  void Move(Kept& kept, const Transition& transition) const {
    BatchRow& row = kept.row;
    row.state = transition.to;
    row.reason = transition.reason;
    row.not_before = {};
    row.may_have_effect |= row.unknown_since.has_value();
    row.unknown_since = {};
    row.refused_since = {};
    row.accepted_at = transition.accepted_at;
    row.window_end = transition.window_end;
    if (row.state == BatchState::kReady) row.opened_at = clock_.Now();
    if (IsFinal(row.state)) row.finished_at = clock_.Now();
    kept.since = clock_.Now();
  }

  AuditEvent Keep(AuditEvent event) {
    event.id = std::ssize(events_) + 1;
    event.at = clock_.Now();
    events_.push_back(event);
    return event;
  }

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<BatchKey, Kept> batches_;
  std::vector<AttemptRow> attempts_;
  std::map<BatchKey, RequestId> items_;
  std::map<std::string, AccountBlock> blocks_;
  std::map<std::string, std::map<std::string, RouteBlock>> route_blocks_;  ///< By account and API.
  std::vector<AuditEvent> events_;
  std::optional<Error> failure_;
};

}  // namespace lethe::fakes
