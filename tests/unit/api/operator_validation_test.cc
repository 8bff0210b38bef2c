#include "api/operator_validation.h"

#include <gmock/gmock.h>

#include "lethe/limits.h"

namespace lethe::api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <typename T>
std::vector<std::string> FieldsOf(const Result<T>& result) {
  std::vector<std::string> fields;
  if (result.ok()) return fields;
  EXPECT_EQ(result.error().reason, "INVALID_REQUEST");
  for (const FieldViolation& violation : result.error().violations) {
    fields.push_back(violation.field);
  }
  return fields;
}

v1::ResolveReviewRequest Resolution() {
  v1::ResolveReviewRequest request;
  request.set_name("accounts/shop/reviews/7-4");
  request.set_etag("1-6-unknown_outcome");
  request.set_decision(v1::REVIEW_DECISION_CANCEL);
  request.set_justification("why");
  return request;
}

v1::ResumeAccountRequest Resumption() {
  v1::ResumeAccountRequest request;
  request.set_name("accounts/shop");
  request.set_etag("e");
  request.set_justification("why");
  return request;
}

TEST(ValidateResolveReview, TakesEveryDecision) {
  auto request = Resolution();
  for (const auto& [given, meant] :
       {std::pair(v1::REVIEW_DECISION_SEND_AGAIN, ReviewDecision::kSendAgain),
        std::pair(v1::REVIEW_DECISION_MARK_ACCEPTED, ReviewDecision::kMarkAccepted),
        std::pair(v1::REVIEW_DECISION_CANCEL, ReviewDecision::kCancel)}) {
    request.set_decision(given);
    const auto valid = ValidateResolveReview(request);
    ASSERT_TRUE(valid.ok());
    EXPECT_EQ(valid->decision, meant);
    EXPECT_EQ(valid->review, (ReviewName{"shop", {EnvelopeId{7}, 4}}));
    EXPECT_EQ(valid->etag, request.etag());
    EXPECT_EQ(valid->justification, "why");
  }
}

TEST(ValidateResolveReview, NamesEveryFieldThatIsWrong) {
  EXPECT_THAT(FieldsOf(ValidateResolveReview({})),
              ElementsAre("name", "decision", "etag", "justification"));
  auto request = Resolution();
  request.set_decision(static_cast<v1::ReviewDecision>(4));
  EXPECT_THAT(FieldsOf(ValidateResolveReview(request)), ElementsAre("decision"));
}

TEST(ValidateResolveReview, BoundsTheJustification) {
  auto request = Resolution();
  const auto fields = [&](const std::string& justification) {
    request.set_justification(justification);
    return FieldsOf(ValidateResolveReview(request));
  };
  EXPECT_THAT(fields("x"), IsEmpty());
  std::string longest;
  for (std::size_t i = 0; i < kMaxJustificationCharacters; ++i) longest += "\xF0\x9F\x98\x80";
  EXPECT_THAT(fields(longest), IsEmpty());
  for (const std::string& bad : {std::string(), std::string("  "), std::string("a\nb"),
                                 std::string("\xFF"), longest + "x"}) {
    EXPECT_THAT(fields(bad), ElementsAre("justification"));
  }
}

TEST(ValidateResumeAccount, TakesEveryWordAboutHeldRefusals) {
  auto request = Resumption();
  EXPECT_EQ(ValidateResumeAccount(request)->held_refusals, std::nullopt);
  request.set_held_refusals(v1::HELD_REFUSALS_SEND_AGAIN);
  EXPECT_EQ(ValidateResumeAccount(request)->held_refusals, HeldRefusals::kSendAgain);
  request.set_held_refusals(v1::HELD_REFUSALS_REJECT);
  EXPECT_EQ(ValidateResumeAccount(request)->held_refusals, HeldRefusals::kReject);
  request.set_held_refusals(static_cast<v1::HeldRefusals>(3));
  EXPECT_THAT(FieldsOf(ValidateResumeAccount(request)), ElementsAre("held_refusals"));
}

TEST(ValidateResumeAccount, NamesEveryFieldThatIsWrong) {
  EXPECT_THAT(FieldsOf(ValidateResumeAccount({})), ElementsAre("name", "etag", "justification"));
}

TEST(ValidateListReviews, GoesOnBehindTheLastRowOfItsOwnListOnly) {
  v1::ListReviewsRequest request;
  request.set_parent("accounts/shop");
  const auto first = ValidateListReviews(request).value();
  EXPECT_EQ(first.after, std::nullopt);
  EXPECT_EQ(first.page_size, kDefaultPageSize);

  const BatchKey last{EnvelopeId{9'223'372'036'854'775'807}, 999};
  request.set_page_token(NextPageToken(first, last));
  EXPECT_EQ(ValidateListReviews(request)->after, last);
  request.set_parent("accounts/bank");
  EXPECT_THAT(FieldsOf(ValidateListReviews(request)), ElementsAre("page_token"));
  request.set_page_token("nonsense");
  request.set_page_size(-1);
  EXPECT_THAT(FieldsOf(ValidateListReviews(request)), ElementsAre("page_size", "page_token"));
}

TEST(ValidateListAuditEvents, GoesOnBehindTheLastRowOfItsOwnListOnly) {
  v1::ListAuditEventsRequest request;
  request.set_parent("accounts/shop");
  const auto first = ValidateListAuditEvents(request).value();
  EXPECT_EQ(first.before, std::nullopt);
  request.set_page_token(NextPageToken(first, 17));
  EXPECT_EQ(ValidateListAuditEvents(request)->before, 17);
  v1::ListReviewsRequest other;
  other.set_parent("accounts/shop");
  other.set_page_token(request.page_token());
  EXPECT_THAT(FieldsOf(ValidateListReviews(other)), ElementsAre("page_token"));
}

TEST(ValidateGetReview, AsksForAName) {
  EXPECT_THAT(FieldsOf(ValidateGetReview({})), ElementsAre("name"));
  EXPECT_THAT(FieldsOf(ValidateGetAccount({})), ElementsAre("name"));
}

}  // namespace
}  // namespace lethe::api
