#include "store/delivery/batch_claimer.h"

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <utility>

#include "lethe/operation_traits.h"
#include "lethe/read_back.h"
#include "lethe/recovery.h"
#include "lethe/urgency.h"
#include "store/accounts/sql.h"
#include "store/delivery/precedence.h"
#include "store/delivery/sql.h"
#include "store/recovery/doubt.h"

namespace lethe::store {
namespace {

/// How often a claim looks for batches while it finds those that wait for another operation: bounds
/// how long it keeps the account's other claims out.
constexpr int kMaxRounds = 16;

using FreeSlot = sql::FreeSlots::Row;

std::map<std::string, int, std::less<>> ConcurrencyByAccount(const std::vector<Account>& accounts) {
  std::map<std::string, int, std::less<>> concurrency;
  for (const Account& account : accounts) concurrency[account.name] = account.concurrency;
  return concurrency;
}

std::set<std::string, std::less<>> Verified(const std::vector<Account>& accounts) {
  std::set<std::string, std::less<>> verified;
  for (const Account& account : accounts) {
    if (account.verification.on()) verified.insert(account.name);
  }
  return verified;
}

/// The claim of a batch, before its attempt begins: of a row of TakeBatches or TakeProbeBatch.
template <typename Row>
Claim ToClaim(const Row& batch, const Route& route, bool looks_up) {
  return {.route = route,
          .kind = batch.kind,
          .envelope = batch.envelope,
          .facts = {.operation = route.operation,
                    .span = {batch.lo, batch.hi},
                    .attempt_count = batch.attempt_count,
                    .call_count = batch.call_count,
                    .started_at = {},
                    .waiting_since = batch.waiting_since,
                    .can_be_looked_up = looks_up && batch.captured,
                    .unchanged = batch.unchanged,
                    .unknown_since = batch.unknown_since,
                    .may_have_effect = batch.may_have_effect,
                    .refused_since = batch.refused_since,
                    .lone_refusals = batch.lone_refusals,
                    .vouched_refusals = batch.vouched_refusals,
                    .throttled_calls = batch.throttled_calls,
                    .health = {},
                    .slot_setbacks = 0},
          .slot = 0,
          .epoch = 0,
          .identifiers = {}};
}

}  // namespace

/// The callers of one route, and the free slots for them.
struct BatchClaimer::RouteDemand {
  const ClaimParams& params;        ///< Of the first caller.
  std::string slots_of;             ///< The account whose slots the project uses.
  std::deque<std::size_t> callers;  ///< Places of those that have no claim yet.
  std::deque<FreeSlot> slots = {};

  int wanted() const { return static_cast<int>(std::min(callers.size(), slots.size())); }

  /// How many of those that are wanted are to be the oldest.
  int oldest() const {
    return static_cast<int>(
        std::count_if(slots.begin(), slots.begin() + wanted(),
                      [](const FreeSlot& slot) { return TakesOldest(slot.turn); }));
  }
};

BatchClaimer::BatchClaimer(std::string holder, const std::vector<Account>& accounts,
                           crypto::LiveKeys keys)
    : holder_(std::move(holder)),
      concurrency_(ConcurrencyByAccount(accounts)),
      verified_(Verified(accounts)),
      keys_(std::move(keys)) {}

bool BatchClaimer::LooksUp(std::string_view account) const { return verified_.contains(account); }

std::optional<milliseconds> BatchClaimer::CaptureWait(const Route& route) const {
  if (!HasCapture(route.operation) || !LooksUp(route.account)) return {};
  return kCaptureWait;
}

BatchClaimer::Answers BatchClaimer::ClaimForAll(pqxx::work& work,
                                                std::span<const ClaimParams* const> callers) const {
  Answers answers{.of_callers = std::vector<std::optional<Answer>>(callers.size()), .wrote = false};
  sql::LockServedAccounts lock_served_accounts;
  for (const ClaimParams* caller : callers) {
    lock_served_accounts.accounts.Add(caller->route.account);
  }
  std::map<std::string, std::string, std::less<>> slots_of;  // of those that are locked
  for (const auto& row : lock_served_accounts.Run(work)) slots_of[row.account] = row.slots_of;

  Demand demand;
  std::map<std::string, Operation, std::less<>> operations;
  for (std::size_t place = 0; place < callers.size(); ++place) {
    const Route& route = callers[place]->route;
    const auto slots = slots_of.find(route.account);
    if (slots == slots_of.end() || !concurrency_.contains(route.account)) continue;
    const auto first = operations.emplace(route.account, route.operation).first;
    if (first->second != route.operation) continue;
    demand
        .try_emplace(
            route, RouteDemand{.params = *callers[place], .slots_of = slots->second, .callers = {}})
        .first->second.callers.push_back(place);
    answers.of_callers[place] = std::optional<Claim>{};
  }
  if (demand.empty()) return answers;
  FindFreeSlots(work, demand);
  std::erase_if(demand, [&](const auto& entry) {
    const RouteDemand& one = entry.second;
    if (one.slots.empty() || !one.slots.front().blocked) return one.slots.empty();
    if (one.slots.front().probe_due) {
      for (const std::size_t place : one.callers) answers.of_callers[place].reset();
    }
    return true;
  });
  ClaimFor(work, demand, /*probing=*/false, answers);
  return answers;
}

BatchClaimer::Answers BatchClaimer::ClaimForOne(pqxx::work& work, const ClaimParams& caller) const {
  Answers answers{.of_callers = {std::optional<Claim>{}}, .wrote = false};
  const std::string& account = caller.route.account;
  const auto gate = FirstRow(work, sql::LockAccount{.account = account});
  if (!gate || !concurrency_.contains(account)) return answers;
  if (gate->blocked &&
      (!gate->batch_probe_due ||
       sql::TakeBatchProbe{
           .account = account, .operation = caller.route.operation, .lease = caller.lease}
           .Run(work)
           .empty())) {
    return answers;
  }
  Demand demand{{caller.route, {.params = caller, .slots_of = gate->slots_of, .callers = {0}}}};
  FindFreeSlots(work, demand);
  const std::deque<FreeSlot>& slots = demand.begin()->second.slots;
  if (slots.empty()) return answers;
  const bool route_blocked = slots.front().blocked;
  if (route_blocked &&
      sql::TakeRouteProbe{
          .account = account, .api = ApiOf(caller.route.operation), .lease = caller.lease}
          .Run(work)
          .empty()) {
    return answers;
  }
  ClaimFor(work, demand, gate->blocked || route_blocked, answers);
  return answers;
}

void BatchClaimer::ClaimFor(pqxx::work& work, Demand& demand, bool probing,
                            Answers& answers) const {
  std::vector<PendingClaim> pending;
  for (int round = 0; round < kMaxRounds; ++round) {
    if (!TakeNext(work, demand, probing, pending)) break;
    answers.wrote = true;
  }
  if (pending.empty()) return;
  answers.wrote = true;

  const crypto::KeyRing keys = keys_.Current();
  ReadItems(work, keys, pending);
  for (PendingClaim& one : pending) {
    if (!one.unreadable) continue;
    SetAside(work, one);
    if (probing) {
      const Route& route = one.claim.route;
      sql::ProbeNow{.account = route.account, .api = ApiOf(route.operation)}.Run(work);
    }
    answers.of_callers[one.caller] = *std::move(one.unreadable);
  }
  std::erase_if(pending, [](const PendingClaim& one) { return one.unreadable.has_value(); });
  if (!pending.empty()) BeginAttempts(work, keys, pending);
  for (PendingClaim& one : pending) {
    answers.calls.push_back({.route = one.claim.route,
                             .envelope = one.claim.envelope,
                             .span = one.claim.facts.span,
                             .number = one.claim.call_number(),
                             .started_at = one.claim.facts.started_at,
                             .digests = std::move(one.digests)});
    answers.of_callers[one.caller] = std::optional(std::move(one.claim));
  }
}

void BatchClaimer::FindFreeSlots(pqxx::work& work, Demand& demand) const {
  sql::FreeSlots free_slots{.losses_matter_for = kLossesMatterFor};
  std::vector<RouteDemand*> by_place;
  for (auto& [route, one] : demand) {
    free_slots.routes.Add({.account = route.account,
                           .slots_of = one.slots_of,
                           .api = ApiOf(route.operation),
                           .concurrency = concurrency_.find(route.account)->second,
                           .wanted = static_cast<int>(one.callers.size())});
    by_place.push_back(&one);
  }
  for (const FreeSlot& slot : free_slots.Run(work)) {
    by_place.at(slot.route - 1)->slots.push_back(slot);
  }
}

/// Takes the batches that are next in line, or of each the first part that need not wait for
/// another operation. What must wait is held; answers whether anything was, so that there may be
/// other batches to take instead.
bool BatchClaimer::TakeNext(pqxx::work& work, Demand& demand, bool probing,
                            std::vector<PendingClaim>& pending) const {
  std::vector<Route> routes;
  for (const auto& [route, one] : demand) {
    if (one.wanted() > 0) routes.push_back(route);
  }
  if (routes.empty()) return false;
  std::vector<Claim> claims = probing ? TakeProbe(work, routes.front(), demand.at(routes.front()))
                                      : TakeInTurn(work, routes, demand);
  if (claims.empty()) return false;

  const std::map<Route, EnvelopeId> others = OldestOfOthers(work, routes);
  bool held = false;
  for (Claim& claim : claims) {
    RouteDemand& one = demand.at(claim.route);
    const FreeSlot& slot = one.slots.front();
    const auto other = others.find(claim.route);
    const std::optional<Span> sent =
        HoldItems(work, claim,
                  {.subjects_on_hold = slot.subjects_on_hold,
                   .others = other == others.end() ? std::nullopt : std::optional(other->second)});
    held = held || sent != claim.facts.span;
    if (!sent) continue;
    claim.facts.span = *sent;
    if (slot.lost_calls) MarkDoubtful(work, claim);
    claim.facts.health = {.accepted_at = slot.accepted_at,
                          .failing = slot.failing,
                          .hiccup_at = slot.hiccup_at,
                          .connected_at = slot.connected_at,
                          .is_probe = slot.blocked};
    claim.facts.slot_setbacks = slot.setbacks;
    claim.slots_of = one.slots_of;
    claim.probes = probing;
    claim.slot = slot.number;
    pending.push_back({one.callers.front(), std::move(claim), one.params.lease});
    one.callers.pop_front();
    one.slots.pop_front();
  }
  return held;
}

std::vector<Claim> BatchClaimer::TakeInTurn(pqxx::work& work, const std::vector<Route>& routes,
                                            const Demand& demand) const {
  sql::TakeBatches take_batches;
  for (const Route& route : routes) {
    const RouteDemand& one = demand.at(route);
    take_batches.routes.Add({.account = route.account,
                             .operation = route.operation,
                             .linger = one.params.linger,
                             .capture_wait = CaptureWait(route),
                             .oldest = one.oldest(),
                             .due_first = one.wanted() - one.oldest()});
  }
  std::vector<Claim> claims;
  for (const auto& batch : take_batches.Run(work)) {
    const Route& route = routes.at(batch.route - 1);
    claims.push_back(ToClaim(batch, route, LooksUp(route.account)));
  }
  return claims;
}

std::vector<Claim> BatchClaimer::TakeProbe(pqxx::work& work, const Route& route,
                                           const RouteDemand& demand) const {
  const sql::TakeProbeBatch take_probe_batch{.account = route.account,
                                             .operation = route.operation,
                                             .linger = demand.params.linger,
                                             .capture_wait = CaptureWait(route)};
  std::vector<Claim> claims;
  for (const auto& batch : take_probe_batch.Run(work)) {
    claims.push_back(ToClaim(batch, route, LooksUp(route.account)));
  }
  return claims;
}

void BatchClaimer::BeginAttempts(pqxx::work& work, const crypto::KeyRing& keys,
                                 std::vector<PendingClaim>& pending) const {
  sql::BeginAttempts begin_attempts{.holder = holder_};
  for (const auto& [caller, claim, lease, digests, unreadable] : pending) {
    begin_attempts.claims.Add({.slots_of = claim.slots_of,
                               .api = ApiOf(claim.route.operation),
                               .slot = claim.slot,
                               .lease = lease,
                               .envelope = claim.envelope,
                               .lo = claim.facts.span.lo,
                               .hi = claim.facts.span.hi,
                               .call_number = claim.call_number(),
                               .members = keys.NewestMac(crypto::MacPurpose::kMembers, digests)});
  }
  const auto begun = begin_attempts.Run(work);
  if (begun.size() != pending.size()) throw std::logic_error("a slot that was free is leased");
  for (const auto& row : begun) {
    Claim& claim = pending.at(row.claim - 1).claim;
    claim.facts.started_at = row.started_at;
    claim.epoch = row.epoch;
  }
}

}  // namespace lethe::store
