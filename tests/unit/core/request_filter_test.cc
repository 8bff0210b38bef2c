#include "lethe/request_filter.h"

#include <gtest/gtest.h>

#include <chrono>

namespace lethe {
namespace {

using namespace std::chrono_literals;

const TimePoint kNow = TimePoint() + 24h * 365 * 50;

RequestView ARequest(std::vector<std::pair<BatchState, int>> items) {
  RequestView view{.id = RequestId{7},
                   .account = "shop",
                   .principal = "crm",
                   .operation = Operation::kErasure,
                   .kind = IdentifierKind::kIdentity,
                   .item_count = 0,
                   .duplicate_count = 0,
                   .counts = {},
                   .create_time = kNow - 48h,
                   .submit_time = {},
                   .due_time = kNow - 1h,
                   .last_window_end = {},
                   .last_finished_at = {}};
  for (const auto& [state, count] : items) {
    view.counts[state] = count;
    view.item_count += count;
  }
  return view;
}

RequestFilter All() { return {.scopes = {{"shop", {Operation::kErasure}}}}; }

bool Finds(const RequestFilter& filter, const RequestView& request) {
  return IsWanted(filter, request, kNow);
}

TEST(RequestFilter, FindsNothingOutsideItsScopes) {
  RequestView request = ARequest({{BatchState::kReady, 1}});
  EXPECT_TRUE(Finds(All(), request));
  request.operation = Operation::kDemerge;
  EXPECT_FALSE(Finds(All(), request));
  request.operation = Operation::kErasure;
  request.account = "bank";
  EXPECT_FALSE(Finds(All(), request));
}

TEST(RequestFilter, AsksForAllThatItSays) {
  const RequestView request = ARequest({{BatchState::kReady, 1}});
  RequestFilter filter = All();
  filter.principal = "crm";
  filter.created = {.from = kNow - 48h, .until = kNow};
  filter.due = {.from = kNow - 1h, .until = kNow};
  filter.states = {RequestState::kQueued};
  filter.overdue = true;
  EXPECT_TRUE(Finds(filter, request));
  const auto misses = [&](auto change) {
    RequestFilter other = filter;
    change(other);
    return !Finds(other, request);
  };
  EXPECT_TRUE(misses([](RequestFilter& other) { other.principal = "cr"; }));
  EXPECT_TRUE(misses([](RequestFilter& other) { other.created.until = kNow - 48h; }));
  EXPECT_TRUE(misses([](RequestFilter& other) { other.due.from = kNow; }));
  EXPECT_TRUE(misses([](RequestFilter& other) { other.states = {RequestState::kInProgress}; }));
  EXPECT_TRUE(misses([](RequestFilter& other) { other.held = true; }));
  EXPECT_TRUE(misses([](RequestFilter& other) { other.needs_review = true; }));
}

TEST(RequestFilter, CallsOverdueWhatIsNotFinalInTime) {
  RequestFilter filter = All();
  filter.overdue = true;
  EXPECT_TRUE(Finds(filter, ARequest({{BatchState::kDone, 1}, {BatchState::kAccepted, 1}})));
  EXPECT_FALSE(Finds(filter, ARequest({{BatchState::kDone, 1}})));
  RequestView no_due_time = ARequest({{BatchState::kReady, 1}});
  no_due_time.due_time.reset();
  EXPECT_FALSE(Finds(filter, no_due_time));
  filter.overdue = false;
  filter.due.until = kNow;
  EXPECT_FALSE(Finds(filter, no_due_time)) << "it is in no range";
}

TEST(RequestFilter, SeesOneHeldItemAndOneThatNeedsReview) {
  RequestFilter filter = All();
  filter.held = true;
  filter.needs_review = true;
  EXPECT_TRUE(Finds(filter, ARequest({{BatchState::kHeld, 1}, {BatchState::kNeedsReview, 1}})));
  EXPECT_FALSE(Finds(filter, ARequest({{BatchState::kHeld, 2}})));
}

TEST(RequestFilter, KnowsWhereToLook) {
  RequestFilter filter = All();
  EXPECT_FALSE(FindsOnlyOpen(filter));
  EXPECT_FALSE(FindsOnlyFinal(filter));
  filter.states = {RequestState::kQueued, RequestState::kNeedsReview};
  EXPECT_TRUE(FindsOnlyOpen(filter));
  filter.states.Add(RequestState::kCompleted);
  EXPECT_FALSE(FindsOnlyOpen(filter));
  EXPECT_FALSE(FindsOnlyFinal(filter));
  filter.states = {RequestState::kCompleted, RequestState::kRejected};
  EXPECT_TRUE(FindsOnlyFinal(filter));
  filter.overdue = true;
  EXPECT_TRUE(FindsOnlyOpen(filter));
}

}  // namespace
}  // namespace lethe
