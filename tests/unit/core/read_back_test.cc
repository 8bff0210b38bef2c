#include "lethe/read_back.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "unit/core/instants.h"

namespace lethe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const TimePoint kAccepted = At("2026-03-02 10:00 +0000");
const TimePoint kBefore = At("2026-01-01 00:00 +0000");
const TimePoint kSince = At("2026-03-05 09:00 +0000");

Profile Of(const std::vector<std::string>& ids, std::optional<TimePoint> first_seen = {}) {
  return {.object_ids = {ids.begin(), ids.end()}, .first_seen = first_seen};
}

ReadBack Judge(const std::optional<Capture>& before, const std::optional<Profile>& found,
               Operation operation = Operation::kErasure,
               IdentifierKind kind = IdentifierKind::kIdentity) {
  return JudgeReadBack(
      {.operation = operation, .kind = kind, .accepted_at = kAccepted, .before = before}, found);
}
Capture Captured(Profile profile) { return {std::move(profile)}; }

TEST(JudgeReadBack, NoProfileIsAbsentWhateverWasThereBefore) {
  for (const Operation operation : kAll<Operation>) {
    EXPECT_EQ(Judge({}, {}, operation), ReadBack::kAbsent);
    EXPECT_EQ(Judge(Captured(Of({"A"}, kBefore)), {}, operation), ReadBack::kAbsent);
  }
}

TEST(JudgeReadBack, TheProfileOfBeforeHasADeviceAndTheHistoryOfBefore) {
  const Capture before = Captured(Of({"A", "B"}, kBefore));
  EXPECT_EQ(Judge(before, Of({"A", "B"}, kBefore)), ReadBack::kStillPresent);
  EXPECT_EQ(Judge(before, Of({"C", "B"}, kBefore)), ReadBack::kStillPresent);
}

TEST(JudgeReadBack, WhoCameBackHasAHistoryThatBeganSinceAndNothingIsLeftOfTheOldOne) {
  const Capture before = Captured(Of({"A", "B"}, kBefore));
  EXPECT_EQ(Judge(before, Of({"C"}, kSince)), ReadBack::kReappeared);
  EXPECT_EQ(Judge(before, Of({"A"}, kSince)), ReadBack::kReappeared) << "an app keeps its id";
  EXPECT_EQ(Judge(Captured(Of({"A"})), Of({"C"}, kSince)), ReadBack::kReappeared);
  EXPECT_EQ(Judge(Capture{}, Of({"A"}, kSince)), ReadBack::kReappeared);
}

TEST(JudgeReadBack, AnOldHistoryThatIsNotThatOfBeforeMayBeThatOfAnOldInstall) {
  const TimePoint older = kBefore - std::chrono::hours(24);
  for (const Profile& before : {Of({"A"}, kBefore), Of({}, kBefore), Of({"A"})}) {
    EXPECT_EQ(Judge(Captured(before), Of({"A", "C"}, older)), ReadBack::kUnclear);
    EXPECT_EQ(Judge(Captured(before), Of({"C"}, older)), ReadBack::kUnclear);
  }
  EXPECT_EQ(Judge(Captured(Of({"A"}, older)), Of({"A"}, kBefore)), ReadBack::kUnclear)
      << "she came back before an operator said that the call was accepted";
  EXPECT_EQ(Judge(Captured(Of({"A"}, kBefore)), Of({"C"}, kBefore)), ReadBack::kUnclear)
      << "CleverTap may have dropped the old device";
}

TEST(JudgeReadBack, WithoutEventsNothingTellsWhoItIs) {
  EXPECT_EQ(Judge(Captured(Of({"A"}, kBefore)), Of({"A"})), ReadBack::kUnclear);
  EXPECT_EQ(Judge(Captured(Of({"A"}, kBefore)), Of({"C"})), ReadBack::kUnclear);
  EXPECT_EQ(Judge(Captured(Of({"A"})), Of({"A"}, kSince)), ReadBack::kUnclear)
      << "the first event of an old profile";
}

TEST(JudgeReadBack, WhereNobodyWasFoundBeforeAnOldHistoryShowsThatTheLookUpWasWrong) {
  EXPECT_EQ(Judge(Capture{}, Of({"A"}, kBefore)), ReadBack::kUnclear);
  EXPECT_EQ(Judge(Capture{}, Of({})), ReadBack::kUnclear);
}

TEST(JudgeReadBack, WithoutACaptureWhoeverIsBehindAnIdentityMayBeAnother) {
  for (const auto& first_seen : {std::optional(kBefore), std::optional(kSince), {}}) {
    EXPECT_EQ(Judge({}, Of({"A"}, first_seen)), ReadBack::kUnclear);
  }
}

TEST(JudgeReadBack, ACleverTapIdOrAPhoneWithAnOldHistoryIsWhatItWas) {
  const auto judge = [](std::optional<TimePoint> first_seen) {
    const ReadBack by_id =
        Judge({}, Of({"A"}, first_seen), Operation::kErasure, IdentifierKind::kGuid);
    EXPECT_EQ(by_id,
              Judge({}, Of({"A"}, first_seen), Operation::kDisassociation, IdentifierKind::kPhone));
    return by_id;
  };
  EXPECT_EQ(judge(kBefore), ReadBack::kStillPresent);
  EXPECT_EQ(judge(kAccepted), ReadBack::kStillPresent) << "times have whole seconds";
  EXPECT_EQ(judge(kSince), ReadBack::kUnclear) << "it may be the first event of all";
  EXPECT_EQ(judge({}), ReadBack::kUnclear);
}

TEST(JudgeReadBack, AMergedProfileHasSeveralDevicesAndOneDeviceTellsNothing) {
  EXPECT_EQ(Judge({}, Of({"A", "B"}, kSince), Operation::kDemerge), ReadBack::kStillPresent);
  for (const Profile& found : {Of({}, kBefore), Of({"A"}, kSince), Of({"A"}, kBefore)}) {
    EXPECT_EQ(Judge({}, found, Operation::kDemerge), ReadBack::kUnclear);
  }
}

const TimePoint kLookedAt = At("2026-03-05 10:00 +0000");

Transition Part(int lo, int hi, BatchState to, std::string reason = "") {
  Transition part{.span = {lo, hi}, .to = to, .reason = std::move(reason)};
  if (to == BatchState::kReady) part.unknown_since = kLookedAt;
  return part;
}

TEST(ConcludeReadBack, ItemsWithoutALookUpAreDone) {
  EXPECT_THAT(ConcludeReadBack(Operation::kErasure, {3, 9}, {}, kLookedAt),
              ElementsAre(Part(3, 9, BatchState::kDone)));
}

TEST(ConcludeReadBack, AbsentAndReappearedStayTogetherWithTheRest) {
  const std::vector<ReadItem> items{{1, ReadBack::kAbsent}, {3, ReadBack::kReappeared}};
  EXPECT_THAT(ConcludeReadBack(Operation::kErasure, {0, 4}, items, kLookedAt),
              ElementsAre(Part(0, 4, BatchState::kDone)));
}

TEST(ConcludeReadBack, WhoIsStillThereIsSentAgainOnlyWhereACaptureShowsThatItIsTheSamePerson) {
  const std::vector<ReadItem> items{{.pos = 0, .result = ReadBack::kStillPresent}};
  EXPECT_EQ(ConcludeReadBack(Operation::kErasure, {0, 0}, items, kLookedAt).at(0).to,
            BatchState::kReady);
  for (const Operation operation : {Operation::kDemerge, Operation::kDisassociation}) {
    EXPECT_EQ(ConcludeReadBack(operation, {0, 0}, items, kLookedAt).at(0).to,
              BatchState::kNeedsReview);
  }
}

TEST(ConcludeReadBack, ARepeatThatComesANightLaterIsNotBlind) {
  const std::vector<ReadItem> items{{.pos = 0, .result = ReadBack::kStillPresent}};
  const Transition again = ConcludeReadBack(Operation::kErasure, {0, 0}, items, kLookedAt).at(0);
  AttemptFacts facts{.operation = Operation::kErasure,
                     .span = {0, 0},
                     .attempt_count = 2,
                     .call_count = 2,
                     .started_at = kLookedAt};
  facts.unknown_since = again.unknown_since;
  const ProcessingHours hours{.zone = TimeZone::Find("UTC").value()};
  EXPECT_TRUE(MayResend(facts, hours, kLookedAt + std::chrono::minutes(1)));
  EXPECT_FALSE(MayResend(facts, hours, kLookedAt + std::chrono::hours(24)))
      << "the person may have come back since";
}

TEST(ConcludeReadBack, GivesEachResultARunOfItsOwn) {
  const std::vector<ReadItem> items{{0, ReadBack::kStillPresent},
                                    {1, ReadBack::kStillPresent},
                                    {2, ReadBack::kStillPresent, true},
                                    {4, ReadBack::kUnclear},
                                    {5, std::nullopt}};
  EXPECT_THAT(ConcludeReadBack(Operation::kErasure, {0, 5}, items, kLookedAt),
              ElementsAre(Part(0, 1, BatchState::kReady, "still_present"),
                          Part(2, 2, BatchState::kNeedsReview, "still_present"),
                          Part(3, 3, BatchState::kDone),
                          Part(4, 4, BatchState::kNeedsReview, "found_unclear"),
                          Part(5, 5, BatchState::kNeedsReview, "unverified")));
}

TEST(ConcludeReadBack, TheOnlyItemMayBeTheWholeBatch) {
  const std::vector<ReadItem> items{{7, ReadBack::kStillPresent}};
  EXPECT_THAT(ConcludeReadBack(Operation::kErasure, {7, 7}, items, kLookedAt),
              ElementsAre(Part(7, 7, BatchState::kReady, "still_present")));
}

TEST(ConcludeReadBack, EveryMoveIsOneOfTheStateMachine) {
  for (const bool resent : {false, true}) {
    for (const ReadBack result : kAll<ReadBack>) {
      const std::vector<ReadItem> items{{0, result, resent}};
      for (const Transition& run :
           ConcludeReadBack(Operation::kErasure, {0, 0}, items, kLookedAt)) {
        EXPECT_TRUE(CanMove(BatchState::kAccepted, run.to)) << Name(result);
      }
    }
  }
}

std::string DigestThatDraws(const std::string& last_eight) {
  return std::string(12, 'x') + last_eight;
}

TEST(IsInSample, TheLastEightBytesAreDrawn) {
  const std::string lowest = DigestThatDraws(std::string(8, '\0'));
  const std::string highest = DigestThatDraws(std::string(8, '\xff'));
  const std::string middle = DigestThatDraws('\x80' + std::string(7, '\0'));
  EXPECT_TRUE(IsInSample(lowest, 0.01));
  EXPECT_FALSE(IsInSample(highest, 0.99));
  EXPECT_FALSE(IsInSample(middle, 0.5));
  EXPECT_TRUE(IsInSample(middle, 0.51));
}

TEST(IsInSample, AShareOfOneTakesAllAndOfZeroNothing) {
  EXPECT_TRUE(IsInSample(DigestThatDraws(std::string(8, '\xff')), 1));
  EXPECT_FALSE(IsInSample(DigestThatDraws(std::string(8, '\0')), 0));
  EXPECT_FALSE(IsInSample("", 0.5));
}

class BeforeRepeat : public testing::Test {
 protected:
  static Profile Person(std::vector<Identifier> ids, std::optional<TimePoint> first_seen) {
    return {.object_ids = std::move(ids), .first_seen = first_seen};
  }

  const TimePoint lost_at_ = At("2026-01-10 12:00 +0000");
  const TimePoint looked_at_ = lost_at_ + std::chrono::hours(30);
  const TimePoint born_ = lost_at_ - std::chrono::hours(1000);
  const Profile old_ = Person({Identifier("A"), Identifier("B")}, born_);
};

TEST_F(BeforeRepeat, OnlyTheVeryProfileWithItsHistoryIsUnchanged) {
  const Capture before{old_};
  EXPECT_EQ(JudgeBeforeRepeat(before, old_), ReadBack::kStillPresent);
  EXPECT_EQ(JudgeBeforeRepeat(before, Person({Identifier("B"), Identifier("C")}, born_)),
            ReadBack::kStillPresent)
      << "a device came and one went";
  EXPECT_EQ(JudgeBeforeRepeat(before, Person({Identifier("A")}, lost_at_)), ReadBack::kReappeared)
      << "the same app, whose old history is gone";
  EXPECT_EQ(JudgeBeforeRepeat(before, Person({Identifier("C")}, born_)), ReadBack::kReappeared);
  EXPECT_EQ(JudgeBeforeRepeat(before, std::nullopt), ReadBack::kAbsent);
}

TEST_F(BeforeRepeat, WhereNothingCanBeComparedNothingTells) {
  EXPECT_EQ(JudgeBeforeRepeat(std::nullopt, old_), ReadBack::kUnclear);
  EXPECT_EQ(JudgeBeforeRepeat(Capture{Person({}, born_)}, old_), ReadBack::kUnclear);
  EXPECT_EQ(JudgeBeforeRepeat(Capture{old_}, Person({}, born_)), ReadBack::kUnclear);
  EXPECT_EQ(
      JudgeBeforeRepeat(Capture{Person({Identifier("A")}, {})}, Person({Identifier("A")}, {})),
      ReadBack::kUnclear)
      << "an app keeps its id when its user comes back";
}

TEST_F(BeforeRepeat, WhoeverIsThereNowAndWasNotBeforeCame) {
  EXPECT_EQ(JudgeBeforeRepeat(Capture{}, old_), ReadBack::kReappeared);
  EXPECT_EQ(JudgeBeforeRepeat(Capture{}, std::nullopt), ReadBack::kAbsent);
}

TEST_F(BeforeRepeat, EachPersonGoesWhereTheLookLeads) {
  const LateRepeat repeat{.span = {3, 9}, .unknown_since = lost_at_, .looked_at = looked_at_};
  const std::vector<ReadItem> items{{.pos = 3, .result = ReadBack::kStillPresent},
                                    {.pos = 4, .result = ReadBack::kStillPresent},
                                    {.pos = 5, .result = ReadBack::kAbsent},
                                    {.pos = 6, .result = ReadBack::kReappeared},
                                    {.pos = 8, .result = ReadBack::kUnclear}};
  const auto run = [](Span span, BatchState to, const char* reason, TimePoint unknown_since) {
    return Transition{.span = span, .to = to, .reason = reason, .unknown_since = unknown_since};
  };
  using enum BatchState;
  EXPECT_THAT(ConcludeBeforeRepeat(repeat, items),
              ElementsAre(run({3, 4}, kReady, "unchanged", looked_at_),
                          run({5, 6}, kNeedsReview, "changed_since", lost_at_),
                          run({7, 7}, kHeld, "look_before_repeat", lost_at_),
                          run({8, 8}, kNeedsReview, "unknown_outcome", lost_at_),
                          run({9, 9}, kHeld, "look_before_repeat", lost_at_)));
}

TEST_F(BeforeRepeat, WhoIsNotAnsweredForInTimeNeedsAPerson) {
  const LateRepeat repeat{
      .span = {0, 1}, .unknown_since = lost_at_, .looked_at = looked_at_, .gives_up = true};
  EXPECT_THAT(ConcludeBeforeRepeat(repeat, {}),
              ElementsAre(Transition{.span = {0, 1},
                                     .to = BatchState::kNeedsReview,
                                     .reason = "unknown_outcome",
                                     .unknown_since = lost_at_}));
}

}  // namespace
}  // namespace lethe
