#include "store/verification/pg_verification_queue.h"

#include <algorithm>
#include <array>
#include <utility>

#include "store/base/values.h"
#include "store/base/verification_statements.h"

namespace lethe::store {
namespace {

/// By turns, so that neither a long backlog to capture nor one to read back starves the other; the
/// slot's epoch takes turns. Nothing hangs on a second look.
std::array<LookPurpose, 3> InTurn(std::int64_t epoch) {
  using enum LookPurpose;
  if (epoch % 2 == 0) return {kCapture, kReadBack, kSecondLook};
  return {kReadBack, kCapture, kSecondLook};
}

pqxx::result TakeDue(pqxx::work& work, LookPurpose purpose, const LookParams& params) {
  const auto& [account, operation] = params.route;
  const auto lease = params.lease.count();
  const std::string operation_name(Name(operation));
  switch (purpose) {
    case LookPurpose::kCapture:
      if (operation != Operation::kErasure) return {};
      return work.exec_prepared(kTakeCapture.name, account, lease, params.linger.count());
    case LookPurpose::kReadBack:
      return work.exec_prepared(kTakeReadBack.name, account, lease, operation_name);
    case LookPurpose::kSecondLook:
      return work.exec_prepared(kTakeSecondLook.name, account, lease, operation_name);
  }
  return {};
}

/// The state that a batch is in while it is looked at.
BatchState StateDuring(LookPurpose purpose) {
  switch (purpose) {
    case LookPurpose::kCapture: return BatchState::kReady;
    case LookPurpose::kReadBack: return BatchState::kAccepted;
    case LookPurpose::kSecondLook: break;
  }
  return BatchState::kDone;
}

std::optional<ReadBack> ToReadBack(const pqxx::field& word) {
  return word.is_null() ? std::nullopt : Parse<ReadBack>(word.c_str());
}

void KeepReadBacks(pqxx::work& work, const LookClaim& claim, const LookResult& result) {
  ArrayLiteral positions, results;
  for (const ReadItem& item : result.read) {
    positions.Add(std::int64_t{item.pos});
    results.AddText(Name(*item.result));
  }
  const int look = claim.purpose == LookPurpose::kSecondLook ? 2 : 1;
  work.exec_prepared(kInsertReadBacks.name, ToInt(claim.envelope), positions.str(), results.str(),
                     claim.call_number, look);
}

/// Whether somebody of the run was absent, so that a second look has someone to look for.
bool HasAbsent(Span span, const LookClaim& claim, const LookResult& result) {
  const auto absent_in_run = [span](const ReadItem& item) {
    return item.result == ReadBack::kAbsent && span.lo <= item.pos && item.pos <= span.hi;
  };
  return std::ranges::any_of(claim.known, absent_in_run) ||
         std::ranges::any_of(result.read, absent_in_run);
}

}  // namespace

PgVerificationQueue::PgVerificationQueue(std::string holder, const std::vector<Account>& accounts,
                                         const crypto::KeyRing& keys, Pool& pool)
    : holder_(std::move(holder)), keys_(keys), pool_(pool) {
  for (const Account& account : accounts) {
    if (!account.verification.on()) continue;
    accounts_.emplace(account.name, Settings{account.concurrency, account.verification});
  }
}

Result<std::vector<Route>> PgVerificationQueue::Due(std::span<const Route> routes,
                                                    milliseconds linger) {
  ArrayLiteral accounts, operations;
  for (const Route& route : routes) {
    if (!accounts_.contains(route.account)) continue;
    accounts.AddText(route.account);
    operations.AddText(Name(route.operation));
  }
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<std::vector<Route>> {
    pqxx::nontransaction work(connection);
    std::vector<Route> due;
    for (const auto& row :
         work.exec_prepared(kDueLooks.name, accounts.str(), operations.str(), linger.count())) {
      due.push_back({row[0].as<std::string>(), Parse<Operation>(row[1].c_str()).value()});
    }
    return due;
  });
}

Result<std::optional<LookClaim>> PgVerificationQueue::Take(const LookParams& params) {
  using Nothing = std::optional<LookClaim>;
  const auto settings = accounts_.find(params.route.account);
  if (settings == accounts_.end()) return Nothing();
  return pool_.With([&](pqxx::connection& connection) -> Result<std::optional<LookClaim>> {
    pqxx::work work(connection);
    const auto slot =
        work.exec_prepared(kFreeLookSlot.name, params.route.account, settings->second.concurrency);
    if (slot.empty()) return Nothing();
    for (const LookPurpose purpose : InTurn(slot[0][1].as<std::int64_t>())) {
      const auto due = TakeDue(work, purpose, params);
      if (due.empty()) continue;
      const auto& row = due[0];
      LookClaim claim{.route = params.route,
                      .purpose = purpose,
                      .kind = Parse<IdentifierKind>(row[3].c_str()).value(),
                      .envelope = EnvelopeId{row[0].as<std::int64_t>()},
                      .span = {row[1].as<int>(), row[2].as<int>()},
                      .call_number = row[4].as<int>(),
                      .accepted_at = ToOptionalTime(row[5]).value_or(TimePoint()),
                      .due_since = ToTime(row[6]),
                      .tries = row[7].as<int>(),
                      .slot = slot[0][0].as<int>()};
      const auto lease =
          work.exec_prepared1(kLeaseLookSlot.name, params.route.account, claim.slot, holder_,
                              params.lease.count(), ToInt(claim.envelope), claim.span.lo);
      claim.epoch = lease[0].as<std::int64_t>();
      claim.setbacks = lease[1].as<int>();
      ReadItems(work, claim, settings->second.verification.share);
      work.commit();
      return std::optional(std::move(claim));
    }
    return Nothing();
  });
}

void PgVerificationQueue::ReadItems(pqxx::work& work, LookClaim& claim, double share) const {
  const std::map<int, Capture> captures = claim.purpose == LookPurpose::kReadBack
                                              ? ReadCaptures(work, claim)
                                              : std::map<int, Capture>();
  int next = claim.span.lo;
  const auto lost_until = [&](int pos) {
    // Nobody can say whether such an item is of the sample.
    for (; next < pos; ++next) claim.items.push_back({.pos = next, .identifier = {}});
  };
  for (const auto& row : work.exec_prepared(kReadLookItems.name, ToInt(claim.envelope),
                                            claim.span.lo, claim.span.hi, claim.call_number)) {
    const int pos = row[0].as<int>();
    lost_until(pos);
    next = pos + 1;
    const auto first = ToReadBack(row[3]);
    const bool resent = row[5].as<bool>();
    bool wanted = false;
    switch (claim.purpose) {
      case LookPurpose::kCapture:
        wanted = !row[6].as<bool>() && IsInSample(ToBytes(row[2]), share);
        break;
      case LookPurpose::kReadBack:
        if (first) claim.known.push_back({.pos = pos, .result = first, .resent = resent});
        wanted = !first && (resent || IsInSample(ToBytes(row[2]), share));
        break;
      case LookPurpose::kSecondLook: wanted = first == ReadBack::kAbsent && row[4].is_null(); break;
    }
    if (!wanted) continue;
    LookItem item{.pos = pos, .identifier = {}, .before = {}, .resent = resent};
    auto identifier = keys_.Open(ToBytes(row[1]), claim.route.account);
    if (identifier.ok()) item.identifier = std::move(*identifier);
    const auto before = captures.find(pos);
    if (before != captures.end()) item.before = before->second;
    claim.items.push_back(std::move(item));
  }
  if (claim.purpose == LookPurpose::kReadBack) lost_until(claim.span.hi + 1);
}

std::map<int, Capture> PgVerificationQueue::ReadCaptures(pqxx::work& work,
                                                         const LookClaim& claim) const {
  std::map<int, Capture> captures;
  for (const auto& row : work.exec_prepared(kReadCaptures.name, ToInt(claim.envelope),
                                            claim.span.lo, claim.span.hi)) {
    Capture& capture = captures[row[0].as<int>()];
    if (!row[1].as<bool>()) continue;
    if (!capture.profile) capture.profile.emplace();
    capture.profile->first_seen = ToOptionalTime(row[3]);
    if (row[2].is_null()) continue;
    // One that does not open is one that is not known.
    auto id = keys_.Open(ToBytes(row[2]), claim.route.account);
    if (id.ok()) capture.profile->object_ids.push_back(std::move(*id));
  }
  return captures;
}

Result<Recorded> PgVerificationQueue::Record(const LookClaim& claim, const LookResult& result) {
  const bool concludes = claim.purpose == LookPurpose::kReadBack && !result.again_in;
  if (concludes && !Covers({.transitions = result.transitions}, claim.span)) {
    return Error{ErrorCode::kInternal, "BAD_PLAN",
                 "the transitions do not cover batch " + std::to_string(ToInt(claim.envelope)) +
                     ":" + std::to_string(claim.span.lo)};
  }
  return pool_.With([&](pqxx::connection& connection) -> Result<Recorded> {
    pqxx::work work(connection);
    const bool ours =
        !work.exec_prepared(kFreeLookedSlot.name, claim.route.account, claim.slot, claim.epoch,
                            result.trouble, result.slot_cool_down.count())
             .empty();
    if (!ours || !MoveOn(work, claim, result)) return Recorded::kFenced;
    if (claim.purpose == LookPurpose::kCapture) {
      KeepCaptures(work, claim, result);
    } else {
      KeepReadBacks(work, claim, result);
    }
    work.commit();
    return Recorded::kApplied;
  });
}

bool PgVerificationQueue::MoveOn(pqxx::work& work, const LookClaim& claim,
                                 const LookResult& result) const {
  const auto envelope = ToInt(claim.envelope);
  if (result.again_in) {
    const std::string state(Name(StateDuring(claim.purpose)));
    return !work.exec_prepared(kLookAgain.name, envelope, claim.span.lo, state,
                               result.again_in->count(), result.trouble)
                .empty();
  }
  switch (claim.purpose) {
    case LookPurpose::kCapture:
      return !work.exec_prepared(kEndCapture.name, envelope, claim.span.lo, claim.span.hi).empty();
    case LookPurpose::kReadBack: return Conclude(work, claim, result);
    case LookPurpose::kSecondLook:
      return !work.exec_prepared(kEndSecondLook.name, envelope, claim.span.lo).empty();
  }
  return false;
}

/// One row a run, as PgDeliveryQueue does it: the first keeps the batch's row and is moved last.
bool PgVerificationQueue::Conclude(pqxx::work& work, const LookClaim& claim,
                                   const LookResult& result) const {
  const auto envelope = ToInt(claim.envelope);
  const auto& second_look = accounts_.at(claim.route.account).verification.second_look;
  for (auto run = result.transitions.rbegin(); run != result.transitions.rend(); ++run) {
    const std::string state(Name(run->to));
    const auto reason = NullIfEmpty(run->reason);
    const bool looked_at_again =
        second_look && run->to == BatchState::kDone && HasAbsent(run->span, claim, result);
    // As text, because g++ 12 takes the number of an empty optional for an uninitialised one.
    const auto second =
        looked_at_again ? std::optional(std::to_string(second_look->count())) : std::nullopt;
    const bool first = run->span.lo == claim.span.lo;
    const auto moved = first
                           ? work.exec_prepared(kMoveReadBack.name, envelope, claim.span.lo,
                                                run->span.hi, state, reason, second)
                           : work.exec_prepared(kSplitReadBack.name, envelope, claim.span.lo,
                                                run->span.lo, run->span.hi, state, reason, second);
    if (moved.empty()) return false;
  }
  return true;
}

void PgVerificationQueue::KeepCaptures(pqxx::work& work, const LookClaim& claim,
                                       const LookResult& result) const {
  ArrayLiteral positions, devices, found, ids, first_seen;
  const auto add = [&](int pos, int device, const std::optional<Profile>& profile,
                       const Identifier* id) {
    positions.Add(std::int64_t{pos});
    devices.Add(std::int64_t{device});
    found.AddText(profile ? "t" : "f");
    if (id) {
      ids.AddBytes(keys_.Seal(*id, claim.route.account));
    } else {
      ids.AddNull();
    }
    first_seen.Add(profile ? ToMicros(profile->first_seen) : std::nullopt);
  };
  for (const auto& [pos, capture] : result.captured) {
    if (!capture.profile || capture.profile->object_ids.empty()) {
      add(pos, 0, capture.profile, nullptr);
      continue;
    }
    int device = 0;
    for (const Identifier& id : capture.profile->object_ids) {
      add(pos, device++, capture.profile, &id);
    }
  }
  work.exec_prepared(kInsertCaptures.name, ToInt(claim.envelope), positions.str(), devices.str(),
                     found.str(), ids.str(), first_seen.str());
}

Result<int> PgVerificationQueue::ForgetCaptures(int limit) {
  return pool_.With([&](pqxx::connection& connection) -> Result<int> {
    pqxx::work work(connection);
    const auto forgotten = work.exec_prepared(kForgetCaptures.name, limit);
    work.commit();
    return static_cast<int>(forgotten.affected_rows());
  });
}

}  // namespace lethe::store
