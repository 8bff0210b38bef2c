#include "store/delivery/pg_delivery_queue.h"

#include <utility>

#include "store/accounts/sql.h"
#include "store/base/values.h"
#include "store/delivery/refusals.h"
#include "store/delivery/sql.h"

namespace lethe::store {
namespace {

/// How long claims of several accounts wait for one of them that is locked, before each waits
/// alone. A claim holds its account for milliseconds; a session that somebody left open must not
/// hold up the other accounts.
constexpr const char* kPatience = "set local lock_timeout = '250ms'";

Error NotAPlanFor(const Claim& claim) {
  return Error{ErrorCode::kInternal, "BAD_PLAN",
               "the plan does not cover batch " + std::to_string(ToInt(claim.envelope)) + ":" +
                   std::to_string(claim.facts.span.lo)};
}

}  // namespace

PgDeliveryQueue::PgDeliveryQueue(std::string holder, const std::vector<Account>& accounts,
                                 const crypto::KeyRing& keys, Pool& pool)
    : holder_(std::move(holder)),
      accounts_(accounts),
      claims_(holder_, accounts, keys),
      pool_(pool),
      take_([this](std::span<const ClaimParams* const> wishes) { return TakeTogether(wishes); }),
      end_([this](std::span<const AttemptEnd* const> ends) { return EndTogether(ends); }) {}

Status PgDeliveryQueue::RegisterAccounts() {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Status {
    pqxx::work work(connection);
    for (const Account& account : accounts_) {
      sql::RegisterAccount{.account = account.name, .slots = kMaxConcurrency}.Run(work);
    }
    work.commit();
    return Ok();
  });
}

Result<std::vector<Route>> PgDeliveryQueue::Sendable(std::span<const Route> routes,
                                                     milliseconds linger) {
  sql::SendableRoutes sendable_routes{.linger = linger};
  for (const Route& route : routes) {
    sendable_routes.routes.Add({.account = route.account,
                                .operation = route.operation,
                                .capture_wait = claims_.CaptureWait(route)});
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
  if (auto together = take_.Do(params)) return *std::move(together);
  return pool_.With([&](pqxx::connection& connection) -> Claims::Answer {
    pqxx::work work(connection);
    auto [answer, wrote] = claims_.TakeAlone(work, params);
    if (wrote) work.commit();
    return std::move(answer);
  });
}

std::vector<std::optional<Claims::Answer>> PgDeliveryQueue::TakeTogether(
    std::span<const ClaimParams* const> wishes) {
  using Answers = std::vector<std::optional<Claims::Answer>>;
  auto taken = pool_.With([&](pqxx::connection& connection) -> Result<Answers> {
    pqxx::work work(connection);
    work.exec0(kPatience);
    auto [answers, wrote] = claims_.TakeTogether(work, wishes);
    if (wrote) work.commit();
    return std::move(answers);
  });
  return taken.ok() ? *std::move(taken) : Answers(wishes.size());
}

Result<Recorded> PgDeliveryQueue::Record(const Claim& claim, const VendorReply& reply,
                                         const Plan& plan) {
  return End({.claim = claim, .plan = plan, .reply = &reply});
}

Result<Recorded> PgDeliveryQueue::Release(const Claim& claim) {
  const Transition back{.span = claim.facts.span,
                        .to = BatchState::kReady,
                        .unknown_since = claim.facts.unknown_since,
                        .refused_since = claim.facts.refused_since};
  const VendorReply no_call{.outcome = OutcomeClass::kNotSent, .code = "released"};
  const Plan as_before{.transitions = {back}, .spends_attempt = false};
  return End({.claim = claim, .plan = as_before, .reply = &no_call, .called = false});
}

Result<Recorded> PgDeliveryQueue::End(const AttemptEnd& end) {
  if (!Covers(end.plan, end.claim.facts.span)) return NotAPlanFor(end.claim);
  if (end.plan.account != AccountVerdict::kBlocked) {
    if (auto together = end_.Do(end)) return *std::move(together);
  }
  return pool_.With([&](pqxx::connection& connection) -> Result<Recorded> {
    pqxx::work work(connection);
    const AttemptEnd* const alone = &end;
    Result<Recorded> recorded = EndAttempts(work, {&alone, 1}).front();
    if (recorded.ok() && *recorded == Recorded::kApplied &&
        end.plan.account == AccountVerdict::kBlocked) {
      sql::BlockAccount{.account = end.claim.route.account,
                        .reason = end.plan.account_reason,
                        .resume = end.plan.resume,
                        .started_at = end.claim.facts.started_at}
          .Run(work);
    }
    work.commit();
    return recorded;
  });
}

std::vector<std::optional<Result<Recorded>>> PgDeliveryQueue::EndTogether(
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

Result<std::optional<Claim>> PgDeliveryQueue::TakeAbandoned(milliseconds lease) {
  return pool_.With([&](pqxx::connection& connection) -> Result<std::optional<Claim>> {
    pqxx::work work(connection);
    const auto slot = FirstRow(work, sql::TakeAbandonedSlot{.holder = holder_, .lease = lease});
    if (!slot) return std::optional<Claim>{};
    const auto batch =
        OnlyRow(work, sql::ReadAbandonedBatch{.envelope = slot->envelope, .lo = slot->lo});
    Claim claim{.route = {slot->account, batch.operation},
                .kind = batch.kind,
                .envelope = slot->envelope,
                .facts = {.operation = batch.operation,
                          .span = {slot->lo, batch.hi},
                          .attempt_count = batch.attempt_count,
                          .call_count = batch.call_count,
                          .started_at = batch.started_at,
                          .unknown_since = batch.unknown_since,
                          .refused_since = batch.refused_since},
                .slot = slot->slot,
                .epoch = slot->epoch,
                .identifiers = {}};
    work.commit();
    return std::optional(std::move(claim));
  });
}

Result<Recorded> PgDeliveryQueue::RecordAbandoned(const Claim& claim, const Plan& plan) {
  return End({.claim = claim, .plan = plan, .reply = nullptr, .called = false});
}

Result<std::vector<RefusalCase>> PgDeliveryQueue::RefusalCases() {
  return pool_.WithRetry([](pqxx::connection& connection) -> Result<std::vector<RefusalCase>> {
    pqxx::work work(connection);
    return ReadRefusalCases(work);
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

Result<int> PgDeliveryQueue::CloseWindows(TimePoint now, int limit) {
  ArrayLiteral verified;
  for (const Account& account : accounts_) {
    if (account.verification.on()) verified.AddText(account.name);
  }
  return pool_.With([&](pqxx::connection& connection) -> Result<int> {
    pqxx::work work(connection);
    const int closed =
        sql::CloseWindows{.now = now, .verified = verified, .limit = limit}.Run(work);
    work.commit();
    return closed;
  });
}

Result<int> PgDeliveryQueue::ReleaseHeld(int limit) {
  return pool_.With([&](pqxx::connection& connection) -> Result<int> {
    pqxx::work work(connection);
    const int released = sql::ReleaseHeld{.limit = limit}.Run(work);
    work.commit();
    return released;
  });
}

}  // namespace lethe::store
