#include "simulation/dispatcher/row_checker.h"

#include <algorithm>
#include <string>

#include "lethe/reasons.h"
#include "lethe/refusal.h"

namespace lethe::simulation {

using fakes::AttemptRow;
using fakes::BatchRow;

bool RowChecker::Look(const fakes::FakeDeliveryQueue& queue) {
  std::swap(seen_, seen_before_);
  seen_.clear();
  rows_.clear();
  queue.VisitBatches([this](const BatchRow& row) {
    seen_.push_back({.envelope = row.envelope, .span = row.span, .state = row.state});
    rows_.push_back(&row);
  });
  const auto changed = std::ranges::mismatch(seen_, seen_before_).in1 - seen_.begin();
  if (changed == std::ssize(seen_) && seen_.size() == seen_before_.size()) return false;
  CheckCover();
  CheckMoves(std::span(rows_).subspan(static_cast<std::size_t>(changed)));
  return true;
}

void RowChecker::CheckCover() {
  auto batch = seen_.begin();
  bool whole = true;
  for (const auto& [id, envelope] : ledger_.envelopes()) {
    int next = 0;
    while (batch != seen_.end() && batch->envelope == id && batch->span.lo == next &&
           batch->span.hi >= batch->span.lo) {
      next = batch->span.hi + 1;
      ++batch;
    }
    whole &= next == std::ssize(envelope.items);
  }
  if (!whole || batch != seen_.end()) {
    ledger_.Violated("an identifier is lost or in two batches");
  }
}

void RowChecker::CheckMoves(std::span<const BatchRow* const> rows) {
  for (const BatchRow* row : rows) {
    for (int pos = row->span.lo; pos <= row->span.hi; ++pos) {
      Item& item = ledger_.at({row->envelope, pos});
      if (item.state == row->state) continue;
      if (!CanMove(item.state, row->state)) {
        ledger_.Violated("a batch moved from " + std::string(Name(item.state)) + " to " +
                         std::string(Name(row->state)));
      }
      item.state = row->state;
      if (row->state == BatchState::kAccepted) CheckAcceptance(*row, item);
      if (row->state == BatchState::kRejected) CheckRejection(*row, item);
      if (row->state == BatchState::kDone) CheckEnd(*row);
    }
  }
}

void RowChecker::CheckAcceptance(const BatchRow& row, const Item& item) {
  if (item.marked_accepted) return;
  if (item.effects.empty() || item.effects.front() > *row.accepted_at) {
    ledger_.Violated("a batch was called accepted without effect");
  }
}

void RowChecker::CheckRejection(const BatchRow& row, const Item& item) {
  if (item.effects.size() > item.effects_answered_for) {
    ledger_.Violated("an identifier was rejected that CleverTap has taken");
  }
  if (item.rejected) return;
  const bool is_poison = clevertap_.IsPoison(row.route.account, item.identifier) ||
                         clevertap_.OddityOf(row.route.account, item.identifier);
  if (!is_poison &&
      !(item.refused_at && clevertap_.MisleadsAbout(row.route, row.kind, *item.refused_at))) {
    ledger_.Violated("an identifier was rejected that CleverTap takes");
  }
  if (row.reason != Name(Reason::kRefusedByVendor)) return;
  std::deque<TimePoint>& lately = rejected_lately_[row.route];
  while (!lately.empty() && clock_.Now() - lately.front() >= kRefusalMemory) lately.pop_front();
  lately.push_back(clock_.Now());
  if (std::ssize(lately) > kFewRefusals)
    ledger_.Violated("too many were rejected without a person");
}

void RowChecker::CheckEnd(const BatchRow& row) {
  if (clock_.Now() < *row.window_end ||
      *row.window_end < WindowEnd(row.route.operation, *row.accepted_at, hours_)) {
    ledger_.Violated("a batch was called done before its window had passed");
  }
}

void RowChecker::Conclude(const fakes::FakeDeliveryQueue& queue) {
  Look(queue);
  const std::vector<AttemptRow> attempts = queue.attempts();
  for (const BatchRow& row : queue.batches()) {
    if (!IsFinal(row.state)) ledger_.Violated("a batch never came to rest");
    CheckAttempts(row, attempts);
  }
}

/// The count that delays grow by is of the calls that may have done something. An answer about the
/// account or the route counts where others were taken: there it was about the payload.
void RowChecker::CheckAttempts(const BatchRow& row, const std::vector<AttemptRow>& attempts) {
  int at_least = 0;
  int at_most = 0;
  for (const AttemptRow& attempt : attempts) {
    if (attempt.envelope != row.envelope || attempt.span.lo > row.span.lo ||
        attempt.span.hi < row.span.hi) {
      continue;
    }
    switch (attempt.abandoned ? OutcomeClass::kUnknown
                              : attempt.outcome.value_or(OutcomeClass::kUnknown)) {
      case OutcomeClass::kThrottled: break;
      case OutcomeClass::kAccountBlocked:
      case OutcomeClass::kMisconfigured: ++at_most; break;
      case OutcomeClass::kNotSent:
        at_least += attempt.code == "connect";
        at_most += attempt.code == "connect";
        break;
      default:
        ++at_least;
        ++at_most;
        break;
    }
  }
  if (row.attempt_count < at_least || row.attempt_count > at_most) {
    ledger_.Violated("an attempt was spent on nothing, or not counted");
  }
}

}  // namespace lethe::simulation
