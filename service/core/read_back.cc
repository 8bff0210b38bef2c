#include "lethe/read_back.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "lethe/operation_traits.h"
#include "lethe/reasons.h"

namespace lethe {
namespace {

/// Nothing if one of them has no ids to compare.
std::optional<bool> SharesAnId(const Profile& before, const Profile& now) {
  if (before.object_ids.empty() || now.object_ids.empty()) return std::nullopt;
  return std::ranges::any_of(now.object_ids, [&](const Identifier& id) {
    return std::ranges::find(before.object_ids, id) != before.object_ids.end();
  });
}

/// The profile that was there before the call is still there only if both its devices and its
/// history say so: an old history may also be that of an old, anonymous install, on which the
/// person has logged in since.
ReadBack JudgeByCapture(const Capture& before, const Profile& found, bool is_new) {
  if (!before.profile) return is_new ? ReadBack::kReappeared : ReadBack::kUnclear;
  const Profile& was = *before.profile;
  const std::optional<bool> shares = SharesAnId(was, found);
  const bool same_history = was.first_seen && found.first_seen == was.first_seen;
  if (shares.value_or(false) && same_history) return ReadBack::kStillPresent;
  // An app keeps its CleverTap ID when its user comes back, but the old history is gone then. If
  // there was no history, a first event proves nothing.
  const bool old_is_gone = was.first_seen || shares == false;
  return is_new && old_is_gone ? ReadBack::kReappeared : ReadBack::kUnclear;
}

/// Nothing shows what was there before: a first event since then may be the first of all of an old
/// profile, and behind an identity may be another profile. Only a CleverTap ID, or a phone, with a
/// history from before is what it was.
ReadBack JudgeWithoutCapture(const ReadBackFacts& facts, const Profile& found) {
  if (facts.operation == Operation::kDemerge) {
    // A demerge leaves each device a profile of its own, with its history.
    return found.object_ids.size() > 1 ? ReadBack::kStillPresent : ReadBack::kUnclear;
  }
  const bool is_old = found.first_seen && *found.first_seen <= facts.accepted_at;
  const bool is_itself = facts.kind != IdentifierKind::kIdentity;
  return is_old && is_itself ? ReadBack::kStillPresent : ReadBack::kUnclear;
}

Transition After(Operation operation, const ReadItem& item, TimePoint looked_at) {
  Transition next{.span = {item.pos, item.pos}};
  if (!item.result) {
    next.reason = Text(Reason::kUnverified);
    return next;
  }
  switch (*item.result) {
    case ReadBack::kAbsent:
    case ReadBack::kReappeared: next.to = BatchState::kDone; break;
    case ReadBack::kStillPresent:
      next.to =
          HasCapture(operation) && !item.resent ? BatchState::kReady : BatchState::kNeedsReview;
      next.reason = Text(Reason::kStillPresent);
      if (next.to == BatchState::kReady) next.unknown_since = looked_at;
      break;
    case ReadBack::kUnclear: next.reason = Text(Reason::kFoundUnclear); break;
  }
  return next;
}

void Append(Transition next, std::vector<Transition>& runs) {
  if (next.span.size() == 0) return;
  if (!runs.empty() && runs.back().to == next.to && runs.back().reason == next.reason) {
    runs.back().span.hi = next.span.hi;
  } else {
    runs.push_back(std::move(next));
  }
}

}  // namespace

ReadBack JudgeReadBack(const ReadBackFacts& facts, const std::optional<Profile>& found) {
  if (!found) return ReadBack::kAbsent;
  if (!facts.before) return JudgeWithoutCapture(facts, *found);
  const bool is_new = found->first_seen && *found->first_seen > facts.accepted_at;
  return JudgeByCapture(*facts.before, *found, is_new);
}

std::vector<Transition> ConcludeReadBack(Operation operation, Span span,
                                         std::span<const ReadItem> items, TimePoint looked_at) {
  std::vector<Transition> runs;
  int next = span.lo;
  for (const ReadItem& item : items) {
    Append({.span = {next, item.pos - 1}, .to = BatchState::kDone}, runs);
    Append(After(operation, item, looked_at), runs);
    next = item.pos + 1;
  }
  Append({.span = {next, span.hi}, .to = BatchState::kDone}, runs);
  return runs;
}

ReadBack JudgeBeforeRepeat(const std::optional<Capture>& before,
                           const std::optional<Profile>& found) {
  if (!found) return ReadBack::kAbsent;
  if (!before) return ReadBack::kUnclear;
  if (!before->profile) return ReadBack::kReappeared;
  const std::optional<bool> shares = SharesAnId(*before->profile, *found);
  if (!shares || !found->first_seen) return ReadBack::kUnclear;
  // An app keeps its CleverTap ID when its user comes back; the history shows that it is another
  // profile.
  const bool same = *shares && found->first_seen == before->profile->first_seen;
  return same ? ReadBack::kStillPresent : ReadBack::kReappeared;
}

std::vector<Transition> ConcludeBeforeRepeat(const LateRepeat& repeat,
                                             std::span<const ReadItem> items) {
  const auto after = [&repeat](Span span, std::optional<ReadBack> result) {
    Transition next{.span = span,
                    .to = BatchState::kNeedsReview,
                    .reason = Text(Reason::kUnknownOutcome),
                    .unknown_since = repeat.unknown_since};
    if (!result) {
      if (repeat.gives_up) return next;
      next.to = BatchState::kHeld;
      next.reason = Text(Reason::kLookBeforeRepeat);
      return next;
    }
    switch (*result) {
      case ReadBack::kStillPresent:
        next.to = BatchState::kReady;
        next.reason = Text(Reason::kUnchanged);
        next.unknown_since = repeat.looked_at;
        break;
      case ReadBack::kAbsent:
      case ReadBack::kReappeared: next.reason = Text(Reason::kChangedSince); break;
      case ReadBack::kUnclear: break;
    }
    return next;
  };
  std::vector<Transition> runs;
  int next = repeat.span.lo;
  for (const ReadItem& item : items) {
    Append(after({next, item.pos - 1}, std::nullopt), runs);
    Append(after({item.pos, item.pos}, item.result), runs);
    next = item.pos + 1;
  }
  Append(after({next, repeat.span.hi}, std::nullopt), runs);
  return runs;
}

bool IsInSample(std::string_view digest, double share) {
  constexpr std::size_t kBytes = 8;
  if (share >= 1) return true;
  if (share <= 0 || digest.size() < kBytes) return false;
  std::uint64_t drawn = 0;
  for (const char c : digest.substr(digest.size() - kBytes)) {
    drawn = drawn << 8 | static_cast<unsigned char>(c);
  }
  return std::ldexp(static_cast<double>(drawn), -64) < share;
}

}  // namespace lethe
