#pragma once

#include <functional>
#include <limits>
#include <pqxx/pqxx>
#include <set>
#include <string>
#include <vector>

#include "lethe/operation_traits.h"
#include "lethe/request.h"
#include "store/base/item_range.h"

namespace lethe::store {

/// Notes that the accounts have requests that Unlinks(). Belongs into the transaction that writes
/// the first of them. Throws what pqxx throws, as all functions here.
void NoteUnlinking(pqxx::work& work, const std::set<std::string>& accounts);

/// Notes that identities of the requests, at least one request, are unlinked. Readers look up the
/// identities of noted requests only. The note is set once, because later changes can only remove
/// matches: earlier requests are rejected or cancelled, never added.
void NoteUnlinked(pqxx::work& work, const std::set<RequestId>& requests);

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

/// Calls `found` for each item of the erasures, within the range, that is ItemView::unlinked.
void FindUnlinked(pqxx::transaction_base& work, const std::vector<ErasureItems>& erasures,
                  OrdinalRange range, const std::function<void(RequestId, int ordinal)>& found);

}  // namespace lethe::store
