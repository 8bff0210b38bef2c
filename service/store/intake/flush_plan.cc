#include "store/intake/flush_plan.h"

#include <algorithm>
#include <set>
#include <string>

#include "lethe/operation_traits.h"
#include "store/unlinking/unlinked.h"

namespace lethe::store {
namespace {

void AddAppend(const Append& append, sql::WriteRequests& statement) {
  statement.appends.Add({.envelope = append.envelope.id,
                         .items = append.item_count,
                         .hi = append.envelope.size - 1,
                         .capacity = EnvelopeCapacity(append.lane.operation)});
}

void AddEnvelope(const NewEnvelope& envelope, const OpenEnvelopes& open,
                 sql::WriteRequests& statement) {
  const auto still_open = open.find(envelope.lane);
  const bool is_open = still_open != open.end() && still_open->second.id == envelope.id;
  statement.envelopes.Add({.envelope = envelope.id,
                           .hi = envelope.size - 1,
                           .account = envelope.lane.account,
                           .operation = envelope.lane.operation,
                           .kind = envelope.lane.kind,
                           .state = is_open ? BatchState::kOpen : BatchState::kReady,
                           .urgency = Rank(envelope.lane.urgency),
                           .due_at = envelope.due});
}

void AddRequest(RequestId id, const SealedRequest& request, const Placement& placement,
                sql::WriteRequests& statement) {
  statement.requests.Add({.id = id,
                          .account = request.lane.account,
                          .operation = request.lane.operation,
                          .kind = request.lane.kind,
                          .principal = request.principal,
                          .submit_time = request.submit_time,
                          .due_time = request.due_time,
                          .due_by = request.due_by,
                          .item_count = static_cast<int>(request.items.size()),
                          .duplicate_count = request.duplicate_count,
                          .first_envelope = placement.first_envelope,
                          .first_pos = placement.first_pos,
                          .envelope_count = placement.envelope_count,
                          .retry_of = request.retry_of});
}

void AddKeys(RequestId id, const SealedRequest& request, sql::WriteRequests& statement) {
  for (const auto& [key_hmac, account_key_hmac, payload_hmac] : request.key_forms) {
    statement.keys.Add({.request_id = id,
                        .principal = request.principal,
                        .key_hmac = key_hmac,
                        .payload_hmac = payload_hmac});
    statement.account_keys.Add({.principal = request.principal, .key_hmac = account_key_hmac});
  }
}

void AddItems(RequestId id, const SealedRequest& request, const Placement& placement,
              FlushPlan& plan) {
  const int capacity = EnvelopeCapacity(request.lane.operation);
  const bool unlinks = Unlinks(request.lane.operation);
  int place = placement.first_pos;
  for (const SealedItem& item : request.items) {
    const EnvelopeId envelope{ToInt(placement.first_envelope) + place / capacity};
    const int pos = place % capacity;
    plan.write_requests.items.Add({.envelope = envelope,
                                   .request_id = id,
                                   .pos = pos,
                                   .ordinal = item.ordinal,
                                   .sealed = item.sealed,
                                   .digest = item.digest});
    const auto add_unlinking = [&](const crypto::Bytes& digest) {
      if (!unlinks) return;
      plan.write_unlinking_items.items.Add(
          {.digest = digest, .request_id = id, .envelope = envelope, .pos = pos});
    };
    add_unlinking(item.digest);
    for (const crypto::Bytes& digest : item.more_digests) {
      plan.write_requests.digests.Add(
          {.envelope = envelope, .pos = pos, .digest = digest, .request_id = id});
      add_unlinking(digest);
    }
    ++place;
  }
}

}  // namespace

FlushPlan PlanFlush(const Flush& flush, KeyHandling keys, const OpenEnvelopes& open,
                    const TakeEnvelopeIds& take_ids) {
  const auto& [requests, now] = flush;
  FlushPlan plan{
      .placements = std::vector<Placement>(requests.size()),
      .open = open,
      .appended = {},
      .write_requests = {.now = now, .writes_keys = keys == KeyHandling::kInThisStatement},
      .write_unlinking_items = {}};
  std::vector<PlacementRequest> unplaced;
  unplaced.reserve(requests.size());
  for (const auto& [id, request] : requests) {
    unplaced.push_back({static_cast<int>(unplaced.size()), &request->lane,
                        static_cast<int>(request->items.size()), SendingDue(*request, now)});
  }
  std::set<int> placed;
  for (const Append& append : PlanAppends(unplaced, open)) {
    AddAppend(append, plan.write_requests);
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
  for (const NewEnvelope& envelope :
       PlanNewEnvelopes(unplaced, take_ids, plan.placements, plan.open)) {
    AddEnvelope(envelope, plan.open, plan.write_requests);
  }
  std::set<std::string> erasing_accounts;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto& [id, request] = requests[i];
    const auto& [account, operation, kind, urgency] = request->lane;
    AddRequest(id, *request, plan.placements[i], plan.write_requests);
    AddItems(id, *request, plan.placements[i], plan);
    if (keys == KeyHandling::kInThisStatement) AddKeys(id, *request, plan.write_requests);
    if (CanBeUnlinked(operation, kind)) erasing_accounts.insert(account);
  }
  for (const std::string& account : erasing_accounts) {
    plan.write_requests.erasing_accounts.Add(account);
  }
  return plan;
}

}  // namespace lethe::store
