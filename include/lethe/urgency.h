#pragma once

#include <chrono>
#include <string_view>

#include "lethe/time.h"
#include "lethe/words.h"

namespace lethe {

// Order of sending. Batches of a route go by the class of their due time, then by the due time,
// both as they were when the envelope was opened; so nothing has to be moved while time passes.

/// The classes of due time, in the order of sending. The numbers are kept in `batch.urgency`.
enum class Urgency {
  kUrgent,  ///< Due within kUrgentWithin, or past it.
  kSoon,    ///< Due within kSoonWithin.
  kUsual,
};

constexpr std::string_view Name(Urgency urgency) {
  switch (urgency) {
    case Urgency::kUrgent: return "urgent";
    case Urgency::kSoon: return "soon";
    case Urgency::kUsual: return "usual";
  }
  return "";
}

template <>
inline constexpr auto kAll<Urgency> = AllNamed<Urgency>();

/// As it is kept: the lower goes first.
constexpr int Rank(Urgency urgency) { return static_cast<int>(urgency); }

/// An erasure's window is two days: what is due sooner than that and a day of trouble will be late,
/// or nearly.
inline constexpr std::chrono::days kUrgentWithin{3};
inline constexpr std::chrono::days kSoonWithin{10};

constexpr Urgency UrgencyOf(TimePoint due, TimePoint now) {
  if (due <= now + kUrgentWithin) return Urgency::kUrgent;
  return due <= now + kSoonWithin ? Urgency::kSoon : Urgency::kUsual;
}

/// How much earlier than its envelope a request of the class may be due. Without any, requests with
/// due times in no order would each open an envelope; with more, one would wait for others that
/// have more time.
constexpr milliseconds JoinsEarlierBy(Urgency urgency) {
  switch (urgency) {
    case Urgency::kUrgent: return std::chrono::minutes{5};
    case Urgency::kSoon: return std::chrono::hours{12};
    case Urgency::kUsual: break;
  }
  return std::chrono::days{2};
}

/// Whether a request may join an open envelope of its class whose due time is `of_envelope`.
constexpr bool MayJoin(TimePoint due, TimePoint of_envelope, Urgency urgency) {
  return due >= of_envelope - JoinsEarlierBy(urgency);
}

/// Of so many claims of a slot, one takes the oldest batch, whatever its due time. Else new batches
/// with an early due time could hold an old one up for ever.
inline constexpr int kOldestEvery = 4;

/// Whether a slot's next claim does; `turn`: how many batches the slot had, modulo kOldestEvery.
constexpr bool TakesOldest(int turn) { return turn == kOldestEvery - 1; }

}  // namespace lethe
