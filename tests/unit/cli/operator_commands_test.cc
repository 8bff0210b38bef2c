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
