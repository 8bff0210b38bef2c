#include "lethe/request_filter.h"

#include <algorithm>

namespace lethe {
namespace {

bool IsInScope(const RequestFilter& filter, const RequestTraits& request) {
  return std::ranges::any_of(filter.scopes, [&](const AccountScope& scope) {
    return scope.account == request.account && scope.operations.Contains(request.operation);
  });
}

}  // namespace

bool TimeRange::Contains(std::optional<TimePoint> time) const {
  if (empty()) return true;
  return time && (!from || *from <= *time) && (!until || *time < *until);
}

bool FindsOnlyOpen(const RequestFilter& filter) {
  const bool of_open_states = !filter.states.empty() && filter.states.IsWithin(kOpenStates);
  return of_open_states || filter.overdue || filter.held || filter.needs_review;
}

bool FindsOnlyFinal(const RequestFilter& filter) {
  return !filter.states.empty() && filter.states.IsWithin(kFinalStates);
}

bool MayBeWanted(const RequestFilter& filter, const RequestTraits& request) {
  return IsInScope(filter, request) &&
         (filter.principal.empty() || filter.principal == request.principal) &&
         filter.created.Contains(request.create_time) && filter.due.Contains(request.due_time);
}

bool IsWanted(const RequestFilter& filter, const RequestView& request, TimePoint now) {
  const RequestState state = DeriveState(request.counts, request.item_count);
  const bool is_overdue =
      request.due_time && *request.due_time < now && kOpenStates.Contains(state);
  return MayBeWanted(filter, {.account = request.account,
                              .operation = request.operation,
                              .principal = request.principal,
                              .create_time = request.create_time,
                              .due_time = request.due_time}) &&
         (filter.states.empty() || filter.states.Contains(state)) &&
         (!filter.overdue || is_overdue) &&
         (!filter.held || request.counts[BatchState::kHeld] > 0) &&
         (!filter.needs_review || request.counts[BatchState::kNeedsReview] > 0);
}

}  // namespace lethe
