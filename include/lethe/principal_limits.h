#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lethe/time.h"
#include "lethe/words.h"

namespace lethe {

/// How much a principal may ask for. Pure rules; each replica counts for itself. Nothing: as much
/// as it wants.
struct PrincipalLimits {
  std::optional<std::int64_t> identifiers_a_minute = {};
  std::optional<std::int64_t> identifiers_a_day = {};
  std::optional<int> concurrent_calls = {};

  friend bool operator==(const PrincipalLimits&, const PrincipalLimits&) = default;
};

enum class PrincipalLimit { kIdentifiersAMinute, kIdentifiersADay, kConcurrentCalls };

/// The names used in the access file, metrics and errors.
constexpr std::string_view Name(PrincipalLimit limit) {
  switch (limit) {
    case PrincipalLimit::kIdentifiersAMinute: return "identifiers_a_minute";
    case PrincipalLimit::kIdentifiersADay: return "identifiers_a_day";
    case PrincipalLimit::kConcurrentCalls: return "concurrent_calls";
  }
  return "";
}

template <>
inline constexpr auto kAll<PrincipalLimit> = AllNamed<PrincipalLimit>();

/// A limit that is reached.
struct LimitReached {
  PrincipalLimit limit;
  milliseconds retry_after;  ///< Then as much will fit, if nothing else is asked for meanwhile.

  friend bool operator==(const LimitReached&, const LimitReached&) = default;
};

/// What a principal has taken of its identifiers. A level that sinks by the limit in each of its
/// periods: after a rest the whole limit fits at once, and in no period more than twice the limit.
/// Times are of Clock::Monotonic() and never go back. Not thread-safe.
class IdentifierAllowance {
 public:
  /// Takes them, or none and says which limit is reached. More than a limit fit into an empty level
  /// alone.
  std::optional<LimitReached> Take(const PrincipalLimits& limits, std::int64_t identifiers,
                                   milliseconds now);

  /// What was taken was not used.
  void GiveBack(std::int64_t identifiers);

 private:
  struct Level {
    double used = 0;
    milliseconds at{};
  };
  Level minute_;
  Level day_;
};

}  // namespace lethe
