#include "api/operators/operator_service.h"

#include <gmock/gmock.h>

#include "operator_world.h"

namespace lethe::api {
namespace {

using grpc::StatusCode;
using testing::ElementsAre;
using testing::SizeIs;

class OperatorServiceTest : public OperatorWorld {
 protected:
  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (v1::OperatorService::Stub::*method)(grpc::ClientContext*,
                                                                      const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    return (operators_.get()->*method)(&context, request, response);
  }

  v1::Review GetReview(std::int64_t envelope) {
    v1::GetReviewRequest request;
    request.set_name(ReviewNamed(envelope));
    v1::Review review;
    const auto status = Call(&Stub::GetReview, request, &review);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return review;
  }

  static v1::ResolveReviewRequest Resolution(const v1::Review& review) {
    v1::ResolveReviewRequest request;
    request.set_name(review.name());
    request.set_etag(review.etag());
    request.set_decision(v1::REVIEW_DECISION_MARK_ACCEPTED);
    request.set_justification("seen in the dashboard");
    return request;
  }
  grpc::Status Resolve(const v1::ResolveReviewRequest& request, v1::AuditEvent* event) {
    return Call(&Stub::ResolveReview, request, event);
  }

  v1::Account GetAccount(const std::string& name = "accounts/shop") {
    v1::GetAccountRequest request;
    request.set_name(name);
    v1::Account account;
    const auto status = Call(&Stub::GetAccount, request, &account);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return account;
  }

  using Stub = v1::OperatorService::Stub;
  std::unique_ptr<Stub> operators_ = v1::OperatorService::NewStub(channel_);
};

TEST_F(OperatorServiceTest, ShowsAReviewWithItsRequestsAndCalls) {
  AddReview(7);
  reviews_.AddItem({EnvelopeId{7}, 5}, RequestId{42});
  reviews_.AddAttempt({.envelope = EnvelopeId{7},
                       .span = {0, 9},
                       .number = 1,
                       .started_at = clock_.Now(),
                       .outcome = OutcomeClass::kUnknown,
                       .http_status = 500,
                       .code = "500"});
  const v1::Review review = GetReview(7);
  EXPECT_EQ(review.name(), "accounts/shop/reviews/7-4");
  EXPECT_EQ(review.item_count(), 3);
  EXPECT_EQ(review.reason(), "unknown_outcome");
  EXPECT_THAT(review.privacy_requests(), ElementsAre("accounts/shop/privacyRequests/42"));
  ASSERT_THAT(review.attempts(), SizeIs(1));
  EXPECT_EQ(review.attempts(0).outcome(), v1::CALL_OUTCOME_UNKNOWN);
}

TEST_F(OperatorServiceTest, PagesThroughReviews) {
  for (const std::int64_t envelope : {3, 1, 2}) AddReview(envelope);
  v1::ListReviewsRequest request;
  request.set_parent("accounts/shop");
  request.set_page_size(2);
  std::vector<std::string> names;
  int pages = 0;
  do {
    v1::ListReviewsResponse page;
    ASSERT_TRUE(Call(&Stub::ListReviews, request, &page).ok());
    for (const auto& review : page.reviews()) names.push_back(review.name());
    request.set_page_token(page.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre(ReviewNamed(1), ReviewNamed(2), ReviewNamed(3)));
  EXPECT_EQ(pages, 2);
}

TEST_F(OperatorServiceTest, ResolvesAReviewOnceAndKeepsTheEvidence) {
  AddReview(7);
  const v1::Review review = GetReview(7);
  v1::AuditEvent event;
  const auto resolved = Resolve(Resolution(review), &event);
  ASSERT_TRUE(resolved.ok()) << resolved.error_message();
  EXPECT_EQ(StateOf(7), BatchState::kAccepted);
  EXPECT_EQ(event.target(), review.name());
  EXPECT_EQ(event.principal(), "anonymous");
  EXPECT_EQ(event.justification(), "seen in the dashboard");

  const auto again = Resolve(Resolution(review), &event);
  EXPECT_EQ(again.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(again), "REVIEW_CHANGED");

  v1::ListAuditEventsRequest request;
  request.set_parent("accounts/shop");
  v1::ListAuditEventsResponse audit;
  ASSERT_TRUE(Call(&Stub::ListAuditEvents, request, &audit).ok());
  ASSERT_THAT(audit.audit_events(), SizeIs(1));
  EXPECT_EQ(audit.audit_events(0).name(), event.name());
}

TEST_F(OperatorServiceTest, ResolvesAHalfAndLeavesTheRest) {
  AddReview(7);
  auto request = Resolution(GetReview(7));
  request.mutable_selection()->set_half(v1::ReviewSelection::HALF_SECOND);
  v1::AuditEvent event;
  const auto resolved = Resolve(request, &event);
  ASSERT_TRUE(resolved.ok()) << resolved.error_message();
  EXPECT_EQ(event.item_count(), 1);
  EXPECT_EQ(GetReview(7).item_count(), 2);
}

TEST_F(OperatorServiceTest, ResolvesManyAsThePreviewHasShownThem) {
  for (const std::int64_t envelope : {1, 2}) AddReview(envelope);
  reviews_.AddItem({EnvelopeId{1}, 4}, RequestId{42});
  clock_.Advance(std::chrono::seconds(1));
  v1::PreviewReviewsRequest look;
  look.set_parent("accounts/shop");
  look.mutable_filter()->set_reason("unknown_outcome");
  v1::ReviewGroup seen;
  ASSERT_TRUE(Call(&Stub::PreviewReviews, look, &seen).ok());
  EXPECT_EQ(seen.review_count(), 2);
  EXPECT_EQ(seen.item_count(), 6);
  EXPECT_EQ(seen.privacy_request_count(), 1);
  EXPECT_FALSE(seen.more());
  EXPECT_THAT(seen.allowed_decisions(), SizeIs(3));

  v1::ResolveReviewsRequest request;
  request.set_parent(look.parent());
  *request.mutable_filter() = look.filter();
  request.set_etag(seen.etag());
  request.set_decision(v1::REVIEW_DECISION_CANCEL);
  request.set_justification("ticket 17");
  v1::ReviewGroup decided;
  const auto resolved = Call(&Stub::ResolveReviews, request, &decided);
  ASSERT_TRUE(resolved.ok()) << resolved.error_message();
  EXPECT_EQ(decided.SerializeAsString(), seen.SerializeAsString());
  for (const std::int64_t envelope : {1, 2}) {
    EXPECT_EQ(StateOf(envelope), BatchState::kCancelled);
  }
  EXPECT_EQ(ReasonOf(Call(&Stub::ResolveReviews, request, &decided)), "REVIEW_CHANGED");
  look.set_parent("accounts/unknown");
  EXPECT_EQ(ReasonOf(Call(&Stub::PreviewReviews, look, &seen)), "ACCOUNT_NOT_FOUND");
}

TEST_F(OperatorServiceTest, RunsTheWindowOfTheAccountFromNowOn) {
  fakes::BatchRow row = AddReview(7);
  row.route.operation = Operation::kDemerge;
  reviews_.SetBatch(row);
  v1::AuditEvent event;
  ASSERT_TRUE(Resolve(Resolution(GetReview(7)), &event).ok());
  const fakes::BatchRow accepted = reviews_.batches().front();
  EXPECT_EQ(accepted.accepted_at, clock_.Now());
  EXPECT_EQ(accepted.window_end,
            WindowEnd(Operation::kDemerge, clock_.Now(), TwoAccounts()[0].hours));
}

TEST_F(OperatorServiceTest, ShowsEveryAccountInTheOrderOfTheConfiguration) {
  Block(Resume::kConnect);
  v1::ListAccountsResponse response;
  ASSERT_TRUE(Call(&Stub::ListAccounts, v1::ListAccountsRequest(), &response).ok());
  ASSERT_THAT(response.accounts(), SizeIs(2));
  EXPECT_EQ(response.accounts(0).name(), "accounts/shop");
  EXPECT_TRUE(response.accounts(0).has_block());
  EXPECT_EQ(response.accounts(1).name(), "accounts/bank");
  EXPECT_FALSE(response.accounts(1).has_block());
  EXPECT_EQ(GetAccount().SerializeAsString(), response.accounts(0).SerializeAsString());
}

TEST_F(OperatorServiceTest, ResumesAnAccountAndRejectsWhatItHeld) {
  Block(Resume::kOperator);
  AddHeld(1);
  v1::ResumeAccountRequest request;
  request.set_name("accounts/shop");
  request.set_etag(GetAccount().etag());
  request.set_justification("the export was wrong");
  v1::Account account;
  EXPECT_EQ(ReasonOf(Call(&Stub::ResumeAccount, request, &account)), "HELD_REFUSALS_UNDECIDED");
  request.set_held_refusals(v1::HELD_REFUSALS_REJECT);
  ASSERT_TRUE(Call(&Stub::ResumeAccount, request, &account).ok());
  EXPECT_FALSE(account.has_block());
  EXPECT_EQ(account.held_refusal_count(), 0);
  EXPECT_EQ(StateOf(1), BatchState::kRejected);
  EXPECT_EQ(ReasonOf(Call(&Stub::ResumeAccount, request, &account)), "ACCOUNT_NOT_BLOCKED");
}

TEST_F(OperatorServiceTest, KnowsOnlyConfiguredAccounts) {
  const auto reason = [&](auto method, auto request, auto response) {
    return ReasonOf(Call(method, request, &response));
  };
  v1::ListReviewsRequest list;
  list.set_parent("accounts/nobody");
  EXPECT_EQ(reason(&Stub::ListReviews, list, v1::ListReviewsResponse()), "ACCOUNT_NOT_FOUND");
  v1::GetReviewRequest get;
  get.set_name("accounts/nobody/reviews/1-0");
  EXPECT_EQ(reason(&Stub::GetReview, get, v1::Review()), "ACCOUNT_NOT_FOUND");
  v1::Review review;
  review.set_name(get.name());
  review.set_etag("e");
  EXPECT_EQ(reason(&Stub::ResolveReview, Resolution(review), v1::AuditEvent()),
            "ACCOUNT_NOT_FOUND");
  v1::GetAccountRequest account;
  account.set_name("accounts/nobody");
  EXPECT_EQ(reason(&Stub::GetAccount, account, v1::Account()), "ACCOUNT_NOT_FOUND");
  v1::ResumeAccountRequest resume;
  resume.set_name("accounts/nobody");
  resume.set_etag("e");
  resume.set_justification("why");
  EXPECT_EQ(reason(&Stub::ResumeAccount, resume, v1::Account()), "ACCOUNT_NOT_FOUND");
  v1::ListAuditEventsRequest audit;
  audit.set_parent("accounts/nobody");
  EXPECT_EQ(reason(&Stub::ListAuditEvents, audit, v1::ListAuditEventsResponse()),
            "ACCOUNT_NOT_FOUND");
}

TEST_F(OperatorServiceTest, DecidesTheReviewsOfAnAccountThatHasLeftTheConfiguration) {
  fakes::BatchRow row = AddReview(1);
  row.route.account = "former";
  reviews_.SetBatch(row);
  v1::ListReviewsRequest list;
  list.set_parent("accounts/former");
  v1::ListReviewsResponse reviews;
  ASSERT_TRUE(Call(&Stub::ListReviews, list, &reviews).ok());
  ASSERT_EQ(reviews.reviews_size(), 1);
  v1::AuditEvent event;
  v1::ResolveReviewRequest decision = Resolution(reviews.reviews(0));
  decision.set_decision(v1::REVIEW_DECISION_MARK_ACCEPTED);
  EXPECT_TRUE(Call(&Stub::ResolveReview, decision, &event).ok());
  EXPECT_EQ(StateOf(1), BatchState::kAccepted);
  v1::GetAccountRequest get;
  get.set_name("accounts/former");
  v1::Account account;
  ASSERT_TRUE(Call(&Stub::GetAccount, get, &account).ok());
  EXPECT_TRUE(account.not_configured());
  EXPECT_FALSE(GetAccount().not_configured());
}

TEST_F(OperatorServiceTest, PassesTheStoresErrorsOn) {
  reviews_.FailWith(
      Error{.code = ErrorCode::kUnavailable, .reason = "STORE_UNAVAILABLE", .message = "away"});
  v1::ListAccountsResponse response;
  const auto status = Call(&Stub::ListAccounts, v1::ListAccountsRequest(), &response);
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "STORE_UNAVAILABLE");
}

TEST_F(OperatorServiceTest, TellsTheObserverOfEveryCall) {
  GetAccount();
  v1::Review review;
  Call(&Stub::GetReview, v1::GetReviewRequest(), &review);
  server_->Shutdown(std::chrono::seconds(10));
  ASSERT_THAT(finished(), SizeIs(2));
  EXPECT_EQ(finished()[0].method, "GetAccount");
  EXPECT_EQ(finished()[1].method, "GetReview");
  EXPECT_EQ(finished()[1].grpc_code, StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace lethe::api
