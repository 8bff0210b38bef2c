#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "unit/api/operator_world.h"
#include "unit/cli/lethe_runner.h"

namespace lethe::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class OperatorCommands : public api::OperatorWorld {
 protected:
  int Lethe(std::vector<std::string> arguments) {
    return lethe_.Run(server_->port(), std::move(arguments));
  }
  std::string out() const { return lethe_.out(); }
  std::string err() const { return lethe_.err(); }

  /// The word after `etag ` of what was printed last.
  std::string Etag() const {
    const std::string text = out();
    const auto start = text.find("etag ") + 5;
    return text.substr(start, text.find_first_of("\n ", start) - start);
  }

  int Resolve(std::int64_t envelope, const std::string& decision, const std::string& etag) {
    return Lethe({"reviews", "resolve", ReviewNamed(envelope), "--decision", decision, "--etag",
                  etag, "--justification", "ticket 17"});
  }

 private:
  LetheRunner lethe_;
};

TEST_F(OperatorCommands, ListReviewsOldestFirst) {
  AddReview(2);
  AddReview(1);
  EXPECT_EQ(Lethe({"reviews", "list", "--account", "shop"}), kOk) << err();
  EXPECT_THAT(out(),
              StartsWith("accounts/shop/reviews/1-4 erasure, 3 items, needs review "
                         "(unknown_outcome) since 2026-03-02T00:00:00Z; effect unknown since "
                         "2026-03-02T00:00:00Z; etag 1-6-unknown_outcome\n"
                         "accounts/shop/reviews/2-4 "));
  EXPECT_EQ(Lethe({"reviews", "list", "--account", "shop", "--limit", "1"}), kOk);
  EXPECT_THAT(out(), Not(HasSubstr("/2-4")));
}

TEST_F(OperatorCommands, ShowAReviewWithItsCalls) {
  AddReview(1);
  reviews_.AddItem({EnvelopeId{1}, 4}, RequestId{42});
  reviews_.AddAttempt({.envelope = EnvelopeId{1},
                       .span = {4, 6},
                       .number = 1,
                       .started_at = clock_.Now(),
                       .finished_at = clock_.Now(),
                       .outcome = OutcomeClass::kUnknown,
                       .http_status = 500,
                       .code = "500"});
  reviews_.AddAttempt({.envelope = EnvelopeId{1},
                       .span = {4, 6},
                       .number = 2,
                       .started_at = clock_.Now(),
                       .abandoned = true});
  EXPECT_EQ(Lethe({"reviews", "show", ReviewNamed(1)}), kOk) << err();
  EXPECT_THAT(out(), HasSubstr("\n  may be resolved by send-again, mark-accepted, cancel\n"
                               "  of accounts/shop/privacyRequests/42\n"
                               "  call 1 at 2026-03-02T00:00:00Z: unknown, HTTP 500, code 500; "
                               "answered 2026-03-02T00:00:00Z\n"
                               "  call 2 at 2026-03-02T00:00:00Z: never answered; its sender was "
                               "gone\n"));
  EXPECT_EQ(Lethe({"reviews", "show", ReviewNamed(2)}), kFailed);
  EXPECT_THAT(err(), HasSubstr("NOT_FOUND REVIEW_NOT_FOUND"));
}

TEST_F(OperatorCommands, ResolveEachWayOnce) {
  const std::vector<std::pair<std::string, BatchState>> ways = {
      {"send-again", BatchState::kReady},
      {"mark-accepted", BatchState::kAccepted},
      {"cancel", BatchState::kCancelled}};
  std::int64_t envelope = 0;
  for (const auto& [decision, state] : ways) {
    AddReview(++envelope);
    ASSERT_EQ(Lethe({"reviews", "show", ReviewNamed(envelope)}), kOk);
    const std::string etag = Etag();
    EXPECT_EQ(Resolve(envelope, decision, etag), kOk) << err();
    EXPECT_EQ(StateOf(envelope), state);
    EXPECT_THAT(out(), AllOf(HasSubstr(" anonymous "), HasSubstr(ReviewNamed(envelope)),
                             HasSubstr("needs_review (unknown_outcome) -> " +
                                       std::string(Name(state)) + ": ticket 17\n")));
    EXPECT_EQ(Resolve(envelope, decision, etag), kFailed);
    EXPECT_THAT(err(), HasSubstr("FAILED_PRECONDITION REVIEW_CHANGED"));
  }
  EXPECT_EQ(Lethe({"audit", "list", "--account", "shop"}), kOk);
  EXPECT_LT(out().find("cancel"), out().find("send_again"));
  EXPECT_EQ(Lethe({"audit", "list", "--account", "shop", "--limit", "1", "--json"}), kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr("\"ACTION_CANCEL\""), Not(HasSubstr("ACTION_SEND_AGAIN"))));
}

TEST_F(OperatorCommands, ResolveAPartOfAReview) {
  AddReview(1);
  for (const int pos : {4, 5, 6}) reviews_.AddItem({EnvelopeId{1}, pos}, RequestId{42});
  ASSERT_EQ(Lethe({"reviews", "show", ReviewNamed(1)}), kOk);
  const std::vector<std::string> decision = {"reviews",    "resolve", ReviewNamed(1),
                                             "--decision", "cancel",  "--justification",
                                             "ticket 17",  "--etag",  Etag()};
  auto items = decision, half = decision;
  items.insert(items.end(), {"--request", "accounts/shop/privacyRequests/42", "--ordinals", "5,6"});
  EXPECT_EQ(Lethe(items), kOk) << err();
  EXPECT_THAT(out(), HasSubstr("accounts/shop/reviews/1-5, 2 items: needs_review "));
  EXPECT_EQ(StateOf(1), BatchState::kNeedsReview);

  AddReview(2);
  ASSERT_EQ(Lethe({"reviews", "show", ReviewNamed(2)}), kOk);
  half[2] = ReviewNamed(2);
  half.back() = Etag();
  half.insert(half.end(), {"--half", "first"});
  EXPECT_EQ(Lethe(half), kOk) << err();
  EXPECT_EQ(StateOf(2), BatchState::kCancelled);
}

TEST_F(OperatorCommands, ResolveAllThatAPreviewShows) {
  AddReview(1);
  AddReview(2, "seal_broken");
  clock_.Advance(std::chrono::seconds(1));
  const std::vector<std::string> filter = {
      "--account",   "shop",    "--reason", "unknown_outcome",
      "--operation", "erasure", "--since",  "2026-03-01T00:00:00Z"};
  std::vector<std::string> preview = {"reviews", "preview"}, resolve = {"reviews", "resolve-all"};
  preview.insert(preview.end(), filter.begin(), filter.end());
  EXPECT_EQ(Lethe(preview), kOk) << err();
  EXPECT_THAT(out(), StartsWith("1 review with 3 items of 0 requests may be resolved by "
                                "send-again, mark-accepted, cancel; etag "));
  resolve.insert(resolve.end(), filter.begin(), filter.end());
  resolve.insert(resolve.end(), {"--etag", Etag(), "--decision", "cancel", "--justification", "t"});
  EXPECT_EQ(Lethe(resolve), kOk) << err();
  EXPECT_THAT(out(), StartsWith("resolved: 1 review with 3 items "));
  EXPECT_EQ(StateOf(1), BatchState::kCancelled);
  EXPECT_EQ(StateOf(2), BatchState::kNeedsReview);
  EXPECT_EQ(Lethe(resolve), kFailed);
  EXPECT_THAT(err(), HasSubstr("REVIEW_CHANGED"));
  EXPECT_EQ(Lethe(preview), kOk);
  EXPECT_EQ(out(), "no reviews\n");
}

TEST_F(OperatorCommands, ShowTheApisThatAreBlockedByThemselves) {
  reviews_.BlockRoute("shop", Api::kDelete,
                      {.since = clock_.Now(),
                       .reason = "endpoint_404",
                       .resume = Resume::kBatch,
                       .probe_at = clock_.Now() + std::chrono::seconds(1)});
  EXPECT_EQ(Lethe({"accounts", "show", "shop"}), kOk) << err();
  EXPECT_THAT(out(), StartsWith("accounts/shop served; delete blocked since 2026-03-02T00:00:00Z "
                                "(endpoint_404); tries again at 2026-03-02T00:00:01Z; etag "));
  EXPECT_EQ(Lethe({"accounts", "resume", "shop", "--etag", Etag(), "--justification", "t"}), kOk);
  EXPECT_THAT(out(), StartsWith("accounts/shop served; etag "));
}

TEST_F(OperatorCommands, ShowAndResumeAccounts) {
  Block(Resume::kConnect);
  EXPECT_EQ(Lethe({"accounts", "list"}), kOk) << err();
  EXPECT_THAT(out(), AllOf(StartsWith("accounts/shop blocked since 2026-03-02T00:00:00Z "
                                      "(credentials_or_region_401); tries again at "
                                      "2026-03-02T00:00:10Z; etag "),
                           HasSubstr("\naccounts/bank served; etag ")));
  Block(Resume::kOperator);
  AddHeld(1);
  EXPECT_EQ(Lethe({"accounts", "show", "shop"}), kOk);
  EXPECT_THAT(out(), HasSubstr("; only an operator resumes it; holds 3 items that CleverTap "
                               "refused; etag "));
  std::vector<std::string> resume = {"accounts", "resume",          "shop",     "--etag",
                                     Etag(),     "--justification", "ticket 17"};
  EXPECT_EQ(Lethe(resume), kFailed);
  EXPECT_THAT(err(), HasSubstr("HELD_REFUSALS_UNDECIDED"));
  resume.insert(resume.end(), {"--held-refusals", "reject"});
  EXPECT_EQ(Lethe(resume), kOk) << err();
  EXPECT_THAT(out(), StartsWith("accounts/shop served; etag "));
  EXPECT_EQ(StateOf(1), BatchState::kRejected);
  EXPECT_EQ(Lethe(resume), kFailed);
  EXPECT_THAT(err(), HasSubstr("ACCOUNT_NOT_BLOCKED"));
}

TEST_F(OperatorCommands, PrintJson) {
  AddReview(1);
  EXPECT_EQ(Lethe({"reviews", "list", "--account", "shop", "--json"}), kOk);
  EXPECT_THAT(out(), AllOf(StartsWith("{"), HasSubstr("\"reviews\""), HasSubstr("\"etag\"")));
  EXPECT_EQ(Lethe({"accounts", "show", "shop", "--json"}), kOk);
  EXPECT_THAT(out(), HasSubstr("\"heldRefusalCount\": 0"));
}

TEST_F(OperatorCommands, RefuseWrongUsageWithoutACall) {
  const std::vector<std::vector<std::string>> wrong = {
      {"reviews"},
      {"reviews", "list"},
      {"reviews", "show"},
      {"reviews", "resolve", ReviewNamed(1)},
      {"reviews", "resolve", ReviewNamed(1), "--decision", "burn", "--etag", "e", "--justification",
       "j"},
      {"reviews", "resolve", ReviewNamed(1), "--decision", "cancel", "--justification", "j"},
      {"reviews", "resolve", ReviewNamed(1), "--decision", "cancel", "--etag", "e"},
      {"reviews", "resolve", ReviewNamed(1), "--decision", "cancel", "--etag", "e",
       "--justification", "j", "--half", "third"},
      {"reviews", "resolve", ReviewNamed(1), "--decision", "cancel", "--etag", "e",
       "--justification", "j", "--ordinals", "1"},
      {"reviews", "resolve", ReviewNamed(1), "--decision", "cancel", "--etag", "e",
       "--justification", "j", "--half", "first", "--request", "r", "--ordinals", "1"},
      {"reviews", "preview"},
      {"reviews", "preview", "--account", "shop", "--since", "yesterday"},
      {"reviews", "resolve-all", "--account", "shop", "--etag", "e", "--decision", "cancel"},
      {"accounts"},
      {"accounts", "resume", "shop", "--etag", "e"},
      {"accounts", "resume", "shop", "--etag", "e", "--justification", "j", "--held-refusals", "x"},
      {"audit", "list"},
      {"audit", "list", "--account", "shop", "--limit", "0"}};
  for (const auto& arguments : wrong) {
    EXPECT_EQ(Lethe(arguments), kUsage) << testing::PrintToString(arguments);
    EXPECT_THAT(err(), Not(IsEmpty()));
  }
  server_->Shutdown(std::chrono::seconds(10));
  EXPECT_TRUE(finished().empty());
}

TEST_F(OperatorCommands, SayWhenThereIsNoServer) {
  server_->Shutdown(std::chrono::seconds(1));
  EXPECT_EQ(Lethe({"accounts", "list"}), kUnavailable);
  EXPECT_EQ(Resolve(1, "cancel", "e"), kUnavailable);
}

}  // namespace
}  // namespace lethe::cli
