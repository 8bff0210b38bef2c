#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "contract/delivery_queue/delivery_queue_contract.h"

namespace lethe::contract {

/// What every implementation of AccountGate promises about the blocks that a queue puts up.
/// Instantiate it like DeliveryQueueContract.
class AccountGateContract : public DeliveryQueueContract {
 protected:
  static constexpr milliseconds kProbeLease = 40s;

  std::optional<AccountProbe> TakeProbe() {
    const auto taken = at().gate().TakeProbe(kProbeLease);
    EXPECT_TRUE(taken.ok());
    return taken.ok() ? *taken : std::nullopt;
  }
  bool Found(const std::optional<AccountProbe>& probe, ProbeFinding finding) {
    EXPECT_TRUE(probe);
    if (!probe) return false;
    const auto recorded = at().gate().Record(*probe, finding);
    EXPECT_TRUE(recorded.ok());
    return recorded.ok() && *recorded;
  }
  void ProbeSoon(std::string_view account = "acme") {
    EXPECT_TRUE(at().gate().ProbeSoon(account).ok());
  }

  /// Batches of an account that is blocked now, until a probe of its credentials; the first is due
  /// after 10 s.
  void AddWaitingForProbe(int batches = 2) { AddBlocked(batches, Resume::kConnect); }
};

}  // namespace lethe::contract
