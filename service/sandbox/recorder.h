#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "lethe/time.h"
#include "sandbox/call_kind.h"
#include "sandbox/effects.h"
#include "sandbox/endpoint.h"
#include "sandbox/report.h"

namespace lethe::sandbox {

/// One endpoint of one account: what calls are counted by.
struct Desk {
  std::string account_id;
  Endpoint endpoint;

  friend auto operator<=>(const Desk&, const Desk&) = default;
};

/// Counts what comes. Keeps a keyed hash of each identifier, never its text; the key is random and
/// dies with the recorder. Not thread-safe.
class Recorder {
 public:
  Recorder();

  /// A call begins; says how many are in flight now, this one included. Each Enter has its Leave.
  int Enter(const Desk& desk);
  void Leave(const Desk& desk);

  /// Counters that need no more than adding. Calls with no desk (no such endpoint, credentials that
  /// are wrong) are part of the total only.
  Tally& Of(const Desk& desk) { return desks_[desk].tally; }
  Tally& WithoutDesk() { return without_desk_; }

  /// The identifiers took effect.
  void Took(const Desk& desk, CallKind kind, std::span<const std::string> identifiers,
            TimePoint now);

  /// Of the identifier, under whatever kind.
  Effects EffectsOn(const Desk& desk, std::string_view identifier) const;

  /// Starts again from nothing; calls in flight stay in flight.
  void Reset();

  /// Fills `total` and `accounts`, without the profiles' counts.
  Report Summarize() const;

 private:
  using Hash = std::array<unsigned char, 16>;
  struct FirstBytes {
    std::size_t operator()(const Hash& hash) const;
  };

  struct Book {
    Tally tally;
    std::unordered_map<Hash, Effects, FirstBytes> identifiers;
    std::unordered_set<Hash, FirstBytes> calls;
  };

  Hash HashOf(std::string_view bytes) const;
  Hash HashOf(CallKind kind, std::string_view identifier) const;

  std::array<unsigned char, 32> key_;
  std::map<Desk, Book> desks_;
  std::map<Desk, int> in_flight_;
  Tally without_desk_;
};

}  // namespace lethe::sandbox
