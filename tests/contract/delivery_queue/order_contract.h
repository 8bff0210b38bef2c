#pragma once

#include <string>
#include <vector>

#include "contract/delivery_queue/precedence_contract.h"

namespace lethe::contract {

/// What a test's envelope is due by.
struct Due {
  Urgency urgency = Urgency::kUsual;
  milliseconds in = 30 * 24h;
};

/// What the contract says about the order of sending. Instantiate it like DeliveryQueueContract.
class OrderContract : public PrecedenceContract {
 protected:
  EnvelopeId AddDue(const Due& due, const Route& route = kErase,
                    const std::vector<std::string>& names = {}) {
    return at().AddEnvelope({.route = route,
                             .size = names.empty() ? 1 : static_cast<int>(names.size()),
                             .identifiers = Named(names),
                             .urgency = due.urgency,
                             .due_at = at().Now() + due.in});
  }

  /// Claims and finishes; the envelopes in this order.
  std::vector<EnvelopeId> Sent(int calls, const Route& route = kErase) {
    std::vector<EnvelopeId> sent;
    for (int i = 0; i < calls; ++i) {
      const auto claim = Take(route);
      if (!claim) break;
      sent.push_back(claim->envelope);
      Record(*claim, Yes(), Accepted(*claim));
    }
    return sent;
  }
};

}  // namespace lethe::contract
