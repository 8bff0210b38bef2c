#include "store/intake/flush_plan.h"

#include <algorithm>
#include <set>

#include "store/unlinking/unlinked.h"

namespace lethe::store {

void AppendColumns::Add(const Append& append) {
  envelopes.Add(ToInt(append.envelope.id));
  item_counts.Add(std::int64_t{append.item_count});
  ends.Add(std::int64_t{append.envelope.size - 1});
  capacities.Add(std::int64_t{EnvelopeCapacity(append.lane.operation)});
}

void EnvelopeColumns::Add(const NewEnvelope& envelope, const OpenEnvelopes& open) {
  const auto still_open = open.find(envelope.lane);
  const bool is_open = still_open != open.end() && still_open->second.id == envelope.id;
  ids.Add(ToInt(envelope.id));
  ends.Add(std::int64_t{envelope.size - 1});
  accounts.AddText(envelope.lane.account);
  operations.AddText(Name(envelope.lane.operation));
  kinds.AddText(Name(envelope.lane.kind));
  states.AddText(Name(is_open ? BatchState::kOpen : BatchState::kReady));
}

void RequestColumns::Add(RequestId id, const SealedRequest& request, const Placement& placement) {
  ids.Add(ToInt(id));
  accounts.AddText(request.lane.account);
  operations.AddText(Name(request.lane.operation));
  kinds.AddText(Name(request.lane.kind));
  principals.AddText(request.principal);
  submit_times.Add(ToMicros(request.submit_time));
  due_times.Add(ToMicros(request.due_time));
  item_counts.Add(static_cast<std::int64_t>(request.items.size()));
  duplicate_counts.Add(std::int64_t{request.duplicate_count});
  envelopes.Add(ToInt(placement.first_envelope));
  positions.Add(std::int64_t{placement.first_pos});
  envelope_counts.Add(std::int64_t{placement.envelope_count});
  keys.AddBytes(request.key_hmac);
  payloads.AddBytes(request.payload_hmac);
}

void ItemColumns::Add(RequestId id, const SealedRequest& request, const Placement& placement) {
  const int capacity = EnvelopeCapacity(request.lane.operation);
  int place = placement.first_pos;
  for (const SealedItem& item : request.items) {
    envelopes.Add(ToInt(placement.first_envelope) + place / capacity);
    request_ids.Add(ToInt(id));
    positions.Add(std::int64_t{place % capacity});
    ordinals.Add(std::int64_t{item.ordinal});
    sealed.AddBytes(item.sealed);
    digests.AddBytes(item.digest);
    ++place;
  }
}

FlushPlan PlanFlush(std::span<const NumberedRequest> requests, const OpenEnvelopes& open,
                    IdSource& ids, TimePoint now) {
  FlushPlan plan;
  plan.placements.resize(requests.size());
  plan.open = open;
  std::vector<PlacementRequest> unplaced;
  unplaced.reserve(requests.size());
  for (const auto& [id, request] : requests) {
    unplaced.push_back({static_cast<int>(unplaced.size()), &request->lane,
                        static_cast<int>(request->items.size())});
  }
  std::set<int> placed;
  for (const Append& append : PlanAppends(unplaced, open)) {
    plan.appends.Add(append);
    plan.appended.push_back(append.lane);
    int& size = plan.open.at(append.lane).size;
    for (const PlacementRequest& request : append.requests) {
      plan.placements[request.index] = {append.envelope.id, size, 1};
      size += request.item_count;
      placed.insert(request.index);
    }
    if (size >= EnvelopeCapacity(append.lane.operation)) plan.open.erase(append.lane);
  }
  std::erase_if(unplaced, [&](const PlacementRequest& r) { return placed.contains(r.index); });
  const auto take_ids = [&](int count) { return EnvelopeId{ids.Take(now, count)}; };
  for (const NewEnvelope& envelope :
       PlanNewEnvelopes(unplaced, take_ids, plan.placements, plan.open)) {
    plan.envelopes.Add(envelope, plan.open);
  }
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto& [id, request] = requests[i];
    const Lane& lane = request->lane;
    plan.requests.Add(id, *request, plan.placements[i]);
    plan.items.Add(id, *request, plan.placements[i]);
    if (Unlinks(lane.operation)) plan.unlinking_items.Add(id, *request, plan.placements[i]);
    if (CanBeUnlinked(lane.operation, lane.kind)) plan.erasing_accounts.insert(lane.account);
  }
  return plan;
}

}  // namespace lethe::store
