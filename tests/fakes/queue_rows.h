#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lethe/batch.h"
#include "lethe/delivery_queue.h"
#include "lethe/operation.h"
#include "lethe/precedence.h"
#include "lethe/reasons.h"
#include "lethe/redacted.h"
#include "lethe/refusal.h"
#include "lethe/time.h"
#include "lethe/urgency.h"
#include "lethe/vendor.h"

namespace lethe::fakes {

/// An envelope as the intake would have left it.
struct NewEnvelope {
  Route route;
  IdentifierKind kind = IdentifierKind::kIdentity;
  int size = 1;
  bool closed = true;  ///< kReady; otherwise kOpen, opened now.

  /// In place of IdentifierAt(), from position 0 on.
  std::vector<Identifier> identifiers = {};

  /// That all its items belong to; otherwise one whose id is the envelope's.
  std::optional<RequestId> request = {};

  Urgency urgency = Urgency::kUsual;
  TimePoint due_at{};
};

/// A batch as a test sees it.
struct BatchRow {
  EnvelopeId envelope{};
  Span span{};
  Route route{};
  IdentifierKind kind{};
  BatchState state = BatchState::kOpen;
  std::string reason = {};
  TimePoint opened_at{};
  std::optional<TimePoint> not_before = {};
  int attempt_count = 0;
  int call_count = 0;
  std::optional<TimePoint> unknown_since = {};
  bool may_have_effect = false;
  std::optional<TimePoint> refused_since = {};
  int lone_refusals = 0;
  int vouched_refusals = 0;
  int throttled_calls = 0;
  std::optional<TimePoint> accepted_at = {};
  std::optional<TimePoint> window_end = {};
  std::optional<TimePoint> finished_at = {};
  std::optional<TimePoint> review_since = {};
  std::optional<Blocker> blocked_by = {};
  Urgency urgency = Urgency::kUsual;
  TimePoint due_at{};

  friend bool operator==(const BatchRow&, const BatchRow&) = default;
};

inline EarlierEffect EarlierEffectOf(const BatchRow& batch) {
  return {.unknown_since = batch.unknown_since, .may_have_effect = batch.may_have_effect};
}

/// Refused alone too often while nothing showed whether CleverTap takes others.
inline bool IsWornOut(const BatchRow& batch) {
  return batch.lone_refusals - batch.vouched_refusals >= kLoneTries;
}

inline bool IsHeldForRefusal(const BatchRow& batch) {
  return batch.state == BatchState::kHeld && (batch.reason == Name(Reason::kRefusedUnconfirmed) ||
                                              batch.reason == Name(Reason::kRefusedConfirmed));
}

/// An attempt as a test sees it.
struct AttemptRow {
  EnvelopeId envelope{};
  Span span{};
  int number = 0;
  TimePoint started_at{};
  std::optional<TimePoint> finished_at = {};
  std::optional<OutcomeClass> outcome = {};  ///< Nothing while no answer was written.
  int http_status = 0;
  std::string code = {};
  bool abandoned = false;

  friend bool operator==(const AttemptRow&, const AttemptRow&) = default;
};

/// Whether all identifiers of the batch were in the attempt's call.
inline bool Covers(const AttemptRow& attempt, const BatchRow& batch) {
  return attempt.envelope == batch.envelope && attempt.span.lo <= batch.span.lo &&
         attempt.span.hi >= batch.span.hi;
}

/// The identifier that envelopes made for tests hold at a position, where they name no other.
inline Identifier IdentifierAt(EnvelopeId envelope, int pos) {
  return Identifier("user-" + std::to_string(ToInt(envelope)) + "-" + std::to_string(pos));
}
inline Identifier IdentifierAt(EnvelopeId id, const NewEnvelope& envelope, int pos) {
  const auto index = static_cast<std::size_t>(pos);
  return index < envelope.identifiers.size() ? envelope.identifiers[index] : IdentifierAt(id, pos);
}

}  // namespace lethe::fakes
