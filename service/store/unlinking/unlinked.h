#pragma once

#include <functional>
#include <limits>
#include <pqxx/pqxx>
#include <set>
#include <string>
#include <vector>

#include "lethe/request.h"
#include "store/base/item_range.h"

namespace lethe::store {

/// Operations after which an identity may no longer lead to its profile.
constexpr bool Unlinks(Operation operation) {
  return operation == Operation::kDemerge || operation == Operation::kDisassociation;
}

/// Keeps in mind that these accounts have such requests. In the transaction that keeps the first of
/// them. Throws what pqxx throws, as all here.
void NoteUnlinking(pqxx::work& work, const std::set<std::string>& accounts);

/// Whether identities of such a request can be ItemView::unlinked.
constexpr bool CanBeUnlinked(Operation operation, IdentifierKind kind) {
  return operation == Operation::kErasure && kind == IdentifierKind::kIdentity;
}

/// A request that CanBeUnlinked().
struct ErasureItems {
  RequestId id;
  std::string account;
  ItemRange items;
};

struct OrdinalRange {
  int first = 0;
  int last = std::numeric_limits<int>::max();
};

/// Keeps in mind that identities of these requests, at least one, are unlinked. A request that was
/// written without is not to be asked about again: only earlier ones could change that, and those
/// can but be rejected or cancelled.
void NoteUnlinked(pqxx::work& work, const std::set<RequestId>& requests);

/// Calls `found` for each item of the erasures, within the range, that is ItemView::unlinked.
void FindUnlinked(pqxx::transaction_base& work, const std::vector<ErasureItems>& erasures,
                  OrdinalRange range, const std::function<void(RequestId, int ordinal)>& found);

}  // namespace lethe::store
