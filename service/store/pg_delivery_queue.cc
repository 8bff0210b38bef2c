#include "store/pg_delivery_queue.h"

#include <utility>

#include "lethe/read_back.h"
#include "store/account_statements.h"
#include "store/order.h"
#include "store/order_statements.h"
#include "store/refusals.h"
#include "store/statements.h"
#include "store/values.h"

namespace lethe::store {
namespace {

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

std::string ApiName(const Claim& claim) { return std::string(Name(ApiOf(claim.route.operation))); }

/// Locks the account, and answers whether it lets a batch through: always when healthy, one at a
/// time when blocked and due for a probe.
bool PassAccountGate(pqxx::work& work, const ClaimParams& params) {
  const auto gate = work.exec_prepared(kLockAccount.name, params.route.account);
  if (gate.empty()) return false;
  const bool blocked = gate[0][0].as<bool>();
  const bool due = gate[0][1].as<bool>();
  if (!blocked) return true;
  return due &&
         !work.exec_prepared(kTakeBatchProbe.name, params.route.account, params.lease.count())
              .empty();
}

/// Batches that one claim may find to wait for another operation before it gives up: bounds how
/// long it keeps the account's other claims out.
constexpr int kMaxHeldPerClaim = 16;

/// The oldest sendable batch, or the first part of it that waits for nobody, and a free slot for
/// it. What has to wait is held, and stays so if the transaction goes on to nothing: it is
/// committed then.
std::optional<Claim> TakeOldest(pqxx::work& work, const ClaimParams& params,
                                std::optional<std::int64_t> capture_wait, int concurrency) {
  const Route& route = params.route;
  for (int held = 0; held < kMaxHeldPerClaim; ++held) {
    const auto batch = work.exec_prepared(
        kTakeBatch.name, route.account, std::string(Name(route.operation)), params.linger.count(),
        capture_wait, std::string(Name(ApiOf(route.operation))), concurrency);
    if (batch.empty()) {
      if (held > 0) work.commit();
      return std::nullopt;
    }
    const auto& row = batch[0];
    Claim claim{.route = route,
                .kind = ParseIdentifierKind(row[3].c_str()).value(),
                .envelope = EnvelopeId{row[0].as<std::int64_t>()},
                .facts = {.operation = route.operation,
                          .span = {row[1].as<int>(), row[2].as<int>()},
                          .attempt_count = row[4].as<int>(),
                          .call_count = row[5].as<int>(),
                          .started_at = {},
                          .unknown_since = ToOptionalTime(row[6]),
                          .refused_since = ToOptionalTime(row[7]),
                          .others_accepted_at = ToOptionalTime(row[10]),
                          .slot_setbacks = row[9].as<int>()},
                .slot = row[8].as<int>(),
                .epoch = 0,
                .identifiers = {}};
    if (const auto free = HoldBackForOrder(work, claim)) {
      claim.facts.span = *free;
      return claim;
    }
  }
  work.commit();
  return std::nullopt;
}

/// What a call has taught about its slot.
struct SlotLesson {
  milliseconds cool_down{0};
  std::optional<bool> setback = {};           ///< Nothing if there was no call.
  std::optional<TimePoint> accepted_at = {};  ///< Start of a call that was accepted.
};

SlotLesson LessonOf(const Claim& claim, const Plan& plan) {
  SlotLesson lesson{.cool_down = plan.slot_cool_down, .setback = plan.setback};
  for (const Transition& run : plan.transitions) {
    if (run.to == BatchState::kAccepted) lesson.accepted_at = claim.facts.started_at;
  }
  return lesson;
}

/// What is kept of an answer; an attempt without one keeps nothing.
struct Answer {
  std::optional<int> http_status = {};
  std::optional<std::string> outcome = {};
  std::optional<std::string> code = {};
};

/// The slot first, then the batch, the attempt last: every transaction that locks several locks
/// them in this order. A claim locks the account before all of them; this one after the batch,
/// which cannot end in a circle, because a claim that holds the account waits for no slot or batch:
/// it skips those that are locked.
Recorded EndAttemptIn(pqxx::transaction_base& work, const Claim& claim, const Plan& plan,
                      const Answer& answer, const SlotLesson& lesson) {
  ArrayLiteral los, his, states, reasons, not_before, unknown_since, accepted_at, window_end,
      refused_since;
  for (const Transition& run : plan.transitions) {
    los.Add(std::int64_t{run.span.lo});
    his.Add(std::int64_t{run.span.hi});
    states.AddText(Name(run.to));
    reasons.AddTextOrNull(run.reason);
    not_before.Add(ToMicros(run.not_before));
    unknown_since.Add(ToMicros(run.unknown_since));
    accepted_at.Add(ToMicros(run.accepted_at));
    window_end.Add(ToMicros(run.window_end));
    refused_since.Add(ToMicros(run.refused_since));
  }
  const auto healthy_since = plan.account == AccountVerdict::kHealthy
                                 ? std::optional(ToMicros(claim.facts.started_at))
                                 : std::nullopt;
  const auto ended = work.exec_prepared1(
      kEndAttempt.name, claim.route.account, ApiName(claim), claim.slot, claim.epoch,
      lesson.cool_down.count(), lesson.setback, ToMicros(lesson.accepted_at), ToInt(claim.envelope),
      claim.facts.span.lo, los.str(), his.str(), states.str(), reasons.str(), not_before.str(),
      unknown_since.str(), accepted_at.str(), window_end.str(), refused_since.str(),
      plan.spends_attempt ? 0 : 1, claim.facts.call_count, answer.http_status, answer.outcome,
      answer.code, healthy_since);
  if (!ended[0].as<bool>()) return Recorded::kFenced;
  if (!ended[1].as<bool>()) {
    throw std::logic_error("a leased slot points to a batch that is not being sent");
  }
  return Recorded::kApplied;
}

/// One statement is a transaction; only a block needs another one.
Recorded EndAttempt(pqxx::connection& connection, const Claim& claim, const Plan& plan,
                    const Answer& answer, const SlotLesson& lesson) {
  if (plan.account != AccountVerdict::kBlocked) {
    pqxx::nontransaction work(connection);
    return EndAttemptIn(work, claim, plan, answer, lesson);
  }
  pqxx::work work(connection);
  const Recorded recorded = EndAttemptIn(work, claim, plan, answer, lesson);
  if (recorded == Recorded::kApplied) {
    work.exec_prepared(kBlockAccount.name, claim.route.account, plan.account_reason,
                       ToMicros(claim.facts.started_at), std::string(Name(plan.resume)));
  }
  work.commit();
  return recorded;
}

Error NotAPlanFor(const Claim& claim) {
  return Error{ErrorCode::kInternal, "BAD_PLAN",
               "the plan does not cover batch " + std::to_string(ToInt(claim.envelope)) + ":" +
                   std::to_string(claim.facts.span.lo)};
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

}  // namespace

struct PgDeliveryQueue::Members {
  std::vector<Identifier> identifiers;
  std::string digests;  ///< One after the other.
};

PgDeliveryQueue::PgDeliveryQueue(std::string holder, const std::vector<Account>& accounts,
                                 const crypto::KeyRing& keys, Pool& pool)
    : holder_(std::move(holder)),
      concurrency_(ConcurrencyByAccount(accounts)),
      verified_(Verified(accounts)),
      keys_(keys),
      pool_(pool) {}

Status PgDeliveryQueue::RegisterAccounts() {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Status {
    pqxx::work work(connection);
    for (const auto& [account, concurrency] : concurrency_) {
      work.exec_prepared(kRegisterAccount.name, account, kMaxConcurrency);
    }
    work.commit();
    return Ok();
  });
}

/// Whom an erasure by identity is about to reach must be known before it is sent.
std::optional<std::int64_t> PgDeliveryQueue::CaptureWait(const Route& route) const {
  if (route.operation != Operation::kErasure || !verified_.contains(route.account)) return {};
  return milliseconds(kCaptureWait).count();
}

Result<std::vector<Route>> PgDeliveryQueue::Sendable(std::span<const Route> routes,
                                                     milliseconds linger) {
  ArrayLiteral accounts, operations, capture_waits;
  for (const Route& route : routes) {
    accounts.AddText(route.account);
    operations.AddText(Name(route.operation));
    capture_waits.Add(CaptureWait(route));
  }
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<std::vector<Route>> {
    pqxx::nontransaction work(connection);
    std::vector<Route> sendable;
    for (const auto& row :
         work.exec_prepared(kSendableRoutes.name, accounts.str(), operations.str(), linger.count(),
                            capture_waits.str())) {
      sendable.push_back({row[0].as<std::string>(), ParseOperation(row[1].c_str()).value()});
    }
    return sendable;
  });
}

Result<std::optional<Claim>> PgDeliveryQueue::TakeBatch(const ClaimParams& params) {
  return pool_.With([&](pqxx::connection& connection) -> Result<std::optional<Claim>> {
    pqxx::work work(connection);
    auto claim = TakeBatchIn(work, params);
    if (claim.ok() && *claim) work.commit();
    return claim;
  });
}

Result<std::optional<Claim>> PgDeliveryQueue::TakeBatchIn(pqxx::work& work,
                                                          const ClaimParams& params) const {
  const Route& route = params.route;
  const std::optional<Claim> nothing;
  const auto concurrency = concurrency_.find(route.account);
  if (concurrency == concurrency_.end() || !PassAccountGate(work, params)) return nothing;

  auto taken = TakeOldest(work, params, CaptureWait(route), concurrency->second);
  if (!taken) return nothing;
  Claim claim = *std::move(taken);

  // Only now, in a statement of its own: one that claims and reads at once would see the batch's
  // newest row and an older set of items.
  auto members = ReadMembers(work, claim);
  if (!members.ok()) {
    SetAside(work, claim, members.error());
    work.commit();
    return std::move(members).error();
  }
  claim.identifiers = std::move(members->identifiers);

  const Span span = claim.facts.span;
  const auto begun = work.exec_prepared1(
      kBeginAttempt.name, route.account, ApiName(claim), claim.slot, holder_, params.lease.count(),
      ToInt(claim.envelope), span.lo, span.hi, claim.facts.call_count,
      pqxx::binarystring(keys_.Mac(crypto::MacPurpose::kMembers, members->digests)));
  claim.facts.started_at = ToTime(begun[0]);
  claim.epoch = begun[1].as<std::int64_t>();
  return std::optional(std::move(claim));
}

Result<PgDeliveryQueue::Members> PgDeliveryQueue::ReadMembers(pqxx::work& work,
                                                              const Claim& claim) const {
  const auto rows = work.exec_prepared(kReadItems.name, ToInt(claim.envelope), claim.facts.span.lo,
                                       claim.facts.span.hi);
  const std::string where =
      "batch " + std::to_string(ToInt(claim.envelope)) + ":" + std::to_string(claim.facts.span.lo);
  if (static_cast<int>(rows.size()) != claim.facts.span.size()) {
    return Error{ErrorCode::kInternal, "ITEMS_MISSING",
                 where + " has " + std::to_string(rows.size()) + " items of " +
                     std::to_string(claim.facts.span.size())};
  }
  Members members;
  for (const auto& row : rows) {
    auto identifier = keys_.Open(ToBytes(row[0]), claim.route.account);
    if (!identifier.ok()) {
      Error error = std::move(identifier).error();
      error.message = where + ": " + error.message;
      return error;
    }
    members.identifiers.push_back(std::move(*identifier));
    members.digests += ToBytes(row[1]);
  }
  return members;
}

Result<Recorded> PgDeliveryQueue::Record(const Claim& claim, const VendorReply& reply,
                                         const Plan& plan) {
  if (!Covers(plan, claim.facts.span)) return NotAPlanFor(claim);
  return pool_.With([&](pqxx::connection& connection) -> Result<Recorded> {
    const Answer answer{
        .http_status = reply.http_status ? std::optional(reply.http_status) : std::nullopt,
        .outcome = std::string(Name(reply.outcome)),
        .code = NullIfEmpty(reply.code)};
    return EndAttempt(connection, claim, plan, answer, LessonOf(claim, plan));
  });
}

Result<Recorded> PgDeliveryQueue::Release(const Claim& claim) {
  const Transition back{.span = claim.facts.span,
                        .to = BatchState::kReady,
                        .unknown_since = claim.facts.unknown_since,
                        .refused_since = claim.facts.refused_since};
  return pool_.With([&](pqxx::connection& connection) -> Result<Recorded> {
    return EndAttempt(connection, claim, {.transitions = {back}, .spends_attempt = false},
                      {.outcome = std::string(Name(OutcomeClass::kNotSent)), .code = "released"},
                      {});
  });
}

Result<std::optional<Claim>> PgDeliveryQueue::TakeAbandoned(milliseconds lease) {
  return pool_.With([&](pqxx::connection& connection) -> Result<std::optional<Claim>> {
    pqxx::work work(connection);
    const auto slot = work.exec_prepared(kTakeAbandonedSlot.name, holder_, lease.count());
    if (slot.empty()) return std::optional<Claim>{};
    const auto envelope = slot[0][3].as<std::int64_t>();
    const int lo = slot[0][4].as<int>();
    const auto batch = work.exec_prepared1(kReadAbandonedBatch.name, envelope, lo);
    const Operation operation = ParseOperation(batch[0].c_str()).value();
    Claim claim{.route = {slot[0][0].as<std::string>(), operation},
                .kind = ParseIdentifierKind(batch[1].c_str()).value(),
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
  if (!Covers(plan, claim.facts.span)) return NotAPlanFor(claim);
  return pool_.With([&](pqxx::connection& connection) -> Result<Recorded> {
    return EndAttempt(connection, claim, plan, {}, {});
  });
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
  for (const std::string& account : verified_) verified.AddText(account);
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
