#include "store/intake/request_writer.h"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include "store/intake/flush_plan.h"
#include "store/intake/sql.h"
#include "store/unlinking/unlinked.h"

namespace lethe::store {
namespace {

using Requests = std::span<const NumberedRequest>;
using Answers = std::vector<Result<Admission>>;

/// Of requests that share a key, the first.
std::vector<bool> FirstOfTheirKeys(Requests requests) {
  std::vector<bool> first;
  first.reserve(requests.size());
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& [id, request] : requests) {
    first.push_back(seen.emplace(request->principal, request->key_hmac).second);
  }
  return first;
}

/// Returns which of the requests were the first to have their key.
std::set<RequestId> InsertKeys(pqxx::work& work, Requests requests, TimePoint now) {
  sql::InsertKeys statement{.now = now};
  const std::vector<bool> first = FirstOfTheirKeys(requests);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (!first[i]) continue;
    const auto& [id, request] = requests[i];
    statement.keys.Add({.principal = request->principal,
                        .key_hmac = request->key_hmac,
                        .request_id = id,
                        .payload_hmac = request->payload_hmac});
  }
  std::set<RequestId> inserted;
  for (const auto& [id] : statement.Run(work)) inserted.insert(id);
  return inserted;
}

/// What the first request with this key got. A statement of its own, after the insert: only now is
/// the other transaction's row seen. The first may be this one, kept by a try that got no answer.
Result<Admission> FindOriginal(pqxx::work& work, const NumberedRequest& repeat) {
  const auto original = FirstRow(work, sql::FindKey{.principal = repeat.request->principal,
                                                    .key_hmac = repeat.request->key_hmac});
  if (!original) {
    return Error{ErrorCode::kUnavailable, "STORE_UNAVAILABLE",
                 "the idempotency key expired at this moment: try again"};
  }
  if (original->payload_hmac != repeat.request->payload_hmac) {
    return Error{
        ErrorCode::kAlreadyExists, "IDEMPOTENCY_KEY_REUSED",
        "this idempotency key was used for a request with another payload: use a new key for "
        "a new request"};
  }
  const bool repeated = original->request_id != repeat.id;
  return Admission{original->request_id, original->create_time, repeated};
}

enum class Extent {
  kWholeFlush,  ///< The statement is all there is: it writes the keys as well.
  kOneStep,     ///< Its transaction has written the keys, and sees to what is unlinked.
};

/// What sql::WriteRequests answers.
struct Outcome {
  bool written;
  bool taken_envelope;
  std::set<std::string> unlinking;  ///< Which of the erasing accounts.
};

Outcome Execute(pqxx::transaction_base& work, const FlushPlan& plan) {
  const auto rows = plan.rows.Run(work);
  Outcome outcome{rows.front().written, rows.front().taken_envelope, {}};
  for (const auto& row : rows) {
    if (row.unlinking_account) outcome.unlinking.insert(*row.unlinking_account);
  }
  return outcome;
}

struct Write {
  FlushPlan plan;
  Outcome outcome;
};

/// Plans and executes until no envelope that is appended to was taken meanwhile; `open` forgets
/// those that were. Each round has fewer to append to, so it ends.
Write PlanAndExecute(pqxx::transaction_base& work, Requests requests, OpenEnvelopes& open,
                     Extent extent, IdSource& ids, TimePoint now) {
  while (true) {
    FlushPlan plan = PlanFlush(requests, open, ids, now, extent == Extent::kWholeFlush);
    Outcome outcome = Execute(work, plan);
    if (!outcome.taken_envelope) return {std::move(plan), std::move(outcome)};
    for (const Lane& lane : plan.appended) open.erase(lane);
  }
}

/// Whether nothing has to be looked up, as far as the writer knows.
bool LooksNew(Requests requests, const WriterMemory& memory) {
  const std::vector<bool> first = FirstOfTheirKeys(requests);
  return std::find(first.begin(), first.end(), false) == first.end() &&
         std::none_of(requests.begin(), requests.end(), [&](const NumberedRequest& numbered) {
           const auto& [account, operation, kind] = numbered.request->lane;
           return Unlinks(operation) ||
                  (CanBeUnlinked(operation, kind) && memory.unlinking.contains(account));
         });
}

/// The usual flush: one statement, which commits by itself. Nothing if it found a key that is
/// known, or an account that unlinks: then it has written nothing.
std::optional<Answers> WriteAtOnce(pqxx::connection& session, Requests requests,
                                   WriterMemory& memory, IdSource& ids, TimePoint now) {
  pqxx::nontransaction work(session);
  auto [plan, outcome] = PlanAndExecute(work, requests, memory.open, Extent::kWholeFlush, ids, now);
  memory.unlinking.merge(outcome.unlinking);
  if (!outcome.written) return std::nullopt;
  memory.open = std::move(plan.open);
  Answers answers;
  answers.reserve(requests.size());
  for (const NumberedRequest& request : requests) {
    answers.emplace_back(Admission{request.id, now, false});
  }
  return answers;
}

void NoteUnlinkingAccounts(pqxx::work& work, Requests requests) {
  std::set<std::string> accounts;
  for (const auto& [id, request] : requests) {
    if (Unlinks(request->lane.operation)) accounts.insert(request->lane.account);
  }
  if (!accounts.empty()) NoteUnlinking(work, accounts);
}

/// How many identities of each request are unlinked. After everything is written, so that requests
/// of this flush are seen as well. `accounts` are those that unlink.
std::map<RequestId, int> CountUnlinked(pqxx::work& work, const std::set<std::string>& accounts,
                                       Requests requests,
                                       const std::vector<Placement>& placements) {
  std::vector<ErasureItems> erasures;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto& [id, request] = requests[i];
    const Lane& lane = request->lane;
    if (!CanBeUnlinked(lane.operation, lane.kind) || !accounts.contains(lane.account)) continue;
    const int item_count = static_cast<int>(request->items.size());
    erasures.push_back({id, lane.account, RangeOf(placements[i], item_count)});
  }
  std::map<RequestId, int> counts;
  if (erasures.empty()) return counts;
  FindUnlinked(work, erasures, {}, [&](RequestId id, int) { ++counts[id]; });
  std::set<RequestId> unlinked;
  for (const auto& [id, count] : counts) unlinked.insert(id);
  if (!unlinked.empty()) NoteUnlinked(work, unlinked);
  return counts;
}

/// Of requests whose keys this transaction wrote. Returns how many of their identities are
/// unlinked.
std::map<RequestId, int> WriteNew(pqxx::work& work, Requests requests, WriterMemory& memory,
                                  IdSource& ids, TimePoint now) {
  NoteUnlinkingAccounts(work, requests);
  auto [plan, outcome] = PlanAndExecute(work, requests, memory.open, Extent::kOneStep, ids, now);
  // The keys are written: to commit them alone would lose the requests.
  if (!outcome.written) throw std::logic_error("requests with new keys were not written");
  if (!plan.unlinking_items.items.empty()) plan.unlinking_items.Run(work);
  memory.open = std::move(plan.open);
  memory.unlinking.insert(outcome.unlinking.begin(), outcome.unlinking.end());
  return CountUnlinked(work, outcome.unlinking, requests, plan.placements);
}

/// Keys first; the requests whose key is new are written, the others get their originals' answers.
Answers WriteInSteps(pqxx::connection& session, Requests requests, WriterMemory& memory,
                     IdSource& ids, TimePoint now) {
  pqxx::work work(session);
  const std::set<RequestId> first_with_key = InsertKeys(work, requests, now);
  std::vector<NumberedRequest> winners;
  for (const NumberedRequest& request : requests) {
    if (first_with_key.contains(request.id)) winners.push_back(request);
  }
  WriterMemory after = memory;
  std::map<RequestId, int> unlinked;
  if (!winners.empty()) unlinked = WriteNew(work, winners, after, ids, now);
  Answers answers;
  answers.reserve(requests.size());
  for (const NumberedRequest& request : requests) {
    if (first_with_key.contains(request.id)) {
      answers.emplace_back(Admission{request.id, now, false, unlinked[request.id]});
    } else {
      answers.emplace_back(FindOriginal(work, request));
    }
  }
  work.commit();
  memory = std::move(after);
  return answers;
}

}  // namespace

std::vector<Result<Admission>> WriteRequests(pqxx::connection& session, Requests requests,
                                             WriterMemory& memory, IdSource& ids, TimePoint now) {
  if (LooksNew(requests, memory)) {
    try {
      if (auto answers = WriteAtOnce(session, requests, memory, ids, now)) return *answers;
    } catch (const pqxx::unique_violation&) {
      // Another process has just kept one of the keys.
    }
  }
  return WriteInSteps(session, requests, memory, ids, now);
}

}  // namespace lethe::store
