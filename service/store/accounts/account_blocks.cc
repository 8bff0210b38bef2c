#include "store/accounts/account_blocks.h"

#include "store/base/account_statements.h"
#include "store/base/order_statements.h"
#include "store/base/values.h"

namespace lethe::store {

void LockAccount(pqxx::work& work, const std::string& account) {
  work.exec_prepared(kLockAccount.name, account);
}

void BlockAccount(pqxx::work& work, const Claim& claim, const Plan& plan) {
  work.exec_prepared(kBlockAccount.name, claim.route.account, plan.account_reason,
                     ToMicros(claim.facts.started_at), std::string(Name(plan.resume)));
}

}  // namespace lethe::store
