#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "lethe/words.h"

namespace lethe {

/// Time-ordered 64-bit ids, made by the service. Two types, so that one is never passed as the
/// other.
enum class RequestId : std::int64_t {};
enum class EnvelopeId : std::int64_t {};

constexpr std::int64_t ToInt(RequestId id) { return static_cast<std::int64_t>(id); }
constexpr std::int64_t ToInt(EnvelopeId id) { return static_cast<std::int64_t>(id); }

/// The life of a batch. `service/docs/state_machine.md` says who moves it from each state to which,
/// and why.
enum class BatchState {
  kOpen,       ///< In an envelope that may still grow; sendable when the lane's linger has passed.
  kReady,      ///< Closed; sendable from `not_before` on.
  kHeld,       ///< Waits for something else than time; its reason says for what.
  kSending,    ///< Leased by a slot; an attempt is written down.
  kAccepted,   ///< CleverTap has said yes; its window runs until `window_end`.
  kDone,       ///< The window has passed. Final.
  kRejected,   ///< CleverTap will never take these identifiers, and said so. Final.
  kCancelled,  ///< It is not sent, or not again: the caller or an operator decided so. Final.
  kNeedsReview,  ///< Nothing can tell what happened, or repeating could hurt: an operator must
                 ///< look, and only an operator moves it on.
};

constexpr std::string_view Name(BatchState state) {
  switch (state) {
    case BatchState::kOpen: return "open";
    case BatchState::kReady: return "ready";
    case BatchState::kHeld: return "held";
    case BatchState::kSending: return "sending";
    case BatchState::kAccepted: return "accepted";
    case BatchState::kDone: return "done";
    case BatchState::kRejected: return "rejected";
    case BatchState::kCancelled: return "cancelled";
    case BatchState::kNeedsReview: return "needs_review";
  }
  return "";
}

template <>
inline constexpr auto kAll<BatchState> = AllNamed<BatchState>();

/// Whether nothing leads out of the state.
constexpr bool IsFinal(BatchState state) {
  return state == BatchState::kDone || state == BatchState::kRejected ||
         state == BatchState::kCancelled;
}

/// Whether a batch may go from one state to the other: the edges of the state machine. Every UPDATE
/// of a state names the state that it expects.
bool CanMove(BatchState from, BatchState to);

/// Positions `lo..hi` of an envelope, both included.
struct Span {
  int lo = 0;
  int hi = 0;

  constexpr int size() const { return hi - lo + 1; }
  friend constexpr auto operator<=>(const Span&, const Span&) = default;
};

/// Names a batch; of one envelope, no two begin at the same position.
struct BatchKey {
  EnvelopeId envelope{};
  int lo = 0;

  friend auto operator<=>(const BatchKey&, const BatchKey&) = default;
};

}  // namespace lethe
