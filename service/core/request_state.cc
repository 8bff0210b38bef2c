#include <algorithm>

#include "lethe/request.h"
#include "lethe/request_store.h"

namespace lethe {

RequestState DeriveState(const ItemCounts& counts, int item_count) {
  const int total = counts.total();
  if (counts[BatchState::kNeedsReview] > 0) return RequestState::kNeedsReview;
  if (total == 0 || total != item_count) return RequestState::kExpired;
  const int waiting =
      counts[BatchState::kOpen] + counts[BatchState::kReady] + counts[BatchState::kHeld];
  if (waiting == total) return RequestState::kQueued;

  const int done = counts[BatchState::kDone];
  const int cancelled = counts[BatchState::kCancelled];
  if (done + counts[BatchState::kRejected] + cancelled < total) return RequestState::kInProgress;
  if (done == total) return RequestState::kCompleted;
  if (cancelled == total) return RequestState::kCancelled;
  return done > 0 ? RequestState::kPartiallyCompleted : RequestState::kRejected;
}

bool IsOverdue(const RequestView& request, TimePoint now) {
  if (!request.due_time || now <= *request.due_time) return false;
  for (const BatchState state : kAll<BatchState>) {
    if (!IsFinal(state) && request.counts[state] > 0) return true;
  }
  return false;
}

Result<std::vector<std::size_t>> ChooseRejected(std::span<const ItemState> items,
                                                std::span<const int> ordinals) {
  std::vector<std::size_t> chosen;
  std::size_t met = 0;
  bool all_are_rejected = true;
  for (std::size_t place = 0; place < items.size(); ++place) {
    const bool is_asked_for = std::ranges::find(ordinals, items[place].ordinal) != ordinals.end();
    const bool is_rejected = items[place].state == BatchState::kRejected;
    if (is_asked_for) {
      ++met;
      all_are_rejected = all_are_rejected && is_rejected;
    }
    if (is_rejected && (ordinals.empty() || is_asked_for)) chosen.push_back(place);
  }
  if (met < ordinals.size()) {
    return Error{ErrorCode::kNotFound, Text(ErrorReason::kItemNotFound),
                 "the request has no item of such an ordinal"};
  }
  if (chosen.empty() || !all_are_rejected) {
    return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kNotRejected),
                 ordinals.empty() ? "no item of the request is rejected"
                                  : "an item of the ordinals is not rejected"};
  }
  return chosen;
}

}  // namespace lethe
