#include "core/verifier.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "lethe/decision.h"
#include "lethe/pause.h"

namespace lethe::core {
namespace {

/// By then a jump of the queue's clock is noticed.
constexpr milliseconds kUntilTheClocksAgree{1'000};

/// Whether the window of a read-back is over by the queue's clock only: that one has jumped ahead.
/// A batch whose look-ups are a sample would be done too early.
bool ComesEarly(const LookClaim& claim, TimePoint now) {
  return claim.purpose == LookPurpose::kReadBack && now < claim.due_since;
}

/// Whether the next look-up would end the same way.
bool EndsTheLook(LookUpOutcome outcome) {
  return outcome == LookUpOutcome::kThrottled || outcome == LookUpOutcome::kBlocked;
}

/// A person who was absent and is found now came back, whatever the profile's history.
ReadBack JudgeSecondLook(const std::optional<Profile>& found) {
  return found ? ReadBack::kReappeared : ReadBack::kAbsent;
}

std::optional<Profile> ProfileOf(const LookUpReply& reply) {
  if (reply.outcome == LookUpOutcome::kAbsent) return std::nullopt;
  return reply.profile;
}

/// The items that have to be looked up, by position, each with its result if one is known.
std::vector<ReadItem> EveryItem(const LookClaim& claim, const std::vector<ReadItem>& read) {
  std::vector<ReadItem> items = claim.known;
  for (const LookItem& item : claim.items) {
    const auto now = std::ranges::find(read, item.pos, &ReadItem::pos);
    items.push_back(
        now != read.end() ? *now : ReadItem{.pos = item.pos, .result = {}, .resent = item.resent});
  }
  std::ranges::sort(items, {}, &ReadItem::pos);
  return items;
}

}  // namespace

/// The look-ups of one look.
struct Verifier::LookUps {
  struct Answer {
    const LookItem* item;
    LookUpReply reply;
  };
  std::vector<Answer> answers;
  std::array<int, kAll<LookUpOutcome>.size()> outcomes{};
  int unreadable = 0;
  bool trouble = false;             ///< As LookResult::trouble.
  bool stop_and_cool_down = false;  ///< Throttled, blocked, or kUnansweredInARow without an answer.
  milliseconds retry_after{0};
};

Verifier::Verifier(Parts parts, const VerifierOptions& options)
    : parts_(std::move(parts)), options_(options) {}

LookReport Verifier::LookOnce(const Route& route) {
  LookReport report;
  // Read before the claim: the queue starts the lease later, so it never ends before ours.
  const milliseconds asked_at = parts_.clock.Monotonic();
  const milliseconds begin_by = CallBeginsBy(asked_at, options_.lease, options_.call_timeout);
  const Result<std::optional<LookClaim>> taken =
      parts_.queue.Take({.route = route, .linger = options_.linger, .lease = options_.lease});
  if (!taken.ok()) {
    report.error = taken.error();
    return report;
  }
  if (!taken->has_value()) return report;
  const LookClaim& claim = **taken;
  report.claimed = true;
  report.purpose = claim.purpose;
  report.envelope = claim.envelope;
  report.span = claim.span;

  const TimePoint looked_at = parts_.clock.Now();
  const bool early = ComesEarly(claim, looked_at);
  const LookUps look_ups = early ? LookUps{} : LookUp(claim, begin_by);
  report.look_ups = look_ups.outcomes;
  report.unreadable = look_ups.unreadable;
  const LookResult result =
      early ? LookResult{.again_in = kUntilTheClocksAgree} : Judge(claim, look_ups, looked_at);
  report.over = !result.again_in;
  for (const ReadItem& item : result.read) ++report.of(*item.result);
  for (const Transition& transition : result.transitions) {
    report.items[transition.to] += transition.span.size();
  }
  const Result<Recorded> recorded = parts_.queue.Record(claim, result);
  if (recorded.ok()) {
    report.applied = *recorded == Recorded::kApplied;
    report.fenced = !report.applied;
  } else {
    // Not tried again: when the lease has run out, the batch is due for another look.
    report.error = recorded.error();
  }
  return report;
}

Verifier::LookUps Verifier::LookUp(const LookClaim& claim, milliseconds begin_by) {
  LookUps look_ups;
  int unanswered_in_a_row = 0;
  const std::size_t size = claim.items.size();
  const std::size_t most = std::min<std::size_t>(size, kLookUpsPerClaim);
  for (std::size_t i = 0; i < most && !look_ups.stop_and_cool_down && !parts_.stop.stop_requested();
       ++i) {
    if (parts_.clock.Monotonic() >= begin_by) break;
    // Each try begins one item further, so that the rest is reached although a few are never
    // answered.
    const LookItem& item = claim.items[(i + static_cast<std::size_t>(claim.tries)) % size];
    if (!item.identifier) {
      ++look_ups.unreadable;
      look_ups.trouble = true;
      continue;
    }
    LookUpReply reply = parts_.profiles.LookUp(
        {.account = claim.route.account, .kind = claim.kind, .identifier = *item.identifier});
    ++look_ups.outcomes[static_cast<std::size_t>(reply.outcome)];
    if (IsAnswer(reply.outcome)) {
      unanswered_in_a_row = 0;
      look_ups.answers.push_back({&item, std::move(reply)});
      continue;
    }
    look_ups.trouble = true;
    look_ups.stop_and_cool_down =
        EndsTheLook(reply.outcome) || ++unanswered_in_a_row == kUnansweredInARow;
    look_ups.retry_after =
        std::max(look_ups.retry_after, reply.retry_after.value_or(milliseconds{0}));
  }
  return look_ups;
}

LookResult Verifier::Judge(const LookClaim& claim, const LookUps& look_ups,
                           TimePoint looked_at) const {
  LookResult result{.trouble = look_ups.trouble};
  for (const LookUps::Answer& answer : look_ups.answers) {
    const int pos = answer.item->pos;
    switch (claim.purpose) {
      case LookPurpose::kCapture:
        result.captured.push_back({pos, {ProfileOf(answer.reply)}});
        break;
      case LookPurpose::kReadBack: {
        const ReadBackFacts facts{.operation = claim.route.operation,
                                  .kind = claim.kind,
                                  .accepted_at = claim.accepted_at,
                                  .before = answer.item->before};
        result.read.push_back(
            {pos, JudgeReadBack(facts, ProfileOf(answer.reply)), answer.item->resent});
        break;
      }
      case LookPurpose::kBeforeRepeat:
        result.read.push_back(
            {pos, JudgeBeforeRepeat(answer.item->before, ProfileOf(answer.reply))});
        break;
      case LookPurpose::kSecondLook:
        result.read.push_back({pos, JudgeSecondLook(ProfileOf(answer.reply))});
        break;
    }
  }
  if (look_ups.stop_and_cool_down) {
    result.slot_cool_down =
        std::max(look_ups.retry_after, RetryDelay(claim.setbacks + 1, parts_.jitter()));
  }
  const bool complete = look_ups.answers.size() == claim.items.size();
  const bool too_late = parts_.clock.Now() >= claim.due_since + kReadBackWithin;
  if (!complete && !too_late) {
    result.again_in = look_ups.trouble ? std::max(look_ups.retry_after,
                                                  RetryDelay(claim.tries + 1, parts_.jitter()))
                                       : milliseconds{0};
  } else if (claim.purpose == LookPurpose::kReadBack) {
    // What is known was looked up by earlier claims, after the window at the earliest.
    const TimePoint earliest = claim.known.empty() ? looked_at : claim.due_since;
    result.transitions = ConcludeReadBack(claim.route.operation, claim.span,
                                          EveryItem(claim, result.read), earliest);
  }
  if (claim.purpose == LookPurpose::kBeforeRepeat) {
    std::vector<ReadItem> items = claim.known;
    items.insert(items.end(), result.read.begin(), result.read.end());
    std::ranges::sort(items, {}, &ReadItem::pos);
    result.transitions = ConcludeBeforeRepeat({.span = claim.span,
                                               .unknown_since = claim.due_since,
                                               .looked_at = looked_at,
                                               .gives_up = too_late},
                                              items);
  }
  return result;
}

ForgetReport Verifier::ForgetCaptures() {
  ForgetReport report;
  for (;;) {
    const Result<int> forgotten = parts_.queue.ForgetCaptures(kForgottenPerChunk);
    if (!forgotten.ok()) {
      report.error = forgotten.error();
      return report;
    }
    report.captures += *forgotten;
    if (*forgotten < kForgottenPerChunk) return report;
  }
}

}  // namespace lethe::core
