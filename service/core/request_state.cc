#include "lethe/request.h"

namespace lethe {

RequestState DeriveState(const ItemCounts& counts, int item_count) {
  const int total = counts.total();
  if (counts[BatchState::kNeedsReview] > 0) return RequestState::kNeedsReview;
  if (total == 0 || total != item_count) return RequestState::kExpired;
  if (counts[BatchState::kOpen] + counts[BatchState::kReady] == total) return RequestState::kQueued;
  if (counts[BatchState::kDone] == total) return RequestState::kCompleted;
  if (counts[BatchState::kRejected] == total) return RequestState::kRejected;
  if (counts[BatchState::kDone] + counts[BatchState::kRejected] == total) {
    return RequestState::kPartiallyCompleted;
  }
  return RequestState::kInProgress;
}

}  // namespace lethe
