#include "store/delivery/batch_claimer.h"

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <utility>

#include "lethe/read_back.h"
#include "store/accounts/sql.h"
#include "store/delivery/precedence.h"
#include "store/delivery/sql.h"

namespace lethe::store {
namespace {

/// How often a claim looks for batches while it finds those that wait for another operation: bounds
/// how long it keeps the account's other claims out.
constexpr int kMaxRounds = 16;

using FreeSlot = sql::FreeSlots::Row;
using Item = sql::ReadItems::Row;

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

Claim ToClaim(const sql::TakeBatches::Row& batch, const Route& route, const FreeSlot& slot) {
  return {.route = route,
          .kind = batch.kind,
          .envelope = batch.envelope,
          .facts = {.operation = route.operation,
                    .span = {batch.lo, batch.hi},
                    .attempt_count = batch.attempt_count,
                    .call_count = batch.call_count,
                    .started_at = {},
                    .unknown_since = batch.unknown_since,
                    .refused_since = batch.refused_since,
                    .others_accepted_at = slot.accepted_at,
                    .slot_setbacks = slot.setbacks},
          .slot = slot.number,
          .epoch = 0,
          .identifiers = {}};
}

/// A batch that cannot be read must not hold up those behind it. A key that is missing may come
/// back with the next key file; what is missing or broken in the database does not.
void SetAside(pqxx::work& work, const Claim& claim, const Error& error) {
  constexpr milliseconds kUnknownKeyPause{60'000};
  const auto set_aside = [&](BatchState state, std::string_view reason,
                             std::optional<milliseconds> pause) {
    sql::SetAside{.envelope = claim.envelope,
                  .lo = claim.facts.span.lo,
                  .state = state,
                  .reason = reason,
                  .pause = pause}
        .Run(work);
  };
  if (error.reason == "UNKNOWN_KEY") {
    set_aside(BatchState::kReady, "unknown_key", kUnknownKeyPause);
  } else {
    set_aside(BatchState::kNeedsReview,
              error.reason == "ITEMS_MISSING" ? "items_missing" : "seal_broken", std::nullopt);
  }
}

std::string Where(const Claim& claim) {
  return "batch " + std::to_string(ToInt(claim.envelope)) + ":" +
         std::to_string(claim.facts.span.lo);
}

}  // namespace

/// The wishes for one route, and what there is for them.
struct Claims::Wished {
  const ClaimParams& wish;
  std::deque<std::size_t> callers;  ///< Who has nothing yet.
  std::deque<FreeSlot> slots = {};

  int wanted() const { return static_cast<int>(std::min(callers.size(), slots.size())); }
};

/// A claim in the making.
struct Claims::Made {
  std::size_t caller;
  Claim claim;
  milliseconds lease;
  std::string digests = {};  ///< Of its identifiers, one after the other.
  std::optional<Error> unreadable = {};

  /// Opens its items, one for each position; null where there is none.
  void Read(std::span<const Item* const> items, const crypto::KeyRing& keys);
};

void Claims::Made::Read(std::span<const Item* const> items, const crypto::KeyRing& keys) {
  const auto missing = std::ranges::count(items, nullptr);
  if (missing > 0) {
    unreadable = Error{ErrorCode::kInternal, "ITEMS_MISSING",
                       Where(claim) + " lacks " + std::to_string(missing) + " items of " +
                           std::to_string(items.size())};
    return;
  }
  for (const Item* item : items) {
    auto identifier = keys.Open(item->sealed, claim.route.account);
    if (!identifier.ok()) {
      unreadable = std::move(identifier).error();
      unreadable->message = Where(claim) + ": " + unreadable->message;
      return;
    }
    claim.identifiers.push_back(std::move(*identifier));
    digests += item->digest;
  }
}

Claims::Claims(std::string holder, const std::vector<Account>& accounts,
               const crypto::KeyRing& keys)
    : holder_(std::move(holder)),
      concurrency_(ConcurrencyByAccount(accounts)),
      verified_(Verified(accounts)),
      keys_(keys) {}

std::optional<milliseconds> Claims::CaptureWait(const Route& route) const {
  if (route.operation != Operation::kErasure || !verified_.contains(route.account)) return {};
  return kCaptureWait;
}

Claims::Taken Claims::TakeAlone(pqxx::work& work, const ClaimParams& wish) const {
  Taken nothing{.answer = std::optional<Claim>{}, .wrote = false};
  const std::string& account = wish.route.account;
  const auto gate = FirstRow(work, sql::LockAccount{.account = account});
  if (!gate || !concurrency_.contains(account)) return nothing;
  if (gate->blocked &&
      (!gate->batch_probe_due ||
       sql::TakeBatchProbe{.account = account, .lease = wish.lease}.Run(work).empty())) {
    return nothing;
  }
  std::vector<std::optional<Answer>> answers(1, nothing.answer);
  const bool wrote = Make(work, {{wish.route, {.wish = wish, .callers = {0}}}}, answers);
  return {.answer = *std::move(answers.front()), .wrote = wrote};
}

Claims::TakenTogether Claims::TakeTogether(pqxx::work& work,
                                           std::span<const ClaimParams* const> wishes) const {
  TakenTogether taken{.answers = std::vector<std::optional<Answer>>(wishes.size()), .wrote = false};
  sql::LockServedAccounts lock_served_accounts;
  for (const ClaimParams* wish : wishes) lock_served_accounts.accounts.Add(wish->route.account);
  std::set<std::string, std::less<>> locked;
  for (const auto& row : lock_served_accounts.Run(work)) locked.insert(row.account);

  std::map<Route, Wished> wished;
  std::map<std::string, Operation, std::less<>> operations;
  for (std::size_t caller = 0; caller < wishes.size(); ++caller) {
    const Route& route = wishes[caller]->route;
    if (!locked.contains(route.account) || !concurrency_.contains(route.account)) continue;
    const auto first = operations.emplace(route.account, route.operation).first;
    if (first->second != route.operation) continue;
    wished.try_emplace(route, Wished{.wish = *wishes[caller], .callers = {}})
        .first->second.callers.push_back(caller);
    taken.answers[caller] = std::optional<Claim>{};
  }
  if (!wished.empty()) taken.wrote = Make(work, std::move(wished), taken.answers);
  return taken;
}

bool Claims::Make(pqxx::work& work, std::map<Route, Wished> wished,
                  std::vector<std::optional<Answer>>& answers) const {
  FindFreeSlots(work, wished);
  std::vector<Made> made;
  bool held = false;
  for (int round = 0; round < kMaxRounds; ++round) {
    if (!TakeOldest(work, wished, made)) break;
    held = true;
  }
  if (made.empty()) return held;

  ReadMembers(work, made);
  for (Made& one : made) {
    if (!one.unreadable) continue;
    SetAside(work, one.claim, *one.unreadable);
    answers[one.caller] = *one.unreadable;
  }
  std::erase_if(made, [](const Made& one) { return one.unreadable.has_value(); });
  if (!made.empty()) BeginAttempts(work, made);
  for (Made& one : made) answers[one.caller] = std::optional(std::move(one.claim));
  return true;
}

void Claims::FindFreeSlots(pqxx::work& work, std::map<Route, Wished>& wished) const {
  sql::FreeSlots free_slots;
  std::vector<Wished*> by_place;
  for (auto& [route, one] : wished) {
    free_slots.routes.Add({.account = route.account,
                           .api = ApiOf(route.operation),
                           .concurrency = concurrency_.find(route.account)->second,
                           .wanted = static_cast<int>(one.callers.size())});
    by_place.push_back(&one);
  }
  for (const auto& row : free_slots.Run(work)) {
    by_place.at(row.route - 1)->slots.push_back(row);
  }
}

/// The oldest sendable batches, or of each the first part that waits for nobody. What has to wait
/// is held; answers whether anything was, so that there may be others to take instead.
bool Claims::TakeOldest(pqxx::work& work, std::map<Route, Wished>& wished,
                        std::vector<Made>& made) const {
  sql::TakeBatches take_batches;
  std::vector<Route> routes;
  for (const auto& [route, one] : wished) {
    if (one.wanted() == 0) continue;
    take_batches.routes.Add({.account = route.account,
                             .operation = route.operation,
                             .linger = one.wish.linger,
                             .capture_wait = CaptureWait(route),
                             .wanted = one.wanted()});
    routes.push_back(route);
  }
  if (routes.empty()) return false;
  const auto batches = take_batches.Run(work);
  if (batches.empty()) return false;

  const std::map<Route, EnvelopeId> others = OldestOfOthers(work, routes);
  bool held = false;
  for (const auto& batch : batches) {
    const Route& route = routes.at(batch.route - 1);
    Wished& one = wished.at(route);
    Claim claim = ToClaim(batch, route, one.slots.front());
    const auto other = others.find(route);
    const auto free =
        other == others.end() ? claim.facts.span : HoldBackForOrder(work, claim, other->second);
    held = held || free != claim.facts.span;
    if (!free) continue;
    claim.facts.span = *free;
    made.push_back({one.callers.front(), std::move(claim), one.wish.lease});
    one.callers.pop_front();
    one.slots.pop_front();
  }
  return held;
}

/// Only after the batches were taken, in a statement of its own: one that claims and reads at once
/// would see a batch's newest row and an older set of items.
void Claims::ReadMembers(pqxx::work& work, std::vector<Made>& made) const {
  const auto [lowest, highest] =
      std::ranges::minmax_element(made, {}, [](const Made& one) { return one.claim.envelope; });
  sql::ReadItems read_items{.lowest = lowest->claim.envelope, .highest = highest->claim.envelope};
  std::vector<std::vector<const Item*>> by_claim;
  for (const Made& one : made) {
    const Span span = one.claim.facts.span;
    read_items.spans.Add({.envelope = one.claim.envelope, .lo = span.lo, .hi = span.hi});
    by_claim.emplace_back(span.size(), nullptr);
  }
  const auto items = read_items.Run(work);
  for (const Item& item : items) {
    const std::size_t place = item.span - 1;
    by_claim.at(place).at(item.pos - made[place].claim.facts.span.lo) = &item;
  }
  for (std::size_t place = 0; place < made.size(); ++place) {
    made[place].Read(by_claim[place], keys_);
  }
}

void Claims::BeginAttempts(pqxx::work& work, std::vector<Made>& made) const {
  sql::BeginAttempts begin_attempts{.holder = holder_};
  for (const Made& one : made) {
    const Claim& claim = one.claim;
    begin_attempts.claims.Add({.account = claim.route.account,
                               .api = ApiOf(claim.route.operation),
                               .slot = claim.slot,
                               .lease = one.lease,
                               .envelope = claim.envelope,
                               .lo = claim.facts.span.lo,
                               .hi = claim.facts.span.hi,
                               .call_number = claim.facts.call_count,
                               .members = keys_.Mac(crypto::MacPurpose::kMembers, one.digests)});
  }
  const auto begun = begin_attempts.Run(work);
  if (begun.size() != made.size()) throw std::logic_error("a slot that was free is leased");
  for (const auto& row : begun) {
    Claim& claim = made.at(row.claim - 1).claim;
    claim.facts.started_at = row.started_at;
    claim.epoch = row.epoch;
  }
}

}  // namespace lethe::store
