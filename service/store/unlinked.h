#pragma once

#include <functional>
#include <limits>
#include <pqxx/pqxx>
#include <set>
#include <string>
#include <vector>

#include "lethe/request.h"

namespace lethe::store {

/// Operations after which an identity may no longer lead to its profile.
constexpr bool Unlinks(Operation operation) {
  return operation == Operation::kDemerge || operation == Operation::kDisassociation;
}

/// Keeps in mind that these accounts have such requests. In the transaction that keeps the first of
/// them. Throws what pqxx throws, as all here.
void NoteUnlinking(pqxx::work& work, const std::set<std::string>& accounts);

struct RequestKey {
  RequestId id;
  std::string account;
};

struct OrdinalRange {
  int first = 0;
  int last = std::numeric_limits<int>::max();
};

/// Calls `found` for each item of the requests, within the range, that is ItemView::unlinked.
void FindUnlinked(pqxx::transaction_base& work, const std::vector<RequestKey>& requests,
                  OrdinalRange range, const std::function<void(RequestId, int ordinal)>& found);

}  // namespace lethe::store
