#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/batch.h"
#include "lethe/decision.h"
#include "lethe/operation.h"
#include "lethe/redacted.h"
#include "lethe/time.h"
#include "lethe/words.h"

namespace lethe {

/// A profile as far as read-back looks at it.
struct Profile {
  std::vector<Identifier> object_ids = {};   ///< CleverTap IDs of its devices; may be unknown.
  std::optional<TimePoint> first_seen = {};  ///< Of its earliest event, in whole seconds.
};

/// What one look-up came to. Only the first two are answers.
enum class LookUpOutcome {
  kFound,      ///< CleverTap has a profile.
  kAbsent,     ///< It says, in a form that is known, that it has none.
  kThrottled,  ///< Too many calls at once.
  kBlocked,    ///< Credentials, region or path are wrong.
  kUnknown,    ///< Nothing that can be read.
};

template <>
inline constexpr auto kAll<LookUpOutcome> =
    std::array{LookUpOutcome::kFound, LookUpOutcome::kAbsent, LookUpOutcome::kThrottled,
               LookUpOutcome::kBlocked, LookUpOutcome::kUnknown};

constexpr std::string_view Name(LookUpOutcome outcome) {
  switch (outcome) {
    case LookUpOutcome::kFound: return "found";
    case LookUpOutcome::kAbsent: return "absent";
    case LookUpOutcome::kThrottled: return "throttled";
    case LookUpOutcome::kBlocked: return "blocked";
    case LookUpOutcome::kUnknown: return "unknown";
  }
  return "";
}

constexpr bool IsAnswer(LookUpOutcome outcome) {
  return outcome == LookUpOutcome::kFound || outcome == LookUpOutcome::kAbsent;
}

/// What a look-up before the call found: a profile or, in `profile`, none.
struct Capture {
  std::optional<Profile> profile = {};
};

/// What reading an item back has shown, about one call that CleverTap had accepted.
enum class ReadBack {
  kAbsent,        ///< The identifier finds nobody any more.
  kStillPresent,  ///< It finds whom it found before: the call had no effect.
  kReappeared,    ///< It finds somebody else than before: a person who came back.
  kUnclear,       ///< It finds somebody, and nothing says whether before or since.
};

template <>
inline constexpr auto kAll<ReadBack> = std::array{ReadBack::kAbsent, ReadBack::kStillPresent,
                                                  ReadBack::kReappeared, ReadBack::kUnclear};

constexpr std::string_view Name(ReadBack result) {
  switch (result) {
    case ReadBack::kAbsent: return "absent";
    case ReadBack::kStillPresent: return "still_present";
    case ReadBack::kReappeared: return "reappeared";
    case ReadBack::kUnclear: return "unclear";
  }
  return "";
}

/// What a look-up is judged by.
struct ReadBackFacts {
  Operation operation;
  TimePoint accepted_at;               ///< When CleverTap accepted the call.
  std::optional<Capture> before = {};  ///< Nothing: nobody looked before the call.
};

/// What a look-up after the window shows; `found` is nothing where CleverTap has no profile. Pure.
/// service/docs/decisions/0008-read-back.md tells how each operation reads.
ReadBack JudgeReadBack(const ReadBackFacts& facts, const std::optional<Profile>& found);

/// What is known about one item that had to be looked at.
struct ReadItem {
  int pos;
  std::optional<ReadBack> result = {};  ///< Nothing: no look-up was answered in time.

  /// An earlier call had no effect either: CleverTap is not asked a third time.
  bool resent = false;
};

/// What becomes of an accepted batch whose items were looked at, as far as they had to be: `items`
/// are ascending by position. Runs that fare alike stay together; items that nobody had to look at
/// are done, because the window has passed.
///   absent, reappeared  done: who came back is somebody else, and is never sent again;
///   still_present       sent again, once; then needs_review;
///   unclear, no answer  needs_review.
std::vector<Transition> ConcludeReadBack(Span span, std::span<const ReadItem> items);

/// Whether the item is one of the `share` that are looked at. `digest` is the item's keyed digest,
/// whose last eight bytes are uniform; so the answer is the same before sending and after.
bool IsInSample(std::string_view digest, double share);

/// For so long a batch that could be sent waits until its profiles were looked at. Erasure must not
/// hang on a look-up.
inline constexpr std::chrono::minutes kCaptureWait{10};

/// For so long after its window a batch is tried to be verified; then a person must look.
inline constexpr std::chrono::days kReadBackWithin{7};

}  // namespace lethe
