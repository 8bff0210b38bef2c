#include "lethe/refusal.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace lethe {

namespace {

using enum RefusalVerdict;

/// Each identifier was handed in once, and a control call was taken. `refused_people` of the
/// argument are those in review.
RefusalEvidence Whole(RefusalEvidence evidence) {
  evidence.refused_people +=
      evidence.confirmed + evidence.vouched + evidence.unvouched + evidence.rejected_lately;
  evidence.control_taken = true;
  return evidence;
}

RefusalVerdict Verdict(const RefusalEvidence& evidence,
                       ControlCalls control_calls = ControlCalls::kOn) {
  return JudgeRefusals(Operation::kErasure, Whole(evidence), control_calls).verdict;
}

int Room(const RefusalEvidence& evidence) {
  const RefusalRuling ruling =
      JudgeRefusals(Operation::kErasure, Whole(evidence), ControlCalls::kOn);
  EXPECT_EQ(ruling.verdict, kReject);
  return ruling.room;
}

TEST(JudgeRefusals, RejectsAFewADay) {
  EXPECT_EQ(Room({.confirmed = 1, .taken_lately = true, .mostly_taken = true}), 5);
  EXPECT_EQ(
      Room({.confirmed = 3, .rejected_lately = 4, .taken_lately = true, .mostly_taken = true}), 1);
  EXPECT_EQ(
      Room({.confirmed = 3, .rejected_lately = 5, .taken_lately = true, .mostly_taken = true}), 0);
  EXPECT_EQ(
      Room({.confirmed = 3, .rejected_lately = 9, .taken_lately = true, .mostly_taken = true}), 0);
}

TEST(JudgeRefusals, RejectsNobodyWhereNoPersonsIdentifiersAreTaken) {
  EXPECT_EQ(Room({.confirmed = 1, .mostly_taken = true}), 0);
}

TEST(JudgeRefusals, RejectsNoneOfManyWhereMostAreRefused) {
  EXPECT_EQ(Room({.confirmed = 5, .taken_lately = true}), 5)
      << "a small request of which most is bad";
  EXPECT_EQ(Room({.confirmed = 6, .taken_lately = true}), 0);
  EXPECT_EQ(Room({.confirmed = 1, .unvouched = 5, .taken_lately = true}), 0);
  EXPECT_EQ(Room({.confirmed = 1, .rejected_lately = 2, .taken_lately = true, .refused_people = 3}),
            0);
  EXPECT_EQ(Room({.confirmed = 6, .taken_lately = true, .mostly_taken = true}), 5);
}

TEST(JudgeRefusals, WaitsForTheOthersOfARequestBeforeAnOperatorHasToDecide) {
  const RefusalEvidence early{.searching = 2, .confirmed = 1, .mostly_taken = true};
  EXPECT_EQ(Verdict(early), kWait) << "one of them may still be taken";
  EXPECT_EQ(Verdict({.confirmed = 1, .others_under_way = true}), kWait);
  EXPECT_EQ(Verdict({.searching = 2, .confirmed = 1, .vouched = 1, .vouched_due = 1}), kSendAgain);
  EXPECT_EQ(Verdict({.searching = 2, .confirmed = 1, .taken_lately = true}), kReject);
}

TEST(JudgeRefusals, SendsAgainInTimeWhatWasRefusedBeforeOthersWereAccepted) {
  EXPECT_EQ(Verdict({.vouched = 1, .vouched_due = 1}), kSendAgain);
  EXPECT_EQ(Verdict({.searching = 50, .vouched = 1, .vouched_due = 1, .unvouched = 2}), kSendAgain);
  EXPECT_EQ(Verdict({.vouched = 1, .control_due = true}), kWait) << "a refusal may be a bad moment";
}

TEST(JudgeRefusals, RejectsNobodyBeforeAControlCallWasTaken) {
  RefusalEvidence evidence{.confirmed = 1,
                           .others_under_way = true,
                           .taken_lately = true,
                           .mostly_taken = true,
                           .control_due = true,
                           .refused_people = 1};
  const auto ruling = [&](ControlCalls control_calls) {
    return JudgeRefusals(Operation::kErasure, evidence, control_calls);
  };
  EXPECT_EQ(ruling(ControlCalls::kOn).verdict, kControl)
      << "CleverTap may refuse whatever is sent alone";
  EXPECT_EQ(ruling(ControlCalls::kOff).verdict, kReject);
  EXPECT_EQ(ruling(ControlCalls::kOff).room, 0) << "an operator decides";
  evidence.control_due = false;
  EXPECT_EQ(ruling(ControlCalls::kOn).verdict, kWait) << "one was made lately";
  evidence.control_taken = true;
  EXPECT_EQ(ruling(ControlCalls::kOn).verdict, kReject);
  EXPECT_EQ(ruling(ControlCalls::kOn).room, kFewRefusals);
}

TEST(JudgeRefusals, CountAnIdentifierThatIsHandedInManyTimesOnce) {
  const RefusalEvidence evidence{.unvouched = kManyRefusals + 1, .refused_people = 1};
  EXPECT_NE(JudgeRefusals(Operation::kErasure, evidence, ControlCalls::kOn).verdict, kBlock);
}

TEST(JudgeRefusals, RejectsNobodyWhileRefusalsComeAtRandom) {
  RefusalEvidence evidence{
      .confirmed = 1, .taken_lately = true, .mostly_taken = true, .hiccup_lately = true};
  EXPECT_EQ(Room(evidence), 0);
  evidence.others_under_way = true;
  EXPECT_EQ(Room(evidence), 0) << "it must not wait to be rejected once the hour is over";
}

TEST(JudgeRefusals, LetsTheIdentifierThatIsHeldLongestProbeItsBlockedRoute) {
  EXPECT_EQ(Verdict({.lacks_probe = true}), kProbe);
  EXPECT_EQ(Verdict({.control_due = true, .lacks_probe = true}), kProbe)
      << "an account that refuses everything may take a control call";
}

TEST(JudgeRefusals, BlocksTheRouteWhenManyAreRefusedAndNotMostAreTaken) {
  for (const RefusalEvidence& evidence :
       {RefusalEvidence{.confirmed = kManyRefusals + 1},
        RefusalEvidence{.confirmed = 10, .vouched = 11},
        RefusalEvidence{.unvouched = kManyRefusals + 1},
        RefusalEvidence{.searching = 90, .confirmed = 1, .refused_people = kManyRefusals},
        RefusalEvidence{.confirmed = 1, .rejected_lately = kManyRefusals}}) {
    EXPECT_EQ(Verdict(evidence), kBlock);
    RefusalEvidence while_most_is_taken = evidence;
    while_most_is_taken.mostly_taken = true;
    EXPECT_NE(Verdict(while_most_is_taken), kBlock);
  }
  EXPECT_EQ(Verdict({.confirmed = kManyRefusals}), kReject);
  EXPECT_EQ(Verdict({.stuck = 1, .refused_people = kManyRefusals + 1}), kWait)
      << "nothing is refused just now";
}

TEST(JudgeRefusals, MakesAControlCallWhereNothingElseCanShowWhetherOthersAreTaken) {
  EXPECT_EQ(Verdict({.unvouched = 1, .control_due = true}), kWait) << "it is not sent yet";
  EXPECT_EQ(Verdict({.stuck = 1, .control_due = true}), kControl);
  EXPECT_EQ(Verdict({.unvouched = 1, .due = 1, .control_due = true}), kControl);

  EXPECT_EQ(Verdict({.stuck = 1}), kWait) << "one was made lately";
  EXPECT_EQ(Verdict({.stuck = 1, .control_due = true}, ControlCalls::kOff), kWait);
  EXPECT_EQ(Verdict({.unvouched = 1, .due = 1, .others_under_way = true, .control_due = true}),
            kWait);
  EXPECT_EQ(Verdict({.searching = 1, .unvouched = 1, .due = 1, .control_due = true}), kWait);
}

TEST(JudgeRefusals, MakesAControlCallWhereABatchWouldBeItsOwnProbe) {
  EXPECT_EQ(Verdict({.control_due = true, .only_probes_itself = true}), kControl);
  EXPECT_EQ(Verdict({.only_probes_itself = true}), kWait) << "one was made lately";
  EXPECT_EQ(Verdict({.control_due = true, .only_probes_itself = true, .lacks_probe = true}),
            kControl);
  EXPECT_EQ(Verdict({.only_probes_itself = true, .lacks_probe = true}), kProbe);
  EXPECT_EQ(Verdict({.control_due = true, .only_probes_itself = true}, ControlCalls::kOff), kWait);
}

TEST(JudgeRefusals, TriesTheDueOnesByThemselvesWhereNoControlCallIsPossible) {
  EXPECT_EQ(Verdict({.unvouched = 2, .due = 1}), kSendAgain);
  EXPECT_EQ(Verdict({.unvouched = 2, .due = 1, .control_due = true}, ControlCalls::kOff),
            kSendAgain);
  EXPECT_EQ(Verdict({.unvouched = 2, .due = 1, .others_under_way = true}), kWait)
      << "the others will show it";
}

TEST(JudgeRefusals, AnOperatorDecidesAboutThoseThatWereTriedTooOften) {
  EXPECT_EQ(Verdict({.unvouched = 2, .due = 1, .worn_out = 1, .control_due = true}), kReview);
}

TEST(LoneRetryDelay, IsThatOfTwoTriesAtATimeFurtherAndFurtherApart) {
  using namespace std::chrono_literals;
  const std::vector<milliseconds> delays{1s, 5s, 1s, 20s, 1s, 80s, 1s};
  for (int refusals = 1; refusals < kLoneTries; ++refusals) {
    EXPECT_EQ(LoneRetryDelay(refusals), delays.at(static_cast<std::size_t>(refusals - 1)));
  }
  EXPECT_EQ(LoneRetryDelay(0), 1s);
  EXPECT_EQ(LoneRetryDelay(1'000'000), LoneRetryDelay(kLoneTries));
}

TEST(RefusalReview, SaysWhetherAnEarlierCallMayHaveReachedThem) {
  const TimePoint then{std::chrono::hours(1)};
  EXPECT_EQ(RefusalReview({}).reason, "refused_alone");
  EXPECT_EQ(RefusalReview({.unknown_since = then}).reason, "refused_effect_unknown");
  EXPECT_EQ(RefusalReview({.unknown_since = then}).unknown_since, then);
  EXPECT_EQ(RefusalReview({.may_have_effect = true}).reason, "refused_effect_unknown");
}

TEST(JudgeRefusals, RejectsNoIdentifierThatAnEarlierCallMayHaveReached) {
  EXPECT_EQ(Rejection("why", {}),
            (Transition{.span = {}, .to = BatchState::kRejected, .reason = "why"}));
  const TimePoint then{std::chrono::hours(1)};
  EXPECT_EQ(Rejection("why", {.may_have_effect = true}).reason, "refused_effect_unknown");
  EXPECT_EQ(Rejection("why", {.unknown_since = then}),
            (Transition{.span = {},
                        .to = BatchState::kNeedsReview,
                        .reason = "refused_effect_unknown",
                        .unknown_since = then}));
}

TEST(JudgeRefusals, SendsOneAtATimeAgain) {
  EXPECT_EQ(Verdict({.vouched = 2, .vouched_due = 2}), kSendAgain);
  EXPECT_EQ(Verdict({.vouched = 2, .vouched_due = 2, .lone_under_way = true}), kWait)
      << "it could be refused for the one that is sent just now";
}

TEST(JudgeRefusals, ADryRunShowsNothingOfWhatIsAlone) {
  RefusalEvidence evidence{
      .confirmed = 1, .taken_lately = true, .mostly_taken = true, .control_taken = true};
  evidence.refused_people = 1;
  const auto room = [&evidence](Operation operation) {
    return JudgeRefusals(operation, evidence, ControlCalls::kOn).room;
  };
  EXPECT_EQ(room(Operation::kErasure), 5);
  EXPECT_EQ(room(Operation::kDisassociation), 0) << "an operator decides";
  evidence.lone_taken = true;
  EXPECT_EQ(room(Operation::kDisassociation), 5);
}

TEST(JudgeRefusals, WaitsWhereNothingIsHeld) {
  EXPECT_EQ(Verdict({}), kWait);
  EXPECT_EQ(Verdict({.searching = 100,
                     .rejected_lately = 100,
                     .others_under_way = true,
                     .control_due = true}),
            kWait);
}

TEST(JudgeRefusals, LetsTheNextBatchProbeOnlyWhereNothingWasTaken) {
  const auto resume = [](const RefusalEvidence& evidence) {
    return JudgeRefusals(Operation::kErasure, Whole(evidence), ControlCalls::kOn).resume;
  };
  EXPECT_EQ(resume({.unvouched = 21}), Resume::kBatch);
  EXPECT_EQ(resume({.confirmed = 21}), Resume::kOperator);
  EXPECT_EQ(resume({.vouched = 1, .unvouched = 20}), Resume::kOperator);
}

TEST(JudgeRefusals, SaysWhatWasSeen) {
  const auto sentence = [](Operation operation, const RefusalEvidence& evidence) {
    return JudgeRefusals(operation, Whole(evidence), ControlCalls::kOn).account_reason;
  };
  EXPECT_EQ(sentence(Operation::kErasure, {.unvouched = 21}),
            "erasure refused for 21 identifiers sent alone, and none taken since");
  EXPECT_EQ(
      sentence(Operation::kDemerge, {.confirmed = 18, .rejected_lately = 4}),
      "demerge refused for 18 identifiers sent alone and 4 more in the last day, while others "
      "are taken");
  EXPECT_EQ(sentence(Operation::kErasure, {.confirmed = 1}), "");
}

}  // namespace
}  // namespace lethe
