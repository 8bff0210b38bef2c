#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>

#include "lethe/decision.h"
#include "lethe/reasons.h"
#include "unit/core/instants.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;

constexpr int kRounds = 20'000;

// Answers as no adapter should give them: faults out of range, unsorted, twice, with any outcome.
class AnyAnswer {
 public:
  AttemptFacts Facts(TimePoint now) {
    AttemptFacts facts{.operation = kAll<Operation>[Index(kAll<Operation>.size())],
                       .span = {.lo = Between(0, 500), .hi = 0},
                       .attempt_count = Between(1, 20),
                       .call_count = 0,
                       .started_at = now - std::chrono::seconds(Between(0, 7200))};
    facts.span.hi = facts.span.lo + Between(0, 30);
    facts.call_count = facts.attempt_count + Between(0, 20);
    if (Between(0, 1) == 0) {
      facts.unknown_since = facts.started_at - std::chrono::seconds(Between(0, 200'000));
    }
    if (Between(0, 2) == 0) {
      facts.refused_since = facts.started_at - std::chrono::seconds(Between(0, 7200));
    }
    if (Between(0, 2) == 0) {
      facts.health.accepted_at = facts.started_at - std::chrono::seconds(Between(0, 7200));
    }
    facts.health.failing = Between(0, 4);
    facts.lone_refusals = facts.span.size() == 1 ? Between(0, 7) : 0;
    facts.vouched_refusals = Between(0, facts.lone_refusals);
    facts.throttled_calls = Between(0, 7);
    facts.slot_setbacks = Between(0, 20);
    return facts;
  }

  VendorReply Reply() {
    VendorReply reply{.outcome = kAll<OutcomeClass>[Index(kAll<OutcomeClass>.size())],
                      .http_status = Between(0, 600),
                      .code = Code()};
    for (int left = Between(0, 20); left > 0; --left) {
      reply.faults.push_back({.index = Between(-3, 35),
                              .kind = static_cast<FaultKind>(Between(0, 2)),
                              .code = Code()});
    }
    if (Between(0, 3) == 0) reply.retry_after = std::chrono::seconds(Between(-10, 100'000));
    return reply;
  }

  double Jitter() { return std::uniform_real_distribution(0.0, 1.0)(random_); }

 private:
  int Between(int low, int high) { return std::uniform_int_distribution(low, high)(random_); }
  std::size_t Index(std::size_t size) {
    return static_cast<std::size_t>(Between(0, static_cast<int>(size) - 1));
  }
  std::string Code() {
    std::string code(Index(12), '\0');
    const bool digits = Between(0, 1) == 0;
    for (char& c : code) c = static_cast<char>(digits ? Between('0', '9') : Between(-128, 127));
    return code;
  }

  std::mt19937_64 random_{20260110};  // NOLINT(cert-msc32-c,cert-msc51-cpp): repeatable
};

ProcessingHours Hours() { return {.zone = TimeZone::Find("Asia/Kolkata").value()}; }

bool IsWord(const std::string& text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string::npos;
}

void ExpectWhatTheStateNeeds(const Transition& transition, const AttemptFacts& facts,
                             TimePoint now) {
  const bool accepted = transition.to == BatchState::kAccepted;
  EXPECT_TRUE(CanMove(BatchState::kSending, transition.to)) << Name(transition.to);
  EXPECT_EQ(transition.accepted_at.has_value(), accepted);
  EXPECT_EQ(transition.window_end.has_value(), accepted);
  EXPECT_EQ(transition.not_before.has_value(),
            transition.to == BatchState::kReady || transition.to == BatchState::kHeld);
  EXPECT_EQ(transition.reason.empty(), accepted);
  EXPECT_TRUE(transition.to != BatchState::kHeld || transition.refused_since);
  EXPECT_TRUE(IsWord(transition.reason)) << transition.reason;
  EXPECT_TRUE(transition.lone_refusals == 0 || transition.to != BatchState::kAccepted);
  if (transition.to == BatchState::kReady) {
    EXPECT_GE(*transition.not_before, now);
    AttemptFacts again = facts;
    again.unknown_since = transition.unknown_since;
    EXPECT_TRUE(MayResend(again, Hours(), *transition.not_before));
    EXPECT_TRUE(!facts.unknown_since || transition.unknown_since == facts.unknown_since);
  }
}

TEST(AnyAnswer, GivesAPlanThatCoversTheBatchInMaximalRuns) {
  const ProcessingHours hours = Hours();
  const TimePoint now = At("2026-01-10 12:00 +0530");
  AnyAnswer any;
  for (int round = 0; round < kRounds && !testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE(round);
    const AttemptFacts facts = any.Facts(now);
    const VendorReply reply = any.Reply();
    const double jitter = any.Jitter();
    const Plan plan = Decide(facts, reply, hours, now, jitter);

    EXPECT_TRUE(Covers(plan, facts.span));
    EXPECT_EQ(plan, Decide(facts, reply, hours, now, jitter));
    EXPECT_TRUE(reply.outcome == OutcomeClass::kPartial || plan.transitions.size() <= 2);
    EXPECT_EQ(plan.account == AccountVerdict::kBlocked, !plan.account_reason.empty());
    EXPECT_GE(plan.slot_cool_down, 0ms);
    for (std::size_t i = 0; i < plan.transitions.size(); ++i) {
      ExpectWhatTheStateNeeds(plan.transitions[i], facts, now);
      // The halves of what was not taken together are told apart on purpose.
      const bool is_half = plan.transitions[i].reason == Name(Reason::kRefusedTogether);
      if (i == 0 || reply.outcome != OutcomeClass::kPartial || is_half) continue;
      Transition before = plan.transitions[i - 1];
      before.span = plan.transitions[i].span;
      EXPECT_NE(before, plan.transitions[i]) << "two equal runs side by side";
    }
  }
}

}  // namespace
}  // namespace lethe
