#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lethe/account.h"
#include "lethe/account_gate.h"
#include "store/base/values.h"
#include "store/session/pool.h"

namespace lethe::store {

/// The gate in PostgreSQL: the same rows of account_state and route_block that PgDeliveryQueue
/// writes.
class PgAccountGate final : public AccountGate {
 public:
  /// Takes probes of `accounts` alone: others may be another replica's, with a newer configuration.
  PgAccountGate(const std::vector<Account>& accounts, Pool& pool);

  Result<std::optional<AccountProbe>> TakeProbe(milliseconds lease) override;
  Result<bool> Record(const AccountProbe& probe, ProbeFinding finding) override;
  Status ProbeSoon(std::string_view account) override;

 private:
  ArrayLiteral accounts_;
  Pool& pool_;
};

}  // namespace lethe::store
