#include "lethe/request.h"

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

}  // namespace lethe
