#include "store/intake/request_writer.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include "store/base/write_to_log.h"
#include "store/intake/idempotency_keys.h"
#include "store/unlinking/unlinked.h"

namespace lethe::store {
namespace {

/// An envelope takes requests for so long at most, also while its batch cannot be sent: all its
/// items are about as old as the batch, whose age SendUntil() limits.
constexpr std::chrono::hours kLongestOpen{1};

using Requests = std::span<const NumberedRequest>;
using Answers = std::vector<Result<Admission>>;

// ---- The statement write_requests, which both ways share.

struct Written {
  FlushPlan plan;
  bool written;  ///< False: a key was known, or an account unlinks, and nothing was written.
  std::set<std::string> unlinking_accounts;  ///< Of the accounts that the flush erases in.
};

/// Plans the flush and runs write_requests; again if a dispatcher claimed an envelope that the plan
/// appends to. Each round has fewer envelopes to append to, so it ends. `open` forgets them.
Written RunWriteRequests(pqxx::transaction_base& work, const Flush& flush, KeyHandling keys,
                         OpenEnvelopes& open, IdSource& ids) {
  const auto take_ids = [&](int count) { return EnvelopeId{ids.Take(flush.now, count)}; };
  while (true) {
    FlushPlan plan = PlanFlush(flush, keys, open, take_ids);
    const auto rows = plan.write_requests.Run(work);
    if (rows.front().taken_envelope) {
      for (const Lane& lane : plan.appended) open.erase(lane);
      continue;
    }
    Written result{std::move(plan), rows.front().written, {}};
    for (const auto& row : rows) {
      if (row.unlinking_account) result.unlinking_accounts.insert(*row.unlinking_account);
    }
    return result;
  }
}

// ---- In one statement: the usual flush.

/// Whether, as far as the writer knows, no key is known and no identity is to be looked up.
bool SeemsNew(Requests requests, const WriterMemory& memory) {
  const std::vector<bool> first = FirstOfTheirKeys(requests);
  return std::ranges::find(first, false) == first.end() &&
         std::ranges::none_of(requests, [&](const NumberedRequest& numbered) {
           const auto& [account, operation, kind, urgency] = numbered.request->lane;
           return Unlinks(operation) ||
                  (CanBeUnlinked(operation, kind) && memory.unlinking_accounts.contains(account));
         });
}

/// The statement is its own transaction. Nothing if it found a key that is known, or an account
/// that unlinks: then it has written nothing.
std::optional<Answers> WriteInOneStatement(pqxx::connection& session, const Flush& flush,
                                           WriterMemory& memory, IdSource& ids) {
  pqxx::nontransaction work(session);
  auto [plan, written, unlinking_accounts] =
      RunWriteRequests(work, flush, KeyHandling::kInThisStatement, memory.open, ids);
  memory.unlinking_accounts.merge(unlinking_accounts);
  if (!written) return std::nullopt;
  memory.open = std::move(plan.open);
  Answers answers;
  answers.reserve(flush.requests.size());
  for (const NumberedRequest& request : flush.requests) {
    answers.emplace_back(Admission{request.id, flush.now, false});
  }
  return answers;
}

// ---- Step by step: where keys are known, or identities are unlinked.

void NoteUnlinkingAccounts(pqxx::work& work, Requests requests) {
  std::set<std::string> accounts;
  for (const auto& [id, request] : requests) {
    if (Unlinks(request->lane.operation)) accounts.insert(request->lane.account);
  }
  if (!accounts.empty()) NoteUnlinking(work, accounts);
}

using UnlinkedCounts = std::map<RequestId, int>;

/// Counts and notes the unlinked identities of each request. Runs after everything is written, so
/// that it sees the other requests of the flush as well.
UnlinkedCounts CountUnlinked(pqxx::work& work, const std::set<std::string>& unlinking_accounts,
                             Requests requests, const std::vector<Placement>& placements) {
  std::vector<ErasureItems> erasures;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto& [id, request] = requests[i];
    const auto& [account, operation, kind, urgency] = request->lane;
    if (!CanBeUnlinked(operation, kind) || !unlinking_accounts.contains(account)) continue;
    const int item_count = static_cast<int>(request->items.size());
    erasures.push_back({id, account, RangeOf(placements[i], item_count)});
  }
  if (erasures.empty()) return {};
  UnlinkedCounts counts;
  FindUnlinked(work, erasures, {}, [&](RequestId id, int) { ++counts[id]; });
  std::set<RequestId> unlinked;
  for (const auto& [id, count] : counts) unlinked.insert(id);
  if (!unlinked.empty()) NoteUnlinked(work, unlinked);
  return counts;
}

/// Writes requests whose keys this transaction has inserted.
UnlinkedCounts WriteRequestsWithNewKeys(pqxx::work& work, const Flush& flush, WriterMemory& memory,
                                        IdSource& ids) {
  if (flush.requests.empty()) return {};
  NoteUnlinkingAccounts(work, flush.requests);
  auto [plan, written, unlinking_accounts] =
      RunWriteRequests(work, flush, KeyHandling::kAlreadyWritten, memory.open, ids);
  // To commit the keys alone would lose the requests.
  if (!written) throw std::logic_error("requests with new keys were not written");
  if (!plan.write_unlinking_items.items.empty()) plan.write_unlinking_items.Run(work);
  memory.open = std::move(plan.open);
  memory.unlinking_accounts.insert(unlinking_accounts.begin(), unlinking_accounts.end());
  return CountUnlinked(work, unlinking_accounts, flush.requests, plan.placements);
}

/// Claims the keys, and writes the requests whose keys are new.
Answers WriteStepByStep(pqxx::connection& session, const Flush& flush, WriterMemory& memory,
                        IdSource& ids) {
  pqxx::work work(session);
  std::vector<std::optional<Result<Admission>>> known = ClaimKeys(work, flush.requests, flush.now);
  std::vector<NumberedRequest> with_new_keys;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (!known[i]) with_new_keys.push_back(flush.requests[i]);
  }
  WriterMemory after = memory;
  UnlinkedCounts unlinked = WriteRequestsWithNewKeys(work, {with_new_keys, flush.now}, after, ids);
  Answers answers;
  answers.reserve(known.size());
  for (std::size_t i = 0; i < known.size(); ++i) {
    const RequestId id = flush.requests[i].id;
    answers.push_back(known[i] ? *std::move(known[i])
                               : Admission{id, flush.now, false, unlinked[id]});
  }
  // A repeat is an acknowledgement as well. Its original may have been committed without the
  // standby that it waited for.
  if (with_new_keys.size() < known.size()) WriteToLog(work);
  work.commit();
  memory = std::move(after);
  return answers;
}

}  // namespace

std::vector<Result<Admission>> WriteFlush(pqxx::connection& session, const Flush& flush,
                                          WriterMemory& memory, IdSource& ids) {
  const std::int64_t oldest = IdFloor(flush.now - kLongestOpen);
  std::erase_if(memory.open, [oldest](const auto& open) { return ToInt(open.second.id) < oldest; });
  if (SeemsNew(flush.requests, memory)) {
    try {
      if (auto answers = WriteInOneStatement(session, flush, memory, ids)) return *answers;
    } catch (const pqxx::unique_violation&) {
      // Another process has just kept one of the keys.
    }
  }
  return WriteStepByStep(session, flush, memory, ids);
}

}  // namespace lethe::store
