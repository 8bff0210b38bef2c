#include "store/delivery/pg_delivery_queue.h"

#include <utility>

#include "store/accounts/sql.h"
#include "store/base/order_statements.h"
#include "store/base/statements.h"
#include "store/base/values.h"
#include "store/delivery/refusals.h"

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
  ArrayLiteral accounts, operations, capture_waits;
  for (const Route& route : routes) {
    accounts.AddText(route.account);
    operations.AddText(Name(route.operation));
    capture_waits.Add(claims_.CaptureWait(route));
  }
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<std::vector<Route>> {
    pqxx::nontransaction work(connection);
    std::vector<Route> sendable;
    for (const auto& row :
         work.exec_prepared(kSendableRoutes.name, accounts.str(), operations.str(), linger.count(),
                            capture_waits.str())) {
      sendable.push_back({row[0].as<std::string>(), Parse<Operation>(row[1].c_str()).value()});
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
    const auto slot = work.exec_prepared(kTakeAbandonedSlot.name, holder_, lease.count());
    if (slot.empty()) return std::optional<Claim>{};
    const auto envelope = slot[0][3].as<std::int64_t>();
    const int lo = slot[0][4].as<int>();
    const auto batch = work.exec_prepared1(kReadAbandonedBatch.name, envelope, lo);
    const Operation operation = Parse<Operation>(batch[0].c_str()).value();
    Claim claim{.route = {slot[0][0].as<std::string>(), operation},
                .kind = Parse<IdentifierKind>(batch[1].c_str()).value(),
                .envelope = EnvelopeId{envelope},
                .facts = {.operation = operation,
                          .span = {lo, batch[2].as<int>()},
                          .attempt_count = batch[3].as<int>(),
                          .call_count = batch[4].as<int>(),
                          .started_at = ToTime(batch[6]),
                          .unknown_since = ToOptionalTime(batch[5]),
                          .refused_since = ToOptionalTime(batch[7])},
                .slot = slot[0][1].as<int>(),
                .epoch = slot[0][2].as<std::int64_t>(),
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
    const auto closed =
        work.exec_prepared(kCloseWindows.name, ToMicros(now), limit, verified.str());
    work.commit();
    return static_cast<int>(closed.affected_rows());
  });
}

Result<int> PgDeliveryQueue::ReleaseHeld(int limit) {
  return pool_.With([&](pqxx::connection& connection) -> Result<int> {
    pqxx::work work(connection);
    const auto released = work.exec_prepared(kReleaseHeld.name, limit);
    work.commit();
    return static_cast<int>(released.affected_rows());
  });
}

}  // namespace lethe::store
