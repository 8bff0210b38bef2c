#include "store/verification/look_claimer.h"

#include <array>
#include <utility>

#include "lethe/operation_traits.h"
#include "store/verification/sql.h"

namespace lethe::store {
namespace {

/// Alternates by the epoch's parity, so that neither many captures nor many read-backs starve the
/// other. A second look comes last: no batch waits for it.
std::array<LookPurpose, 4> InTurn(std::int64_t epoch) {
  using enum LookPurpose;
  if (epoch % 2 == 0) return {kCapture, kReadBack, kBeforeRepeat, kSecondLook};
  return {kReadBack, kCapture, kBeforeRepeat, kSecondLook};
}

/// `statement` is one that takes a batch; all three answer the same columns.
template <typename Statement>
std::optional<LookClaim> TakeBy(pqxx::work& work, const Statement& statement, LookPurpose purpose,
                                const Route& route) {
  const auto batch = FirstRow(work, statement);
  if (!batch) return std::nullopt;
  return LookClaim{.route = route,
                   .purpose = purpose,
                   .kind = batch->kind,
                   .envelope = batch->envelope,
                   .span = {batch->lo, batch->hi},
                   .call_number = batch->call_number,
                   .accepted_at = batch->accepted_at.value_or(TimePoint()),
                   .due_since = batch->due_since,
                   .tries = batch->tries};
}

std::optional<LookClaim> TakeOldest(pqxx::work& work, LookPurpose purpose,
                                    const LookParams& params) {
  const auto& [route, linger, lease] = params;
  const auto& [account, operation] = route;
  switch (purpose) {
    case LookPurpose::kCapture:
      if (!HasCapture(operation)) return std::nullopt;
      return TakeBy(work, sql::TakeCapture{.account = account, .lease = lease, .linger = linger},
                    purpose, route);
    case LookPurpose::kReadBack:
      return TakeBy(work,
                    sql::TakeReadBack{.account = account, .operation = operation, .lease = lease},
                    purpose, route);
    case LookPurpose::kBeforeRepeat:
      if (!HasCapture(operation)) return std::nullopt;
      return TakeBy(
          work, sql::TakeBeforeRepeat{.account = account, .operation = operation, .lease = lease},
          purpose, route);
    case LookPurpose::kSecondLook: break;
  }
  return TakeBy(work,
                sql::TakeSecondLook{.account = account, .operation = operation, .lease = lease},
                purpose, route);
}

/// Whether a person has to be looked up for this claim.
bool IsWanted(const LookClaim& claim, const sql::ReadLookItems::Row& row, double share) {
  switch (claim.purpose) {
    case LookPurpose::kCapture: return !row.captured && IsInSample(row.digest, share);
    case LookPurpose::kReadBack:
      return !row.read_back && (row.resent || IsInSample(row.digest, share));
    case LookPurpose::kBeforeRepeat: return true;
    case LookPurpose::kSecondLook: break;
  }
  return row.read_back == ReadBack::kAbsent && !row.second_look;
}

}  // namespace

LookClaimer::LookClaimer(std::string holder, crypto::LiveKeys keys)
    : holder_(std::move(holder)), keys_(std::move(keys)) {}

std::optional<LookClaim> LookClaimer::Take(pqxx::work& work, const LookParams& params,
                                           const Account& account) const {
  const auto slot = FirstRow(
      work, sql::FindLookSlot{.account = account.name, .concurrency = account.concurrency});
  if (!slot) return std::nullopt;
  for (const LookPurpose purpose : InTurn(slot->epoch)) {
    auto claim = TakeOldest(work, purpose, params);
    if (!claim) continue;
    claim->slots_of = slot->slots_of;
    claim->slot = slot->number;
    if (!Lease(work, *claim, params.lease)) return std::nullopt;
    ReadItems(work, *claim, account.verification.share);
    return claim;
  }
  return std::nullopt;
}

bool LookClaimer::Lease(pqxx::work& work, LookClaim& claim, milliseconds lease) const {
  const auto leased = FirstRow(work, sql::LeaseLookSlot{.account = claim.route.account,
                                                        .slots_of = claim.slots_of,
                                                        .number = claim.slot,
                                                        .holder = holder_,
                                                        .lease = lease,
                                                        .envelope = claim.envelope,
                                                        .lo = claim.span.lo});
  if (!leased) return false;
  claim.epoch = leased->epoch;
  claim.setbacks = leased->setbacks;
  return true;
}

void LookClaimer::ReadItems(pqxx::work& work, LookClaim& claim, double share) const {
  const bool before_repeat = claim.purpose == LookPurpose::kBeforeRepeat;
  const std::map<int, Capture> captures = before_repeat || claim.purpose == LookPurpose::kReadBack
                                              ? ReadCaptures(work, claim)
                                              : std::map<int, Capture>();
  const crypto::KeyRing keys = keys_.Current();
  int next = claim.span.lo;
  // An item that is gone has no digest, so it may be one of the sample: it stays unverified.
  const auto add_unreadable_up_to = [&](int pos) {
    for (; next < pos; ++next) claim.items.push_back({.pos = next, .identifier = {}});
  };
  const sql::ReadLookItems items{.envelope = claim.envelope,
                                 .lo = claim.span.lo,
                                 .hi = claim.span.hi,
                                 .call_number = claim.call_number};
  for (const auto& row : items.Run(work)) {
    add_unreadable_up_to(row.pos);
    next = row.pos + 1;
    if (claim.purpose == LookPurpose::kReadBack && row.decided) continue;
    if (claim.purpose == LookPurpose::kReadBack && row.read_back) {
      claim.known.push_back({.pos = row.pos, .result = row.read_back, .resent = row.resent});
    }
    if (!IsWanted(claim, row, share)) continue;
    LookItem item{.pos = row.pos, .identifier = {}, .before = {}, .resent = row.resent};
    auto identifier = keys.Open(row.sealed, claim.route.account);
    if (identifier.ok()) item.identifier = std::move(*identifier);
    const auto before = captures.find(row.pos);
    if (before != captures.end()) item.before = before->second;
    if (before_repeat && !item.before) {
      claim.known.push_back({.pos = row.pos, .result = ReadBack::kUnclear});
      continue;
    }
    claim.items.push_back(std::move(item));
  }
  if (before_repeat || claim.purpose == LookPurpose::kReadBack) {
    add_unreadable_up_to(claim.span.hi + 1);
  }
}

std::map<int, Capture> LookClaimer::ReadCaptures(pqxx::work& work, const LookClaim& claim) const {
  const crypto::KeyRing keys = keys_.Current();
  std::map<int, Capture> captures;
  // What was captured after a call of unknown effect shows nothing of the time before it.
  const auto until =
      claim.purpose == LookPurpose::kBeforeRepeat ? std::optional(claim.due_since) : std::nullopt;
  const sql::ReadCaptures kept{
      .envelope = claim.envelope, .lo = claim.span.lo, .hi = claim.span.hi, .until = until};
  for (const auto& row : kept.Run(work)) {
    Capture& capture = captures[row.pos];
    if (!row.found) continue;
    if (!capture.profile) capture.profile.emplace();
    capture.profile->first_seen = row.first_seen;
    if (!row.object_id) continue;
    // One that does not open is left out, as one that CleverTap did not tell.
    auto id = keys.Open(*row.object_id, claim.route.account);
    if (id.ok()) capture.profile->object_ids.push_back(std::move(*id));
  }
  return captures;
}

}  // namespace lethe::store
