#include "store/delivery/batch_claimer.h"

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <utility>

#include "lethe/read_back.h"
#include "store/accounts/sql.h"
#include "store/base/order_statements.h"
#include "store/base/statements.h"
#include "store/base/values.h"
#include "store/delivery/precedence.h"

namespace lethe::store {
namespace {

/// How often a claim looks for batches while it finds those that wait for another operation: bounds
/// how long it keeps the account's other claims out.
constexpr int kMaxRounds = 16;

struct FreeSlot {
  int number;
  int setbacks;
  std::optional<TimePoint> others_accepted_at;
};

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

std::string ApiName(const Route& route) { return std::string(Name(ApiOf(route.operation))); }

Claim ToClaim(const pqxx::row& row, const Route& route, const FreeSlot& slot) {
  return {.route = route,
          .kind = Parse<IdentifierKind>(row[4].c_str()).value(),
          .envelope = EnvelopeId{row[1].as<std::int64_t>()},
          .facts = {.operation = route.operation,
                    .span = {row[2].as<int>(), row[3].as<int>()},
                    .attempt_count = row[5].as<int>(),
                    .call_count = row[6].as<int>(),
                    .started_at = {},
                    .unknown_since = ToOptionalTime(row[7]),
                    .refused_since = ToOptionalTime(row[8]),
                    .others_accepted_at = slot.others_accepted_at,
                    .slot_setbacks = slot.setbacks},
          .slot = slot.number,
          .epoch = 0,
          .identifiers = {}};
}

/// A batch that cannot be read must not hold up those behind it. A key that is missing may come
/// back with the next key file; what is missing or broken in the database does not.
void SetAside(pqxx::work& work, const Claim& claim, const Error& error) {
  constexpr std::chrono::milliseconds kUnknownKeyPause{60'000};
  const auto set_aside = [&](BatchState state, const char* reason,
                             std::optional<std::int64_t> pause) {
    work.exec_prepared(kSetAside.name, ToInt(claim.envelope), claim.facts.span.lo,
                       std::string(Name(state)), reason, pause);
  };
  if (error.reason == "UNKNOWN_KEY") {
    set_aside(BatchState::kReady, "unknown_key", kUnknownKeyPause.count());
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

  std::int64_t wanted() const {
    return static_cast<std::int64_t>(std::min(callers.size(), slots.size()));
  }
};

/// A claim in the making.
struct Claims::Made {
  std::size_t caller;
  Claim claim;
  milliseconds lease;
  std::string digests = {};  ///< Of its identifiers, one after the other.
  std::optional<Error> unreadable = {};

  /// Opens its items, which are in these rows of them all, one for each position.
  void Read(const pqxx::result& items, std::span<const std::optional<int>> rows,
            const crypto::KeyRing& keys);
};

void Claims::Made::Read(const pqxx::result& items, std::span<const std::optional<int>> rows,
                        const crypto::KeyRing& keys) {
  const auto missing = std::ranges::count_if(rows, [](const auto& row) { return !row; });
  if (missing > 0) {
    unreadable = Error{ErrorCode::kInternal, "ITEMS_MISSING",
                       Where(claim) + " lacks " + std::to_string(missing) + " items of " +
                           std::to_string(rows.size())};
    return;
  }
  for (const std::optional<int>& row : rows) {
    auto identifier = keys.Open(ToBytes(items[*row][2]), claim.route.account);
    if (!identifier.ok()) {
      unreadable = std::move(identifier).error();
      unreadable->message = Where(claim) + ": " + unreadable->message;
      return;
    }
    claim.identifiers.push_back(std::move(*identifier));
    digests += ToBytes(items[*row][3]);
  }
}

Claims::Claims(std::string holder, const std::vector<Account>& accounts,
               const crypto::KeyRing& keys)
    : holder_(std::move(holder)),
      concurrency_(ConcurrencyByAccount(accounts)),
      verified_(Verified(accounts)),
      keys_(keys) {}

std::optional<std::int64_t> Claims::CaptureWait(const Route& route) const {
  if (route.operation != Operation::kErasure || !verified_.contains(route.account)) return {};
  return milliseconds(kCaptureWait).count();
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
  ArrayLiteral accounts;
  for (const ClaimParams* wish : wishes) accounts.AddText(wish->route.account);
  std::set<std::string, std::less<>> locked;
  for (const auto& row : work.exec_prepared(kLockServedAccounts.name, accounts.str())) {
    locked.insert(row[0].c_str());
  }

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
    by_place.at(row.route - 1)
        ->slots.push_back({.number = row.number,
                           .setbacks = row.setbacks,
                           .others_accepted_at = row.accepted_at});
  }
}

/// The oldest sendable batches, or of each the first part that waits for nobody. What has to wait
/// is held; answers whether anything was, so that there may be others to take instead.
bool Claims::TakeOldest(pqxx::work& work, std::map<Route, Wished>& wished,
                        std::vector<Made>& made) const {
  ArrayLiteral accounts, operations, lingers, capture_waits, wanted;
  std::vector<Route> routes;
  for (const auto& [route, one] : wished) {
    if (one.wanted() == 0) continue;
    accounts.AddText(route.account);
    operations.AddText(Name(route.operation));
    lingers.Add(std::int64_t{one.wish.linger.count()});
    capture_waits.Add(CaptureWait(route));
    wanted.Add(one.wanted());
    routes.push_back(route);
  }
  if (routes.empty()) return false;
  const auto batches = work.exec_prepared(kTakeBatches.name, accounts.str(), operations.str(),
                                          lingers.str(), capture_waits.str(), wanted.str());
  if (batches.empty()) return false;

  const std::map<Route, EnvelopeId> others = OldestOfOthers(work, routes);
  bool held = false;
  for (const auto& row : batches) {
    const Route& route = routes.at(row[0].as<std::size_t>() - 1);
    Wished& one = wished.at(route);
    Claim claim = ToClaim(row, route, one.slots.front());
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
  ArrayLiteral envelopes, los, his;
  EnvelopeId lowest = made.front().claim.envelope;
  EnvelopeId highest = lowest;
  std::vector<std::vector<std::optional<int>>> rows;
  for (const Made& one : made) {
    const Span span = one.claim.facts.span;
    envelopes.Add(ToInt(one.claim.envelope));
    los.Add(std::int64_t{span.lo});
    his.Add(std::int64_t{span.hi});
    lowest = std::min(lowest, one.claim.envelope);
    highest = std::max(highest, one.claim.envelope);
    rows.emplace_back(span.size());
  }
  const auto items = work.exec_prepared(kReadItems.name, envelopes.str(), los.str(), his.str(),
                                        ToInt(lowest), ToInt(highest));
  for (int row = 0; row < static_cast<int>(items.size()); ++row) {
    const auto place = items[row][0].as<std::size_t>() - 1;
    rows.at(place).at(items[row][1].as<int>() - made[place].claim.facts.span.lo) = row;
  }
  for (std::size_t place = 0; place < made.size(); ++place) {
    made[place].Read(items, rows[place], keys_);
  }
}

void Claims::BeginAttempts(pqxx::work& work, std::vector<Made>& made) const {
  ArrayLiteral accounts, apis, slots, leases, envelopes, los, his, numbers, members;
  for (const Made& one : made) {
    const Claim& claim = one.claim;
    accounts.AddText(claim.route.account);
    apis.AddText(ApiName(claim.route));
    slots.Add(std::int64_t{claim.slot});
    leases.Add(std::int64_t{one.lease.count()});
    envelopes.Add(ToInt(claim.envelope));
    los.Add(std::int64_t{claim.facts.span.lo});
    his.Add(std::int64_t{claim.facts.span.hi});
    numbers.Add(std::int64_t{claim.facts.call_count});
    members.AddBytes(keys_.Mac(crypto::MacPurpose::kMembers, one.digests));
  }
  const auto begun = work.exec_prepared(kBeginAttempts.name, accounts.str(), apis.str(),
                                        slots.str(), leases.str(), envelopes.str(), los.str(),
                                        his.str(), numbers.str(), members.str(), holder_);
  if (begun.size() != made.size()) throw std::logic_error("a slot that was free is leased");
  for (const auto& row : begun) {
    Claim& claim = made.at(row[0].as<std::size_t>() - 1).claim;
    claim.facts.started_at = ToTime(row[1]);
    claim.epoch = row[2].as<std::int64_t>();
  }
}

}  // namespace lethe::store
