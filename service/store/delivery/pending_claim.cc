#include "store/delivery/pending_claim.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "lethe/reasons.h"
#include "store/delivery/sql.h"

namespace lethe::store {
namespace {

using Item = sql::ReadItems::Row;

/// A key that is missing may come back with the next key file.
constexpr milliseconds kUnknownKeyPause{60'000};

std::string Where(const Claim& claim) {
  return "batch " + std::to_string(ToInt(claim.envelope)) + ":" +
         std::to_string(claim.facts.span.lo);
}

/// `items` has one for each position; null where there is none.
void Open(std::span<const Item* const> items, const crypto::KeyRing& keys, PendingClaim& pending) {
  Claim& claim = pending.claim;
  const auto missing = std::ranges::count(items, nullptr);
  if (missing > 0) {
    pending.unreadable = Error{ErrorCode::kInternal, Text(ErrorReason::kItemsMissing),
                               Where(claim) + " lacks " + std::to_string(missing) + " items of " +
                                   std::to_string(items.size())};
    return;
  }
  for (const Item* item : items) {
    auto identifier = keys.Open(item->sealed, claim.route.account);
    if (!identifier.ok()) {
      pending.unreadable = std::move(identifier).error();
      pending.unreadable->message = Where(claim) + ": " + pending.unreadable->message;
      return;
    }
    claim.identifiers.push_back(std::move(*identifier));
    pending.digests += item->digest;
  }
}

}  // namespace

void ReadItems(pqxx::work& work, const crypto::KeyRing& keys, std::vector<PendingClaim>& pending) {
  const auto [lowest, highest] = std::ranges::minmax_element(
      pending, {}, [](const PendingClaim& one) { return one.claim.envelope; });
  sql::ReadItems read_items{.lowest = lowest->claim.envelope, .highest = highest->claim.envelope};
  std::vector<std::vector<const Item*>> by_claim;
  for (const PendingClaim& one : pending) {
    const Span span = one.claim.facts.span;
    read_items.spans.Add({.envelope = one.claim.envelope, .lo = span.lo, .hi = span.hi});
    by_claim.emplace_back(span.size(), nullptr);
  }
  const std::vector<Item> items = read_items.Run(work);
  for (const Item& item : items) {
    const std::size_t place = item.span - 1;
    by_claim.at(place).at(item.pos - pending[place].claim.facts.span.lo) = &item;
  }
  for (std::size_t place = 0; place < pending.size(); ++place) {
    Open(by_claim[place], keys, pending[place]);
  }
}

void SetAside(pqxx::work& work, const PendingClaim& unreadable) {
  const std::string& error = unreadable.unreadable->reason;
  const bool may_be_mended = error == Name(ErrorReason::kUnknownKey);
  const std::string_view reason = may_be_mended ? Name(Reason::kUnknownKey)
                                  : error == Name(ErrorReason::kItemsMissing)
                                      ? Name(Reason::kItemsMissing)
                                      : Name(Reason::kSealBroken);
  sql::SetAside{.envelope = unreadable.claim.envelope,
                .lo = unreadable.claim.facts.span.lo,
                .state = may_be_mended ? BatchState::kReady : BatchState::kNeedsReview,
                .reason = reason,
                .pause = may_be_mended ? std::optional(kUnknownKeyPause) : std::nullopt}
      .Run(work);
}

}  // namespace lethe::store
