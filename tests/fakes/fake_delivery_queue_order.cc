#include <deque>
#include <map>
#include <tuple>

#include "fakes/fake_delivery_queue.h"
#include "lethe/reasons.h"
#include "lethe/urgency.h"

namespace lethe::fakes {

BatchRow* FakeDeliveryQueue::NextInLine(const Route& route, milliseconds linger, bool oldest) {
  const bool probing = gate_.IsBlocked(route.account) || gate_.IsRouteBlocked(route);
  const auto place_of_probe = [](const BatchRow& batch) {
    return std::make_tuple(batch.refused_since.has_value(), batch.not_before.value_or(TimePoint{}),
                           batch.envelope, batch.span.lo);
  };
  const auto goes_before = [&](const BatchRow& one, const BatchRow& other) {
    if (probing) return place_of_probe(one) < place_of_probe(other);
    return !oldest && GoesBefore(one, other);
  };
  BatchRow* next = nullptr;
  for (auto& [key, batch] : batches_) {
    if (!IsSendable(batch, linger) || batch.route != route) continue;
    if (!next || goes_before(batch, *next)) next = &batch;
  }
  return next;
}

bool FakeDeliveryQueue::GoesBefore(const BatchRow& one, const BatchRow& other) const {
  return std::tie(one.urgency, one.due_at) < std::tie(other.urgency, other.due_at);
}

BatchRow* FakeDeliveryQueue::HoldBlockedItems(const BatchRow& batch) {
  std::map<int, Blocker> blockers;
  for (int pos = batch.span.lo; pos <= batch.span.hi; ++pos) {
    if (const auto blocker = FindBlocker(batch, pos)) blockers[pos] = *blocker;
  }
  const BatchRow whole = batch;
  batches_.erase({whole.envelope, whole.span.lo});
  BatchRow* free = nullptr;
  for (const PrecedenceRun& run : CutByBlocker(whole.span, blockers)) {
    BatchRow& part = batches_[{whole.envelope, run.span.lo}] = whole;
    part.span = run.span;
    part.state = run.blocked_by ? BatchState::kHeld : BatchState::kReady;
    part.reason = run.blocked_by ? Name(Reason::kEarlierOperation) : "";
    part.not_before.reset();
    part.blocked_by = run.blocked_by;
    if (run.blocked_by) HurryBlockers(part);
    if (!run.blocked_by && !free) free = &part;
  }
  return free;
}

void FakeDeliveryQueue::HurryBlockers(const BatchRow& waiting) {
  std::deque<Blocker> blockers{*waiting.blocked_by};
  for (; !blockers.empty(); blockers.pop_front()) {
    const Blocker& blocker = blockers.front();
    for (auto& [key, batch] : batches_) {
      const bool is_of_it = batch.envelope == blocker.envelope &&
                            batch.span.lo <= blocker.span.hi && batch.span.hi >= blocker.span.lo;
      if (!is_of_it) continue;
      const bool is_waiting = batch.state == BatchState::kOpen ||
                              batch.state == BatchState::kReady || batch.state == BatchState::kHeld;
      if (is_waiting && GoesBefore(waiting, batch)) {
        batch.urgency = waiting.urgency;
        batch.due_at = waiting.due_at;
      }
      if (batch.blocked_by) blockers.push_back(*batch.blocked_by);
    }
  }
}

std::optional<Blocker> FakeDeliveryQueue::FindBlocker(const BatchRow& batch, int pos) const {
  const Precedence mine{batch.call_count > 0, RequestOf(batch.envelope)};
  std::optional<Blocker> last;
  RequestId last_request{};
  for (const auto& [key, other] : batches_) {
    if (other.route.account != batch.route.account || IsFinal(other.state) ||
        other.route.operation == batch.route.operation) {
      continue;
    }
    const RequestId request = RequestOf(other.envelope);
    if (!Precedes({other.call_count > 0, request}, mine) || request < last_request) continue;
    for (int at = other.span.lo; at <= other.span.hi; ++at) {
      if (At(other.envelope, at) != At(batch.envelope, pos)) continue;
      last = {other.envelope, other.span};
      last_request = request;
    }
  }
  return last;
}

}  // namespace lethe::fakes
