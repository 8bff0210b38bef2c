#include "api/operators/operator_validation.h"

#include <gmock/gmock.h>

#include <chrono>
#include <variant>

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

TEST(ValidateResolveReview, TakesAHalfOrItemsOfARequestInPlaceOfAll) {
  auto request = Resolution();
  const auto selection = [&] { return ValidateResolveReview(request).value().selection; };
  EXPECT_TRUE(std::holds_alternative<std::monostate>(selection()));
  request.mutable_selection()->set_half(v1::ReviewSelection::HALF_FIRST);
  EXPECT_EQ(std::get<ReviewHalf>(selection()), ReviewHalf::kFirst);
  request.mutable_selection()->set_half(v1::ReviewSelection::HALF_SECOND);
  EXPECT_EQ(std::get<ReviewHalf>(selection()), ReviewHalf::kSecond);
  auto& items = *request.mutable_selection()->mutable_items();
  items.set_privacy_request("accounts/shop/privacyRequests/42");
  for (const int ordinal : {7, 0, 3}) items.add_ordinals(ordinal);
  const auto chosen = std::get<ItemsOfRequest>(selection());
  EXPECT_EQ(chosen.request, RequestId{42});
  EXPECT_THAT(chosen.ordinals, ElementsAre(0, 3, 7));
}

TEST(ValidateResolveReview, NamesWhatIsWrongWithASelection) {
  auto request = Resolution();
  const auto fields = [&] { return FieldsOf(ValidateResolveReview(request)); };
  request.mutable_selection();
  EXPECT_THAT(fields(), ElementsAre("selection"));
  request.mutable_selection()->set_half(static_cast<v1::ReviewSelection::Half>(3));
  EXPECT_THAT(fields(), ElementsAre("selection"));
  auto& items = *request.mutable_selection()->mutable_items();
  EXPECT_THAT(fields(), ElementsAre("selection.items.privacy_request", "selection.items.ordinals"));
  items.set_privacy_request("accounts/bank/privacyRequests/42");
  items.add_ordinals(1);
  EXPECT_THAT(fields(), ElementsAre("selection.items.privacy_request")) << "another account's";
  items.set_privacy_request("accounts/shop/privacyRequests/42");
  EXPECT_THAT(fields(), IsEmpty());
  items.add_ordinals(1);
  EXPECT_THAT(fields(), ElementsAre("selection.items.ordinals")) << "twice the same";
}

v1::ResolveReviewsRequest Resolutions() {
  v1::ResolveReviewsRequest request;
  request.set_parent("accounts/shop");
  request.set_etag("1-2");
  request.set_decision(v1::REVIEW_DECISION_CANCEL);
  request.set_justification("why");
  return request;
}

TEST(ValidateResolveReviews, TakesEveryPartOfTheFilter) {
  auto request = Resolutions();
  auto valid = ValidateResolveReviews(request).value();
  EXPECT_EQ(valid.filter.account, "shop");
  EXPECT_EQ(valid.filter.reason, "");
  EXPECT_EQ(valid.filter.operation, std::nullopt);
  EXPECT_EQ(valid.filter.since, std::nullopt);
  EXPECT_EQ(valid.filter.until, std::nullopt);
  EXPECT_EQ(valid.decision, ReviewDecision::kCancel);
  EXPECT_EQ(valid.etag, "1-2");

  auto& filter = *request.mutable_filter();
  filter.set_reason("seal_broken");
  filter.set_operation(v1::OPERATION_DEMERGE);
  filter.mutable_since_time()->set_seconds(1);
  filter.mutable_until_time()->set_seconds(2);
  valid = ValidateResolveReviews(request).value();
  EXPECT_EQ(valid.filter.reason, "seal_broken");
  EXPECT_EQ(valid.filter.operation, Operation::kDemerge);
  EXPECT_EQ(valid.filter.since, TimePoint(std::chrono::seconds(1)));
  EXPECT_EQ(valid.filter.until, TimePoint(std::chrono::seconds(2)));
}

TEST(ValidateResolveReviews, NamesEveryFieldThatIsWrong) {
  EXPECT_THAT(FieldsOf(ValidateResolveReviews({})),
              ElementsAre("parent", "decision", "etag", "justification"));
  EXPECT_THAT(FieldsOf(ValidatePreviewReviews({})), ElementsAre("parent"));
  v1::PreviewReviewsRequest request;
  request.set_parent("accounts/shop");
  request.mutable_filter()->set_operation(static_cast<v1::Operation>(9));
  request.mutable_filter()->mutable_since_time()->set_nanos(-1);
  request.mutable_filter()->mutable_until_time()->set_nanos(-1);
  EXPECT_THAT(FieldsOf(ValidatePreviewReviews(request)),
              ElementsAre("filter.operation", "filter.since_time", "filter.until_time"));
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
