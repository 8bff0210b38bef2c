#include "store/delivery/pg_delivery_queue.h"

#include <utility>

#include "lethe/operation_traits.h"
#include "lethe/reasons.h"
#include "store/accounts/projects.h"
#include "store/accounts/sql.h"
#include "store/base/values.h"
#include "store/delivery/refusals.h"
#include "store/delivery/sql.h"

namespace lethe::store {
namespace {

/// Blocks what the plan of an attempt that has ended blocks.
void Block(pqxx::work& work, const Claim& claim, const Plan& plan) {
  const auto& [account, operation] = claim.route;
  switch (plan.block_scope) {
    case BlockScope::kAccount:
      sql::BlockAccount{.account = account,
                        .reason = plan.account_reason,
                        .resume = plan.resume,
                        .started_at = claim.facts.started_at}
          .Run(work);
      return;
    case BlockScope::kRoute:
      sql::BlockRoute{.account = account,
                      .api = ApiOf(operation),
                      .reason = plan.account_reason,
                      .resume = plan.resume,
                      .started_at = claim.facts.started_at}
          .Run(work);
      return;
  }
}

/// How long a shared transaction waits for accounts that are locked, before its callers wait for
/// theirs alone. A claim holds its account for milliseconds; a session that someone left open on
/// one account must not hold up the others.
constexpr const char* kPatience = "set local lock_timeout = '250ms'";

}  // namespace

PgDeliveryQueue::PgDeliveryQueue(std::string holder, const std::vector<Account>& accounts,
                                 crypto::LiveKeys keys, Pool& pool, const HistoryCheck* history)
    : holder_(std::move(holder)),
      accounts_(accounts),
      claimer_(holder_, accounts, std::move(keys)),
      pool_(pool),
      history_(history),
      claims_([this](auto callers) { return ClaimInSharedTransaction(callers); }),
      ends_([this](auto ends) { return EndInSharedTransaction(ends); }) {}

Status PgDeliveryQueue::RegisterAccounts() {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Status {
    pqxx::work work(connection);
    Status bound = BindProjects(work, accounts_);
    if (bound.ok()) work.commit();
    return bound;
  });
}

Result<std::vector<Route>> PgDeliveryQueue::Sendable(std::span<const Route> routes,
                                                     milliseconds linger) {
  sql::SendableRoutes sendable_routes{.linger = linger};
  for (const Route& route : routes) {
    sendable_routes.routes.Add({.account = route.account,
                                .operation = route.operation,
                                .capture_wait = claimer_.CaptureWait(route)});
  }
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<std::vector<Route>> {
    pqxx::nontransaction work(connection);
    std::vector<Route> sendable;
    for (const auto& row : sendable_routes.Run(work)) {
      sendable.push_back({row.account, row.operation});
    }
    return sendable;
  });
}

Result<std::optional<Claim>> PgDeliveryQueue::TakeBatch(const ClaimParams& params) {
  if (auto shared = claims_.Do(params)) return *std::move(shared);
  return ClaimInOwnTransaction(params);
}

std::vector<std::optional<BatchClaimer::Answer>> PgDeliveryQueue::ClaimInSharedTransaction(
    std::span<const ClaimParams* const> callers) {
  using Answers = std::vector<std::optional<BatchClaimer::Answer>>;
  auto claimed = ClaimAndRemember([&](pqxx::work& work) {
    work.exec0(kPatience);
    return claimer_.ClaimForAll(work, callers);
  });
  return claimed.ok() ? std::move(claimed->of_callers) : Answers(callers.size());
}

BatchClaimer::Answer PgDeliveryQueue::ClaimInOwnTransaction(const ClaimParams& caller) {
  auto claimed =
      ClaimAndRemember([&](pqxx::work& work) { return claimer_.ClaimForOne(work, caller); });
  if (!claimed.ok()) return claimed.error();
  return *std::move(claimed->of_callers.front());
}

Result<BatchClaimer::Answers> PgDeliveryQueue::ClaimAndRemember(
    const std::function<BatchClaimer::Answers(pqxx::work&)>& claim) {
  // Before the transaction: a session that is checked from now on may be of a database that has
  // lost it.
  const std::uint64_t checks = history_ ? history_->memory().checks() : 0;
  auto claimed = pool_.With([&](pqxx::connection& connection) -> Result<BatchClaimer::Answers> {
    pqxx::work work(connection);
    BatchClaimer::Answers answers = claim(work);
    if (answers.wrote) work.commit();
    return answers;
  });
  if (!history_ || !claimed.ok()) return claimed;
  Status kept = Remember(claimed->calls, checks);
  if (!kept.ok()) return kept.error();
  return claimed;
}

Status PgDeliveryQueue::Remember(const std::vector<RememberedCall>& calls, std::uint64_t checks) {
  if (calls.empty() || history_->memory().Remember(calls, checks)) return Ok();
  // A session was checked meanwhile, and without these calls.
  return pool_.WithRetry([&](pqxx::connection& connection) -> Status {
    if (history_->Has(connection, calls)) return Ok();
    return Unavailable("the database has lost what was claimed");
  });
}

Result<RouteHealth> PgDeliveryQueue::HealthSince(const Claim& claim) {
  return pool_.With([&](pqxx::connection& connection) -> Result<RouteHealth> {
    pqxx::nontransaction work(connection);
    const auto rows = sql::RouteHealth{.account = claim.route.account,
                                       .slots_of = claim.slots_of,
                                       .api = ApiOf(claim.route.operation)}
                          .Run(work);
    RouteHealth health = claim.facts.health;
    for (const auto& row : rows) {
      health.accepted_at = row.accepted_at;
      health.failing = row.failing;
      health.hiccup_at = row.hiccup_at;
      health.connected_at = row.connected_at;
    }
    return health;
  });
}

Result<Recorded> PgDeliveryQueue::Record(const Claim& claim, const VendorReply& reply,
                                         const Plan& plan) {
  const bool called = reply.code != Name(CallCode::kTooLate);
  return EndAttempt({.claim = claim, .plan = plan, .reply = &reply, .called = called});
}

Result<Recorded> PgDeliveryQueue::Release(const Claim& claim) {
  const Transition back{.span = claim.facts.span,
                        .to = BatchState::kReady,
                        .unknown_since = claim.facts.unknown_since,
                        .refused_since = claim.facts.refused_since,
                        .lone_refusals = claim.facts.lone_refusals,
                        .vouched_refusals = claim.facts.vouched_refusals,
                        .throttled_calls = claim.facts.throttled_calls};
  const VendorReply no_call{.outcome = OutcomeClass::kNotSent, .code = Text(CallCode::kReleased)};
  const Plan as_before{.transitions = {back}, .spends_attempt = false};
  return EndAttempt({.claim = claim, .plan = as_before, .reply = &no_call, .called = false});
}

Result<Recorded> PgDeliveryQueue::RecordAbandoned(const Claim& claim, const Plan& plan) {
  return EndAttempt({.claim = claim, .plan = plan, .reply = nullptr, .called = false});
}

Result<Recorded> PgDeliveryQueue::EndAttempt(const AttemptEnd& end) {
  if (auto defect = PlanDefect(end.claim, end.plan)) return *std::move(defect);
  if (end.plan.account != AccountVerdict::kBlocked && !end.claim.probes) {
    if (auto shared = ends_.Do(end)) return *std::move(shared);
  }
  return EndInOwnTransaction(end);
}

std::vector<std::optional<Result<Recorded>>> PgDeliveryQueue::EndInSharedTransaction(
    std::span<const AttemptEnd* const> ends) {
  using Answers = std::vector<std::optional<Result<Recorded>>>;
  auto ended = pool_.With([&](pqxx::connection& connection) -> Result<Answers> {
    pqxx::nontransaction work(connection);  // one statement is a transaction
    Answers answers;
    for (auto& recorded : EndAttempts(work, ends)) answers.emplace_back(std::move(recorded));
    return answers;
  });
  return ended.ok() ? *std::move(ended) : Answers(ends.size());
}

Result<Recorded> PgDeliveryQueue::EndInOwnTransaction(const AttemptEnd& end) {
  return pool_.With([&](pqxx::connection& connection) -> Result<Recorded> {
    pqxx::work work(connection);
    const AttemptEnd* const alone = &end;
    Result<Recorded> recorded = EndAttempts(work, {&alone, 1}).front();
    const auto& [account, operation] = end.claim.route;
    const bool applied = recorded.ok() && *recorded == Recorded::kApplied;
    if (applied && end.plan.account == AccountVerdict::kBlocked) Block(work, end.claim, end.plan);
    // Only a probe can end a block: what was claimed while nothing was blocked began before it.
    if (applied && end.plan.account == AccountVerdict::kHealthy && end.claim.probes) {
      sql::EndBlocks{
          .account = account, .api = ApiOf(operation), .healthy_since = end.claim.facts.started_at}
          .Run(work);
    }
    if (!end.called && end.claim.probes) {
      sql::ProbeNow{.account = account, .api = ApiOf(operation)}.Run(work);
    }
    work.commit();
    return recorded;
  });
}

Result<std::optional<Claim>> PgDeliveryQueue::TakeAbandoned(milliseconds lease) {
  ArrayLiteral configured;
  for (const Account& account : accounts_) configured.Add(account.name);
  return pool_.With([&](pqxx::connection& connection) -> Result<std::optional<Claim>> {
    pqxx::work work(connection);
    const auto slot = FirstRow(
        work, sql::TakeAbandonedSlot{.holder = holder_, .lease = lease, .accounts = configured});
    if (!slot) return std::optional<Claim>{};
    const auto batch =
        OnlyRow(work, sql::ReadAbandonedBatch{.envelope = slot->envelope, .lo = slot->lo});
    Claim claim{.route = {batch.account, batch.operation},
                .kind = batch.kind,
                .envelope = slot->envelope,
                .facts = {.operation = batch.operation,
                          .span = {slot->lo, batch.hi},
                          .attempt_count = batch.attempt_count,
                          .call_count = batch.call_count,
                          .started_at = batch.started_at,
                          .can_be_looked_up = batch.captured && claimer_.LooksUp(batch.account),
                          .unknown_since = batch.unknown_since,
                          .may_have_effect = batch.may_have_effect,
                          .refused_since = batch.refused_since,
                          .lone_refusals = batch.lone_refusals,
                          .vouched_refusals = batch.vouched_refusals,
                          .throttled_calls = batch.throttled_calls,
                          .senders_lost = static_cast<int>(batch.senders_lost)},
                .slot = slot->slot,
                .epoch = slot->epoch,
                .identifiers = {},
                .slots_of = slot->slots_of};
    work.commit();
    return std::optional(std::move(claim));
  });
}

Result<std::vector<RefusalCase>> PgDeliveryQueue::RefusalCases(const std::optional<Route>& route) {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<std::vector<RefusalCase>> {
    pqxx::work work(connection);
    return ReadRefusalCases(work, route);
  });
}

Result<Recorded> PgDeliveryQueue::Settle(const RefusalCase& refusals, const RefusalRuling& ruling) {
  return pool_.With([&](pqxx::connection& connection) -> Result<Recorded> {
    pqxx::work work(connection);
    const Recorded recorded = SettleRefusals(work, refusals, ruling);
    work.commit();
    return recorded;
  });
}

ArrayLiteral PgDeliveryQueue::Verified() const {
  ArrayLiteral verified;
  for (const Account& account : accounts_) {
    if (account.verification.on()) verified.AddText(account.name);
  }
  return verified;
}

Result<int> PgDeliveryQueue::CloseWindows(TimePoint now, int limit) {
  return pool_.With([&](pqxx::connection& connection) -> Result<int> {
    pqxx::work work(connection);
    const int closed =
        sql::CloseWindows{.now = now, .verified = Verified(), .limit = limit}.Run(work);
    work.commit();
    return closed;
  });
}

Result<int> PgDeliveryQueue::ReleaseHeld(int limit) {
  return pool_.With([&](pqxx::connection& connection) -> Result<int> {
    pqxx::work work(connection);
    sql::ReviewUnlooked{.verified = Verified(), .limit = limit}.Run(work);
    const int released = sql::ReleaseHeld{.limit = limit}.Run(work);
    work.commit();
    return released;
  });
}

}  // namespace lethe::store
