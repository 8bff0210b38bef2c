#pragma once

#include <array>
#include <string>
#include <string_view>

#include "lethe/batch.h"
#include "lethe/words.h"

namespace lethe {

/// What people decide about items of a request that CleverTap does not have yet.
enum class RequestChange {
  kCancel,   ///< They are never sent. Final.
  kHold,     ///< Lethe sends them only after a kRelease.
  kRelease,  ///< They may be sent again.
};

constexpr std::string_view Name(RequestChange change) {
  switch (change) {
    case RequestChange::kCancel: return "cancel";
    case RequestChange::kHold: return "hold";
    case RequestChange::kRelease: return "release";
  }
  return "";
}

template <>
inline constexpr auto kAll<RequestChange> = AllNamed<RequestChange>();

/// What a change does to an item, or why it does nothing.
enum class ChangeEffect {
  kChanged,
  kChangedBefore,  ///< It is cancelled, on hold, or not on hold already.
  kBeingSent,      ///< It is in a call: only the answer tells whether the change can be repeated.
  kIrreversible,   ///< CleverTap has accepted it, or a call that had no answer may have taken it.
  kInReview,       ///< It waits for an operator's decision: nothing is sent before.
  kFinal,          ///< It is final in another way.
};

constexpr std::string_view Name(ChangeEffect effect) {
  switch (effect) {
    case ChangeEffect::kChanged: return "changed";
    case ChangeEffect::kChangedBefore: return "changed_before";
    case ChangeEffect::kBeingSent: return "being_sent";
    case ChangeEffect::kIrreversible: return "irreversible";
    case ChangeEffect::kInReview: return "in_review";
    case ChangeEffect::kFinal: return "final";
  }
  return "";
}

template <>
inline constexpr auto kAll<ChangeEffect> = AllNamed<ChangeEffect>();

/// Everything about a batch that a change depends on.
struct ChangeFacts {
  BatchState state;
  std::string reason = {};

  /// A call with the items was accepted, had no answer that tells, or is only known from a lost
  /// history: CleverTap may carry it out.
  bool may_have_effect = false;
};

/// What the change does to each item of the batch. A hold also stops the repeat of a call that may
/// have had an effect; a cancelled item is one that CleverTap never carries out.
ChangeEffect EffectOf(RequestChange change, const ChangeFacts& facts);

/// Where the change leads an item that it changes.
struct ChangedTo {
  BatchState state;
  std::string_view reason;
};
ChangedTo Leads(RequestChange change);

/// How many items a change met, by effect.
class ChangeCounts {
 public:
  int& operator[](ChangeEffect effect) { return counts_[static_cast<std::size_t>(effect)]; }
  int operator[](ChangeEffect effect) const { return counts_[static_cast<std::size_t>(effect)]; }

  friend bool operator==(const ChangeCounts&, const ChangeCounts&) = default;

 private:
  std::array<int, kAll<ChangeEffect>.size()> counts_{};
};

}  // namespace lethe
