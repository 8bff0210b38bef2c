#include "api/requests/mapping.h"

#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

namespace lethe::api {
namespace {

using google::protobuf::util::TimeUtil;
using std::chrono::hours;

constexpr TimePoint kNow{std::chrono::seconds(1'800'000'000)};

ProcessingHours Hours() { return {.zone = *TimeZone::Find("Asia/Kolkata")}; }

RequestView View(std::initializer_list<std::pair<BatchState, int>> counts) {
  RequestView view{.id = RequestId{7},
                   .account = "shop",
                   .principal = "anonymous",
                   .operation = Operation::kErasure,
                   .kind = IdentifierKind::kIdentity,
                   .item_count = 0,
                   .duplicate_count = 3,
                   .counts = {},
                   .create_time = kNow - hours(1),
                   .submit_time = {},
                   .due_time = {},
                   .last_window_end = {},
                   .last_finished_at = {}};
  for (const auto& [state, count] : counts) view.counts[state] = count;
  view.item_count = view.counts.total();
  return view;
}

v1::PrivacyRequest Map(const RequestView& view) { return ToProto(view, Hours(), kNow); }

TimePoint At(const google::protobuf::Timestamp& time) {
  return TimePoint(std::chrono::microseconds(TimeUtil::TimestampToMicroseconds(time)));
}

TEST(ToProto, WarnsOfIdentitiesThatMayNotResolve) {
  RequestView view = View({{BatchState::kOpen, 3}});
  EXPECT_EQ(Map(view).warnings_size(), 0);
  view.unlinked_count = 2;
  const v1::PrivacyRequest proto = Map(view);
  ASSERT_EQ(proto.warnings_size(), 1);
  EXPECT_EQ(proto.warnings(0).reason(), "IDENTITY_MAY_NOT_RESOLVE");
  EXPECT_EQ(proto.warnings(0).message(),
            "identity may no longer find the profile; erase by CleverTap ID");
  EXPECT_EQ(proto.warnings(0).item_count(), 2);
}

TEST(ToProto, ShowsARequest) {
  RequestView view = View({{BatchState::kOpen, 1},
                           {BatchState::kReady, 2},
                           {BatchState::kSending, 4},
                           {BatchState::kAccepted, 8},
                           {BatchState::kDone, 16},
                           {BatchState::kRejected, 32},
                           {BatchState::kHeld, 64},
                           {BatchState::kCancelled, 128}});
  view.submit_time = kNow - hours(2);
  view.due_time = kNow + hours(720);
  const v1::PrivacyRequest proto = Map(view);
  EXPECT_EQ(proto.name(), "accounts/shop/privacyRequests/7");
  EXPECT_EQ(proto.operation(), v1::OPERATION_ERASURE);
  EXPECT_EQ(proto.identifier_kind(), v1::IDENTIFIER_KIND_IDENTITY);
  EXPECT_EQ(proto.state(), v1::PrivacyRequest::STATE_IN_PROGRESS);
  EXPECT_EQ(proto.item_count(), 255);
  EXPECT_EQ(proto.duplicate_count(), 3);
  EXPECT_EQ(proto.item_counts().waiting(), 3);
  EXPECT_EQ(proto.item_counts().sending(), 4);
  EXPECT_EQ(proto.item_counts().accepted(), 8);
  EXPECT_EQ(proto.item_counts().done(), 16);
  EXPECT_EQ(proto.item_counts().rejected(), 32);
  EXPECT_EQ(proto.item_counts().held(), 64);
  EXPECT_EQ(proto.item_counts().cancelled(), 128);
  EXPECT_EQ(proto.item_counts().needs_review(), 0);
  EXPECT_EQ(At(proto.create_time()), kNow - hours(1));
  EXPECT_EQ(At(proto.submit_time()), kNow - hours(2));
  EXPECT_EQ(At(proto.due_time()), kNow + hours(720));
}

TEST(ToProto, NamesEveryOperationKindAndState) {
  RequestView view = View({{BatchState::kOpen, 1}});
  view.operation = Operation::kDemerge;
  EXPECT_EQ(Map(view).operation(), v1::OPERATION_DEMERGE);
  view.operation = Operation::kDisassociation;
  view.kind = IdentifierKind::kPhone;
  EXPECT_EQ(Map(view).operation(), v1::OPERATION_DISASSOCIATION);
  EXPECT_EQ(Map(view).identifier_kind(), v1::IDENTIFIER_KIND_PHONE);
  view.kind = IdentifierKind::kGuid;
  EXPECT_EQ(Map(view).identifier_kind(), v1::IDENTIFIER_KIND_GUID);

  using Proto = v1::PrivacyRequest;
  const auto state = [](std::initializer_list<std::pair<BatchState, int>> counts) {
    return Map(View(counts)).state();
  };
  EXPECT_EQ(state({{BatchState::kReady, 1}}), Proto::STATE_QUEUED);
  EXPECT_EQ(state({{BatchState::kReady, 1}, {BatchState::kDone, 1}}), Proto::STATE_IN_PROGRESS);
  EXPECT_EQ(state({{BatchState::kNeedsReview, 1}, {BatchState::kDone, 1}}),
            Proto::STATE_NEEDS_REVIEW);
  EXPECT_EQ(state({{BatchState::kDone, 2}}), Proto::STATE_COMPLETED);
  EXPECT_EQ(state({{BatchState::kDone, 1}, {BatchState::kRejected, 1}}),
            Proto::STATE_PARTIALLY_COMPLETED);
  EXPECT_EQ(state({{BatchState::kRejected, 2}}), Proto::STATE_REJECTED);
  EXPECT_EQ(state({{BatchState::kCancelled, 2}}), Proto::STATE_CANCELLED);
  EXPECT_EQ(state({}), Proto::STATE_EXPIRED);
}

TEST(ToProto, ExpectsWaitingItemsAWindowFromNow) {
  for (const BatchState state : {BatchState::kOpen, BatchState::kReady, BatchState::kSending}) {
    EXPECT_EQ(At(Map(View({{state, 1}})).expected_completion_time()), kNow + hours(48));
  }
}

TEST(ToProto, ExpectsAcceptedItemsAtTheirLastWindowEnd) {
  RequestView view = View({{BatchState::kAccepted, 1}, {BatchState::kDone, 1}});
  view.last_window_end = kNow + hours(5);
  EXPECT_EQ(At(Map(view).expected_completion_time()), kNow + hours(5));
}

TEST(ToProto, ExpectsTheLaterOfWaitingAndAccepted) {
  RequestView view = View({{BatchState::kAccepted, 1}, {BatchState::kReady, 1}});
  view.last_window_end = kNow + hours(5);
  EXPECT_EQ(At(Map(view).expected_completion_time()), kNow + hours(48));
  view.last_window_end = kNow + hours(50);
  EXPECT_EQ(At(Map(view).expected_completion_time()), kNow + hours(50));
}

TEST(ToProto, ExpectsNothingOfRequestsThatAreFinalOrNeedReview) {
  for (RequestView view :
       {View({{BatchState::kDone, 1}}), View({{BatchState::kRejected, 1}}),
        View({{BatchState::kDone, 1}, {BatchState::kRejected, 1}}),
        View({{BatchState::kNeedsReview, 1}, {BatchState::kReady, 1}}), View({})}) {
    view.last_window_end = kNow;
    EXPECT_FALSE(Map(view).has_expected_completion_time());
  }
}

TEST(ToProto, CompletesWhenTheLastItemIsFinal) {
  RequestView view = View({{BatchState::kDone, 1}, {BatchState::kRejected, 1}});
  view.last_finished_at = kNow - hours(3);
  EXPECT_EQ(At(Map(view).complete_time()), kNow - hours(3));
  view.counts[BatchState::kReady] = 1;
  view.item_count = 3;
  EXPECT_FALSE(Map(view).has_complete_time());
  view.counts[BatchState::kReady] = 0;
  view.counts[BatchState::kNeedsReview] = 1;
  EXPECT_FALSE(Map(view).has_complete_time());
}

TEST(ToProto, LeavesAbsentTimesAbsent) {
  const v1::PrivacyRequest proto = Map(View({{BatchState::kOpen, 1}}));
  EXPECT_FALSE(proto.has_submit_time());
  EXPECT_FALSE(proto.has_due_time());
  EXPECT_FALSE(proto.has_complete_time());
}

TEST(ToProto, ShowsAnItem) {
  const v1::PrivacyRequestItem proto = ToProto(ItemView{.ordinal = 4,
                                                        .state = BatchState::kRejected,
                                                        .reason = "refused_by_vendor",
                                                        .attempt_count = 2,
                                                        .not_before = kNow,
                                                        .accepted_at = kNow + hours(1),
                                                        .window_end = kNow + hours(2),
                                                        .finished_at = kNow + hours(3)});
  EXPECT_EQ(proto.ordinal(), 4);
  EXPECT_EQ(proto.state(), v1::ITEM_STATE_REJECTED);
  EXPECT_EQ(proto.reason(), "refused_by_vendor");
  EXPECT_EQ(proto.attempt_count(), 2);
  EXPECT_EQ(At(proto.not_before()), kNow);
  EXPECT_EQ(At(proto.accept_time()), kNow + hours(1));
  EXPECT_EQ(At(proto.window_end_time()), kNow + hours(2));
  EXPECT_EQ(At(proto.complete_time()), kNow + hours(3));
}

TEST(ToProto, NamesEveryItemState) {
  const v1::ItemState expected[] = {
      v1::ITEM_STATE_WAITING,  v1::ITEM_STATE_WAITING,   v1::ITEM_STATE_HELD,
      v1::ITEM_STATE_SENDING,  v1::ITEM_STATE_ACCEPTED,  v1::ITEM_STATE_DONE,
      v1::ITEM_STATE_REJECTED, v1::ITEM_STATE_CANCELLED, v1::ITEM_STATE_NEEDS_REVIEW};
  for (std::size_t i = 0; i < kAll<BatchState>.size(); ++i) {
    const ItemView item{.ordinal = 0,
                        .state = kAll<BatchState>[i],
                        .reason = {},
                        .attempt_count = 0,
                        .not_before = {},
                        .accepted_at = {},
                        .window_end = {},
                        .finished_at = {}};
    EXPECT_EQ(ToProto(item).state(), expected[i]);
    EXPECT_FALSE(ToProto(item).has_not_before());
  }
}

TEST(FreshView, IsTheRequestBeforeAnythingHappened) {
  const NewRequest request{.principal = "anonymous",
                           .account = "shop",
                           .idempotency_key = "k",
                           .operation = Operation::kDemerge,
                           .kind = IdentifierKind::kIdentity,
                           .items = {{Identifier("a"), 0}, {Identifier("b"), 2}},
                           .duplicate_count = 1,
                           .submit_time = kNow,
                           .due_time = kNow + hours(1)};
  const v1::PrivacyRequest proto = Map(FreshView(request, {RequestId{9}, kNow, false}));
  EXPECT_EQ(proto.name(), "accounts/shop/privacyRequests/9");
  EXPECT_EQ(proto.state(), v1::PrivacyRequest::STATE_QUEUED);
  EXPECT_EQ(proto.item_count(), 2);
  EXPECT_EQ(proto.duplicate_count(), 1);
  EXPECT_EQ(proto.item_counts().waiting(), 2);
  EXPECT_EQ(At(proto.create_time()), kNow);
  EXPECT_EQ(At(proto.submit_time()), kNow);
  EXPECT_EQ(At(proto.due_time()), kNow + hours(1));
}

TEST(ToProto, ShowsWhatWasReadBackIfAnythingWas) {
  RequestView view = View({{BatchState::kDone, 4}});
  EXPECT_FALSE(Map(view).has_verification_counts());
  view.verified = {.absent = 3, .reappeared = 1, .came_back = 2};
  EXPECT_EQ(Map(view).verification_counts().absent(), 3);
  EXPECT_EQ(Map(view).verification_counts().reappeared(), 1);
  EXPECT_EQ(Map(view).verification_counts().came_back(), 2);
}

TEST(ToProto, AWindowThatHasPassedIsNoExpectation) {
  RequestView view = View({{BatchState::kAccepted, 1}});
  view.last_window_end = kNow - hours(1);
  EXPECT_EQ(At(Map(view).expected_completion_time()), kNow);
}

TEST(ToProto, ADoneItemSaysByWhatItCountsAsDone) {
  ItemView view{};
  view.state = BatchState::kDone;
  EXPECT_EQ(ToProto(view).basis(), v1::COMPLETION_BASIS_WINDOW);
  EXPECT_FALSE(ToProto(view).has_verify_time());
  view.read_back = ReadBack::kAbsent;
  view.read_back_at = TimePoint(std::chrono::seconds(7));
  EXPECT_EQ(ToProto(view).basis(), v1::COMPLETION_BASIS_VERIFIED_ABSENT);
  EXPECT_EQ(ToProto(view).verify_time().seconds(), 7);
  EXPECT_FALSE(ToProto(view).has_reappear_time());
  view.reappeared_at = TimePoint(std::chrono::seconds(9));
  EXPECT_EQ(ToProto(view).basis(), v1::COMPLETION_BASIS_VERIFIED_ABSENT);
  EXPECT_EQ(ToProto(view).reappear_time().seconds(), 9);
  view.read_back = ReadBack::kReappeared;
  EXPECT_EQ(ToProto(view).basis(), v1::COMPLETION_BASIS_REAPPEARED);
}

TEST(ToProto, AnItemThatIsNotDoneHasNoBasisWhateverWasSeen) {
  ItemView view{};
  view.state = BatchState::kAccepted;
  view.read_back = ReadBack::kAbsent;
  EXPECT_EQ(ToProto(view).basis(), v1::COMPLETION_BASIS_UNSPECIFIED);
}

}  // namespace
}  // namespace lethe::api
