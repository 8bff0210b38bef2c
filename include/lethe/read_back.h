#pragma once

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

/// What verification needs of a profile.
struct Profile {
  std::vector<Identifier> object_ids = {};   ///< CleverTap IDs of its devices; may be unknown.
  std::optional<TimePoint> first_seen = {};  ///< Of its earliest event, in whole seconds.
};

/// How one look-up ended: one question to CleverTap about one person. Only the first two are
/// answers.
enum class LookUpOutcome {
  kFound,      ///< CleverTap has a profile.
  kAbsent,     ///< It says, in a form that is known, that it has no profile.
  kThrottled,  ///< Too many calls at once.
  kBlocked,    ///< Credentials, region or path are wrong.
  kUnknown,    ///< No answer, or one that cannot be read.
};

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

template <>
inline constexpr auto kAll<LookUpOutcome> = AllNamed<LookUpOutcome>();

constexpr bool IsAnswer(LookUpOutcome outcome) {
  return outcome == LookUpOutcome::kFound || outcome == LookUpOutcome::kAbsent;
}

/// What a look-up before the call found; `profile` is nothing where CleverTap had no profile.
struct Capture {
  std::optional<Profile> profile = {};
};

/// What a look-up says about one item and one call that CleverTap had accepted.
enum class ReadBack {
  kAbsent,        ///< CleverTap has no profile under the identifier any more.
  kStillPresent,  ///< It has the profile from before: the call had no effect.
  kReappeared,    ///< It has another profile than before: the person came back.
  kUnclear,       ///< It has a profile, and nothing says whether from before or since.
};

constexpr std::string_view Name(ReadBack result) {
  switch (result) {
    case ReadBack::kAbsent: return "absent";
    case ReadBack::kStillPresent: return "still_present";
    case ReadBack::kReappeared: return "reappeared";
    case ReadBack::kUnclear: return "unclear";
  }
  return "";
}

template <>
inline constexpr auto kAll<ReadBack> = AllNamed<ReadBack>();

/// What a look-up is judged by.
struct ReadBackFacts {
  Operation operation;
  IdentifierKind kind;
  TimePoint accepted_at;  ///< When CleverTap accepted the call, or an operator found that it had.
  std::optional<Capture> before = {};  ///< Nothing: there was no look-up before the call.
};

/// What a look-up after the window says; `found` is nothing where CleverTap has no profile. Pure.
/// service/docs/decisions/0008-read-back.md tells how each operation reads.
ReadBack JudgeReadBack(const ReadBackFacts& facts, const std::optional<Profile>& found);

/// What is known about one item that has to be looked up.
struct ReadItem {
  int pos;
  std::optional<ReadBack> result = {};  ///< Nothing: no look-up was answered in time.

  /// An earlier call had no effect either, or an operator has decided about it: it is not sent
  /// again without one.
  bool resent = false;
};

/// Where an accepted batch goes after its look-ups. `items` are those that had to be looked up,
/// ascending by position; the others are done, because the window has passed. Neighbours that go to
/// one state for one reason stay together.
///   absent, reappeared  done: a person who came back is a new one, and is never sent again;
///   still_present       sent again, once, if the operation HasCapture(); else, and then,
///                       needs_review: without one nothing shows that it is the same person who is
///                       found days later under this identifier;
///   unclear, no answer  needs_review.
/// What is sent again counts as called, with unknown effect, when the earliest look at the items
/// began (`looked_at`): until then the person was the same, and if the repeat comes too late for a
/// blind one (MayResend()) there is another look before it.
std::vector<Transition> ConcludeReadBack(Operation operation, Span span,
                                         std::span<const ReadItem> items, TimePoint looked_at);

/// What a look-up before a late repeat says about a person whom a call of unknown effect was about;
/// `before` was captured before that call. Pure:
///   kStillPresent  the very profile, with its history: nothing has happened to it yet;
///   kAbsent        CleverTap has no such profile: the call may have had its effect;
///   kReappeared    another profile: the person may have come back;
///   kUnclear       nothing tells.
ReadBack JudgeBeforeRepeat(const std::optional<Capture>& before,
                           const std::optional<Profile>& found);

/// A batch that was looked up before a late repeat.
struct LateRepeat {
  Span span;
  TimePoint unknown_since;
  TimePoint looked_at;    ///< When the look began.
  bool gives_up = false;  ///< Who was not answered for needs a person; otherwise another look.
};

/// Where the batch goes. `items` are those that a look-up was answered for, or that need none,
/// ascending by position.
///   still present  ready (Reason::kUnchanged), as if the call of unknown effect had been made when
///                  the look began: what it may do is still to come;
///   otherwise      needs_review (Reason::kChangedSince, or kUnknownOutcome where nothing tells);
///   not in items   held for another look (Reason::kLookBeforeRepeat), or needs_review.
std::vector<Transition> ConcludeBeforeRepeat(const LateRepeat& repeat,
                                             std::span<const ReadItem> items);

/// Whether the item is one of the `share` that are looked up. `digest` is the item's keyed digest,
/// whose last eight bytes are uniform; so the answer is the same before sending and after.
bool IsInSample(std::string_view digest, double share);

/// The longest time that a sendable batch waits for its capture: an erasure must not depend on a
/// look-up.
inline constexpr std::chrono::minutes kCaptureWait{10};

/// How long after a batch's window Lethe tries to verify it; then an operator must look.
inline constexpr std::chrono::days kReadBackWithin{7};

}  // namespace lethe
