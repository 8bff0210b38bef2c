#include "simulation/dispatcher/traffic.h"

#include <chrono>

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds kLongestPause = 2min;  ///< Between two envelopes.
constexpr int kLargestEnvelope = 8;
constexpr double kTakenOnce = 0.02;
constexpr std::size_t kRemembered = 10;  ///< Identifiers of an account that may be used again.

}  // namespace

Traffic::Traffic(Stage& stage, int envelopes)
    : stage_(stage), left_(envelopes), poison_(stage.fate.Chance(0.2) ? 0.2 : 0.02) {
  stage_.next_envelope_at = stage_.clock.Now();
}

void Traffic::Flow() {
  while (left_-- > 0) {
    Create();
    const milliseconds pause = stage_.fate.UpTo(kLongestPause);
    stage_.next_envelope_at = stage_.clock.Now() + pause;
    stage_.scheduler.Sleep(pause);
  }
  stage_.next_envelope_at.reset();
}

EnvelopeId Traffic::Create() {
  Fate& fate = stage_.fate;
  const Route& route =
      stage_.routes[static_cast<std::size_t>(fate.Below(static_cast<int>(stage_.routes.size())))];
  fakes::NewEnvelope envelope{.route = route,
                              .size = 1 + fate.Below(kLargestEnvelope),
                              .closed = fate.Chance(0.5),
                              .request = NextRequest()};
  if (route.operation == Operation::kDisassociation) envelope.kind = IdentifierKind::kPhone;
  if (route.operation == Operation::kErasure && fate.Chance(0.5)) {
    envelope.kind = IdentifierKind::kGuid;
  }
  for (int i = 0; i < envelope.size; ++i) envelope.identifiers.push_back(SomeIdentifier(route));
  return stage_.Create(envelope);
}

Identifier Traffic::SomeIdentifier(const Route& route) {
  Fate& fate = stage_.fate;
  std::deque<Identifier>& known = known_[route.account];
  if (!known.empty() && fate.Chance(0.2)) {
    return known[static_cast<std::size_t>(fate.Below(static_cast<int>(known.size())))];
  }
  Identifier identifier("user-" + std::to_string(++last_identifier_));
  if (fate.Chance(poison_)) stage_.clevertap.Poison(route.account, identifier);
  if (fate.Chance(kTakenOnce)) stage_.clevertap.TakeOnce(route.account, identifier);
  known.push_front(identifier);
  if (known.size() > kRemembered) known.pop_back();
  return identifier;
}

/// Not always in the order in which the envelopes come to be seen.
RequestId Traffic::NextRequest() {
  last_request_ += 2;
  return RequestId{stage_.fate.Chance(0.1) && last_request_ > 4 ? last_request_ - 5
                                                                : last_request_};
}

}  // namespace lethe::simulation
