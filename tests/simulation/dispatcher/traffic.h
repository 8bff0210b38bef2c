#pragma once

#include <deque>
#include <map>
#include <string>

#include "simulation/dispatcher/stage.h"

namespace lethe::simulation {

/// Callers: random envelopes of all routes, for people who ask for more than one thing, with some
/// identifiers that CleverTap does not take.
class Traffic {
 public:
  Traffic(Stage& stage, int envelopes);

  /// Until the last envelope is there.
  void Flow();

 private:
  EnvelopeId Create();
  Identifier SomeIdentifier(const Route& route);
  RequestId NextRequest();

  Stage& stage_;
  int left_;
  double poison_;  ///< How many of its identifiers are bad, in [0, 1].
  std::map<std::string, std::deque<Identifier>> known_;  ///< By account.
  std::int64_t last_request_ = 0;
  int last_identifier_ = 0;
};

}  // namespace lethe::simulation
