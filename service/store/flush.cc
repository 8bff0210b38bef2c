#include "store/flush.h"

#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "store/statements.h"
#include "store/unlinked.h"
#include "store/values.h"

namespace lethe::store {
namespace {

using Requests = std::span<const SealedRequest* const>;

std::int64_t TakeIds(IdSource& ids, TimePoint now, int count) {
  const auto first = ids.Next(now, count);
  if (!first) throw std::runtime_error("the reserved ids are used up");
  return *first;
}

struct InsertedKeys {
  std::set<std::int64_t> first;  ///< Which of the ids were the first to have their key.
  std::string transaction;
};

InsertedKeys InsertKeys(pqxx::work& work, Requests requests, const std::vector<std::int64_t>& ids,
                        TimePoint now) {
  ArrayLiteral principals, keys, request_ids, payloads;
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const SealedRequest& request = *requests[i];
    if (!seen.emplace(request.principal, request.key_hmac).second) continue;
    principals.AddText(request.principal);
    keys.AddBytes(request.key_hmac);
    request_ids.Add(ids[i]);
    payloads.AddBytes(request.payload_hmac);
  }
  InsertedKeys inserted;
  for (const auto& row : work.exec_prepared(kInsertKeys.name, principals.str(), keys.str(),
                                            request_ids.str(), payloads.str(), ToMicros(now))) {
    inserted.first.insert(row[0].as<std::int64_t>());
    inserted.transaction = row[1].c_str();
  }
  return inserted;
}

/// What the first request with this key got. A statement of its own, after the insert: only now is
/// the other transaction's row seen.
Result<Admission> FindOriginal(pqxx::work& work, const SealedRequest& request) {
  const auto found =
      work.exec_prepared(kFindKey.name, request.principal, pqxx::binarystring(request.key_hmac));
  if (found.empty()) {
    return Error{ErrorCode::kUnavailable, "STORE_UNAVAILABLE",
                 "the idempotency key expired at this moment: try again"};
  }
  if (ToBytes(found[0][1]) != request.payload_hmac) {
    return Error{
        ErrorCode::kAlreadyExists, "IDEMPOTENCY_KEY_REUSED",
        "this idempotency key was used for a request with another payload: use a new key for "
        "a new request"};
  }
  return Admission{RequestId{found[0][0].as<std::int64_t>()}, ToTime(found[0][2]), true};
}

struct EnvelopeColumns {
  ArrayLiteral ids, ends, accounts, operations, kinds, states;

  void Add(const NewEnvelope& envelope, const OpenEnvelopes& open) {
    const auto still_open = open.find(envelope.lane);
    const bool is_open = still_open != open.end() && still_open->second.id == envelope.id;
    ids.Add(ToInt(envelope.id));
    ends.Add(std::int64_t{envelope.size - 1});
    accounts.AddText(envelope.lane.account);
    operations.AddText(Name(envelope.lane.operation));
    kinds.AddText(Name(envelope.lane.kind));
    states.AddText(Name(is_open ? BatchState::kOpen : BatchState::kReady));
  }
};

struct RequestColumns {
  ArrayLiteral ids, accounts, operations, kinds, principals, submit_times, due_times, item_counts,
      duplicate_counts, envelopes, positions, envelope_counts;

  void Add(std::int64_t id, const SealedRequest& request, const Placement& placement) {
    ids.Add(id);
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
  }
};

struct ItemColumns {
  ArrayLiteral envelopes, request_ids, positions, ordinals, sealed, digests;

  bool empty() const { return digests.empty(); }

  void Add(std::int64_t id, const SealedRequest& request, const Placement& placement) {
    const int capacity = EnvelopeCapacity(request.lane.operation);
    int place = placement.first_pos;
    for (const SealedItem& item : request.items) {
      envelopes.Add(ToInt(placement.first_envelope) + place / capacity);
      request_ids.Add(id);
      positions.Add(std::int64_t{place % capacity});
      ordinals.Add(std::int64_t{item.ordinal});
      sealed.AddBytes(item.sealed);
      digests.AddBytes(item.digest);
      ++place;
    }
  }
};

/// What kWriteRequests takes.
struct NewRows {
  EnvelopeColumns envelopes;
  RequestColumns requests;
  ItemColumns items;
  ItemColumns unlinking_items;  ///< Those of them that unlink.
  std::set<std::string> erasing_accounts;
};

/// Returns which of the accounts have requests that unlink identities.
std::set<std::string> Write(pqxx::work& work, const NewRows& rows, TimePoint now) {
  const auto& [envelopes, requests, items, unlinking_items, accounts] = rows;
  ArrayLiteral erasing;
  for (const std::string& account : accounts) erasing.AddText(account);
  std::set<std::string> unlinking;
  for (const auto& row : work.exec_prepared(
           kWriteRequests.name, envelopes.ids.str(), envelopes.ends.str(), envelopes.accounts.str(),
           envelopes.operations.str(), envelopes.kinds.str(), envelopes.states.str(),
           requests.ids.str(), requests.accounts.str(), requests.operations.str(),
           requests.kinds.str(), requests.principals.str(), ToMicros(now),
           requests.submit_times.str(), requests.due_times.str(), requests.item_counts.str(),
           requests.duplicate_counts.str(), requests.envelopes.str(), requests.positions.str(),
           requests.envelope_counts.str(), items.envelopes.str(), items.request_ids.str(),
           items.positions.str(), items.ordinals.str(), items.sealed.str(), items.digests.str(),
           erasing.str())) {
    unlinking.insert(row[0].c_str());
  }
  if (!unlinking_items.empty()) {
    work.exec_prepared(kWriteUnlinkingItems.name, unlinking_items.digests.str(),
                       unlinking_items.request_ids.str(), unlinking_items.envelopes.str(),
                       unlinking_items.positions.str());
  }
  return unlinking;
}

/// Appends what fits to the open envelopes and removes from `winners` what found its place; an
/// envelope that was taken in the meantime leaves `open`.
void AppendToOpenEnvelopes(pqxx::work& work, std::vector<PlacementRequest>& winners,
                           std::vector<Placement>& placements, OpenEnvelopes& open) {
  std::set<int> placed;
  for (const Append& append : PlanAppends(winners, open)) {
    const int capacity = EnvelopeCapacity(append.lane.operation);
    const auto taken = work.exec_prepared(kAppendToEnvelope.name, ToInt(append.envelope.id),
                                          append.item_count, append.envelope.size - 1, capacity);
    if (taken.empty()) {
      open.erase(append.lane);
      continue;
    }
    int& size = open.at(append.lane).size;
    for (const PlacementRequest& request : append.requests) {
      placements[request.index] = {append.envelope.id, size, 1};
      size += request.item_count;
      placed.insert(request.index);
    }
    if (size >= capacity) open.erase(append.lane);
  }
  std::erase_if(winners, [&](const PlacementRequest& r) { return placed.contains(r.index); });
}

void NoteUnlinkingAccounts(pqxx::work& work, const std::vector<PlacementRequest>& winners) {
  std::set<std::string> accounts;
  for (const PlacementRequest& winner : winners) {
    if (Unlinks(winner.lane->operation)) accounts.insert(winner.lane->account);
  }
  if (!accounts.empty()) NoteUnlinking(work, accounts);
}

/// After everything is written, so that requests of this flush are seen as well. `accounts` are
/// those that unlink.
void CountUnlinked(pqxx::work& work, const std::set<std::string>& accounts,
                   const std::vector<PlacementRequest>& winners,
                   const std::vector<Placement>& placements,
                   std::vector<Result<Admission>>& answers) {
  std::vector<ErasureItems> erasures;
  std::map<RequestId, Admission*> admissions;
  for (const PlacementRequest& winner : winners) {
    const Lane& lane = *winner.lane;
    if (!CanBeUnlinked(lane.operation, lane.kind) || !accounts.contains(lane.account)) continue;
    const auto index = static_cast<std::size_t>(winner.index);
    Admission& admission = *answers[index];
    erasures.push_back({admission.id, lane.account, RangeOf(placements[index], winner.item_count)});
    admissions[admission.id] = &admission;
  }
  if (erasures.empty()) return;
  std::set<RequestId> unlinked;
  FindUnlinked(work, erasures, {}, [&](RequestId id, int) {
    ++admissions.at(id)->unlinked_count;
    unlinked.insert(id);
  });
  if (!unlinked.empty()) NoteUnlinked(work, unlinked);
}

}  // namespace

FlushResult WriteRequests(pqxx::work& work, Requests requests, const OpenEnvelopes& open,
                          IdSource& ids, TimePoint now) {
  std::vector<std::int64_t> request_ids;
  for (std::size_t i = 0; i < requests.size(); ++i) request_ids.push_back(TakeIds(ids, now, 1));
  auto [first_with_key, transaction] = InsertKeys(work, requests, request_ids, now);

  FlushResult result{{}, open, std::move(transaction)};
  std::vector<PlacementRequest> winners;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const SealedRequest& request = *requests[i];
    if (first_with_key.contains(request_ids[i])) {
      winners.push_back(
          {static_cast<int>(i), &request.lane, static_cast<int>(request.items.size())});
      result.answers.emplace_back(Admission{RequestId{request_ids[i]}, now, false});
    } else {
      result.answers.emplace_back(FindOriginal(work, request));
    }
  }
  if (winners.empty()) return result;

  // Positions go to winners only: so an envelope has no gaps and its size is exact.
  std::vector<Placement> placements(requests.size());
  std::vector<PlacementRequest> unplaced = winners;
  AppendToOpenEnvelopes(work, unplaced, placements, result.open);
  const auto take_ids = [&](int count) { return EnvelopeId{TakeIds(ids, now, count)}; };
  NewRows rows;
  for (const NewEnvelope& envelope :
       PlanNewEnvelopes(unplaced, take_ids, placements, result.open)) {
    rows.envelopes.Add(envelope, result.open);
  }
  for (const PlacementRequest& winner : winners) {
    const std::int64_t id = request_ids[winner.index];
    rows.requests.Add(id, *requests[winner.index], placements[winner.index]);
    rows.items.Add(id, *requests[winner.index], placements[winner.index]);
    if (Unlinks(winner.lane->operation)) {
      rows.unlinking_items.Add(id, *requests[winner.index], placements[winner.index]);
    }
    if (CanBeUnlinked(winner.lane->operation, winner.lane->kind)) {
      rows.erasing_accounts.insert(winner.lane->account);
    }
  }
  NoteUnlinkingAccounts(work, winners);
  CountUnlinked(work, Write(work, rows, now), winners, placements, result.answers);
  return result;
}

}  // namespace lethe::store
