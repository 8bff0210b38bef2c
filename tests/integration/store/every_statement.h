#pragma once

#include <span>
#include <vector>

#include "store/base/order_statements.h"
#include "store/base/refusal_statements.h"
#include "store/base/review_statements.h"
#include "store/base/statement.h"
#include "store/base/statements.h"
#include "store/base/verification_statements.h"

namespace lethe::store {

inline std::vector<const Statement*> StatementsOfAllRooms() {
  std::vector<const Statement*> all;
  for (const std::span<const Statement* const> room :
       {std::span<const Statement* const>(kStatements),
        {kOrderStatements},
        {kRefusalStatements},
        {kReviewStatements},
        {kVerificationStatements}}) {
    all.insert(all.end(), room.begin(), room.end());
  }
  for (const Statement& statement : AllStatements()) all.push_back(&statement);
  return all;
}

}  // namespace lethe::store
