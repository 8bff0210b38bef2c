#include "simulation/dispatcher/ledger.h"

#include <algorithm>

namespace lethe::simulation {

void Ledger::Add(EnvelopeId id, const fakes::NewEnvelope& envelope) {
  Envelope& added = envelopes_[id] = {.route = envelope.route, .kind = envelope.kind, .items = {}};
  for (int pos = 0; pos < envelope.size; ++pos) {
    Identifier identifier = fakes::IdentifierAt(id, envelope, pos);
    by_identifier_[{envelope.route.account, identifier.Reveal()}].push_back({id, pos});
    added.items.push_back({.identifier = std::move(identifier),
                           .request = envelope.request.value_or(RequestId{ToInt(id)})});
  }
}

const std::vector<Position>& Ledger::WithIdentifier(const std::string& account,
                                                    const Identifier& identifier) const {
  return by_identifier_.at({account, identifier.Reveal()});
}

void Ledger::Violated(std::string_view what) {
  if (std::ranges::find(violations_, what) == violations_.end()) violations_.emplace_back(what);
}

}  // namespace lethe::simulation
