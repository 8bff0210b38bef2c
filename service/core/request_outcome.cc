#include "lethe/request_outcome.h"

namespace lethe {

std::optional<RequestOutcome> OutcomeOf(const ItemCounts& counts, int item_count) {
  switch (DeriveState(counts, item_count)) {
    case RequestState::kCompleted: return RequestOutcome::kComplete;
    case RequestState::kPartiallyCompleted: return RequestOutcome::kInPart;
    case RequestState::kRejected: return RequestOutcome::kDenied;
    case RequestState::kCancelled: return RequestOutcome::kCancelled;
    case RequestState::kQueued:
    case RequestState::kInProgress:
    case RequestState::kNeedsReview:
    case RequestState::kExpired: break;
  }
  return std::nullopt;
}

RequestState StateOf(RequestOutcome outcome) {
  switch (outcome) {
    case RequestOutcome::kComplete: return RequestState::kCompleted;
    case RequestOutcome::kInPart: return RequestState::kPartiallyCompleted;
    case RequestOutcome::kDenied: return RequestState::kRejected;
    case RequestOutcome::kCancelled: return RequestState::kCancelled;
  }
  return RequestState::kExpired;
}

}  // namespace lethe
