#include <algorithm>

#include "fakes/fake_delivery_queue.h"
#include "lethe/chosen_run.h"

namespace lethe::fakes {

bool FakeDeliveryQueue::HasRequest(std::string_view account, RequestId request) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(envelopes_, [&](const auto& entry) {
    return RequestOf(entry.first) == request && entry.second.route.account == account;
  });
}

ChangeEffect FakeDeliveryQueue::Effect(const BatchRow& batch, RequestChange change) const {
  return EffectOf(
      change,
      {.state = batch.state, .reason = batch.reason, .may_have_effect = MayHaveEffect(batch)});
}

std::optional<ChangeCounts> FakeDeliveryQueue::Change(RequestId request,
                                                      std::span<const int> ordinals,
                                                      RequestChange change, bool preview) {
  const std::lock_guard lock(mutex_);
  const std::map<BatchKey, BatchRow> before = batches_;
  ChangeCounts counts;
  int met = 0;
  for (const auto& [key, batch] : before) {
    if (RequestOf(batch.envelope) != request) continue;
    std::vector<int> positions;
    for (int pos = batch.span.lo; pos <= batch.span.hi; ++pos) {
      if (ordinals.empty() || std::ranges::find(ordinals, pos) != ordinals.end()) {
        positions.push_back(pos);
      }
    }
    if (positions.empty()) continue;
    met += static_cast<int>(positions.size());
    const ChangeEffect effect = Effect(batch, change);
    counts[effect] += static_cast<int>(positions.size());
    if (effect == ChangeEffect::kChanged) Change(batch, positions, change);
  }
  const bool is_unknown = !ordinals.empty() && met != static_cast<int>(ordinals.size());
  if (preview || is_unknown) batches_ = before;
  if (is_unknown) return std::nullopt;
  return counts;
}

void FakeDeliveryQueue::Change(const BatchRow& whole, std::span<const int> positions,
                               RequestChange change) {
  const ChangedTo to = Leads(change);
  for (const auto& [span, chosen] : CutByChoice(whole.span, positions)) {
    BatchRow& batch = batches_[{whole.envelope, span.lo}] = whole;
    batch.span = span;
    if (!chosen) {
      if (batch.state == BatchState::kOpen) batch.state = BatchState::kReady;
      continue;
    }
    batch.state = to.state;
    batch.reason = to.reason;
    batch.not_before.reset();
    batch.blocked_by.reset();
    batch.review_since.reset();
    if (to.state == BatchState::kReady && !batch.may_have_effect) batch.opened_at = clock_.Now();
    if (IsFinal(to.state)) batch.finished_at = clock_.Now();
  }
}

}  // namespace lethe::fakes
