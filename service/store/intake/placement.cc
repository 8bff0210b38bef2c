#include "store/intake/placement.h"

#include <algorithm>

#include "lethe/operation_traits.h"

namespace lethe::store {

std::vector<Append> PlanAppends(const std::vector<PlacementRequest>& requests,
                                const OpenEnvelopes& open) {
  std::map<Lane, Append> appends;
  for (const PlacementRequest& request : requests) {
    const auto envelope = open.find(*request.lane);
    if (envelope == open.end()) continue;
    if (!MayJoin(request.due, envelope->second.due, request.lane->urgency)) continue;
    auto [append, added] =
        appends.try_emplace(*request.lane, Append{*request.lane, envelope->second, 0, {}});
    const int size = envelope->second.size + append->second.item_count;
    if (size + request.item_count > EnvelopeCapacity(request.lane->operation)) continue;
    append->second.item_count += request.item_count;
    append->second.requests.push_back(request);
  }
  std::vector<Append> plan;
  for (auto& [lane, append] : appends) {
    if (append.item_count > 0) plan.push_back(std::move(append));
  }
  return plan;
}

std::vector<NewEnvelope> PlanNewEnvelopes(const std::vector<PlacementRequest>& requests,
                                          const TakeEnvelopeIds& take_ids,
                                          std::vector<Placement>& placements, OpenEnvelopes& open) {
  std::vector<NewEnvelope> envelopes;
  std::map<Lane, std::size_t> current;  // into envelopes: the one that its lane still fills
  for (const PlacementRequest& request : requests) {
    const Lane& lane = *request.lane;
    const int capacity = EnvelopeCapacity(lane.operation);
    if (request.item_count > capacity) {
      const int count = (request.item_count + capacity - 1) / capacity;
      const EnvelopeId first = take_ids(count);
      placements[request.index] = {first, 0, count};
      for (int i = 0; i < count; ++i) {
        const int size = std::min(capacity, request.item_count - i * capacity);
        envelopes.push_back({EnvelopeId{ToInt(first) + i}, lane, size, request.due});
      }
      continue;
    }
    auto filling = current.find(lane);
    if (filling == current.end() ||
        envelopes[filling->second].size + request.item_count > capacity) {
      current[lane] = envelopes.size();
      filling = current.find(lane);
      envelopes.push_back({take_ids(1), lane, 0, request.due});
    }
    NewEnvelope& envelope = envelopes[filling->second];
    placements[request.index] = {envelope.id, envelope.size, 1};
    envelope.size += request.item_count;
    envelope.due = std::min(envelope.due, request.due);
  }
  for (const auto& [lane, index] : current) {
    const NewEnvelope& envelope = envelopes[index];
    if (envelope.size < EnvelopeCapacity(lane.operation)) {
      open[lane] = {envelope.id, envelope.size, envelope.due};
    }
  }
  return envelopes;
}

}  // namespace lethe::store
