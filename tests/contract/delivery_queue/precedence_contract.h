#pragma once

#include <optional>
#include <string>
#include <vector>

#include "contract/delivery_queue/delivery_queue_contract.h"

namespace lethe::contract {

inline std::vector<Identifier> Named(const std::vector<std::string>& names) {
  std::vector<Identifier> identifiers;
  for (const std::string& name : names) identifiers.emplace_back(name);
  return identifiers;
}

/// What the contract says about operations on one identifier. Instantiate it like
/// DeliveryQueueContract.
class PrecedenceContract : public DeliveryQueueContract {
 protected:
  EnvelopeId Add(const Route& route, const std::vector<std::string>& names,
                 std::optional<RequestId> request = {}) {
    return at().AddEnvelope({.route = route,
                             .kind = route.operation == Operation::kDisassociation
                                         ? IdentifierKind::kPhone
                                         : IdentifierKind::kIdentity,
                             .size = static_cast<int>(names.size()),
                             .identifiers = Named(names),
                             .request = request});
  }

  std::vector<BatchRow> Of(EnvelopeId envelope) {
    std::vector<BatchRow> rows = at().Batches();
    std::erase_if(rows, [&](const BatchRow& row) { return row.envelope != envelope; });
    return rows;
  }

  int Released(int limit = 100) {
    const auto released = queue().ReleaseHeld(limit);
    EXPECT_TRUE(released.ok());
    return released.ok() ? *released : -1;
  }

  void Finish(const std::optional<Claim>& claim) {
    ASSERT_TRUE(claim);
    ASSERT_EQ(Record(*claim, Yes(), Accepted(*claim, 0ms)), Recorded::kApplied);
    ASSERT_EQ(CloseWindows(at().Now()), 1);
  }

  void Reject(const std::optional<Claim>& claim) {
    ASSERT_TRUE(claim);
    ASSERT_EQ(Record(*claim, {.outcome = OutcomeClass::kPartial, .http_status = 200},
                     {.transitions = {{.span = claim->facts.span,
                                       .to = BatchState::kRejected,
                                       .reason = "code_516"}}}),
              Recorded::kApplied);
  }
};

}  // namespace lethe::contract
