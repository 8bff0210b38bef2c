#pragma once

#include <list>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>

#include "sandbox/endpoint.h"
#include "sandbox/fault.h"

namespace lethe::sandbox {

/// What a fault looks at to see whether a call is meant.
struct FaultTarget {
  Endpoint endpoint;
  std::string_view account_id;
  std::optional<CallKind> kind;  ///< Nothing for look-ups.
  std::span<const std::string> identifiers;
};

/// Decides which call meets which fault. Not thread-safe.
class FaultQueue {
 public:
  void Add(Fault fault) { queue_.push_back(std::move(fault)); }
  void SetRandom(RandomFaults faults);
  void Clear();

  /// The fault that the call meets, if any; counts it off.
  std::optional<Fault> Take(const FaultTarget& target);

 private:
  std::optional<Fault> TakeQueued(const FaultTarget& target);
  std::optional<Fault> TakeRandom(const FaultTarget& target);

  std::list<Fault> queue_;
  RandomFaults random_;
  std::mt19937_64 engine_;
};

}  // namespace lethe::sandbox
