#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "access_world.h"
#include "lethe/limits.h"
#include "lethe/request_change.h"

namespace lethe::api {
namespace {

using grpc::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// `crm` and `shopkeeper` hand requests over, and `jane` is an operator.
class RequestChanges : public AccessWorld {
 protected:
  void SetUp() override {
    directory_.Use(access::Directory({
        Named("crm", {{.role = Role::kSubmitter, .accounts = {"shop"}}}, kEnd),
        Named("shopkeeper", {{.role = Role::kSubmitter, .accounts = {"shop"}}}, kEnd),
        Named("jane", {{.role = Role::kOperator, .accounts = {"shop"}}}, kEnd),
    }));
    auto request = Erasure("k", "ann");
    for (const char* person : {"bob", "eve"}) request.mutable_erasure()->add_identities(person);
    grpc::ClientContext context;
    Show(context, "crm");
    v1::PrivacyRequest created;
    const auto status = stub_->CreatePrivacyRequest(&context, request, &created);
    ASSERT_TRUE(status.ok()) << status.error_message();
    name_ = created.name();
    queue_.AddEnvelope({.route = {"shop", Operation::kErasure},
                        .size = 3,
                        .request = RequestId{std::stoll(name_.substr(name_.rfind('/') + 1))}});
  }

  v1::CancelPrivacyRequestRequest ToCancel(const std::vector<int>& ordinals = {}) const {
    v1::CancelPrivacyRequestRequest request;
    request.set_name(name_);
    request.set_reason("ticket 17");
    request.mutable_ordinals()->Assign(ordinals.begin(), ordinals.end());
    return request;
  }
  v1::ChangePrivacyRequestRequest ToChange(v1::RequestChange change) const {
    v1::ChangePrivacyRequestRequest request;
    request.set_name(name_);
    request.set_change(change);
    request.set_reason("ticket 17");
    return request;
  }

  grpc::Status CancelAs(const std::string& principal,
                        const v1::CancelPrivacyRequestRequest& request) {
    grpc::ClientContext context;
    Show(context, principal);
    return stub_->CancelPrivacyRequest(&context, request, &answer_);
  }
  grpc::Status ChangeAs(const std::string& principal,
                        const v1::ChangePrivacyRequestRequest& request) {
    grpc::ClientContext context;
    Show(context, principal);
    return v1::OperatorService::NewStub(channel_)->ChangePrivacyRequest(&context, request,
                                                                        &answer_);
  }

  std::vector<std::string> States() const {
    std::vector<std::string> states;
    for (const fakes::BatchRow& row : queue_.batches()) {
      states.push_back(std::to_string(row.span.lo) + '-' + std::to_string(row.span.hi) + ' ' +
                       Text(row.state));
    }
    return states;
  }
  static std::vector<std::string> FieldsOf(const grpc::Status& status) {
    std::vector<std::string> fields;
    const auto bad_request = ViolationsOf(status);
    for (const auto& violation : bad_request.field_violations()) {
      fields.push_back(violation.field());
    }
    return fields;
  }

  std::string name_;
  v1::PrivacyRequestChange answer_;
};

TEST_F(RequestChanges, ACallerTakesItemsOfItsOwnRequestBack) {
  const auto status = CancelAs("crm", ToCancel({1}));
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer_.counts().changed(), 1);
  EXPECT_EQ(answer_.privacy_request().name(), name_);
  EXPECT_THAT(States(), ElementsAre("0-0 ready", "1-1 cancelled", "2-2 ready"));
  ASSERT_THAT(changer_.decided_by(), SizeIs(1));
  EXPECT_EQ(changer_.decided_by()[0].principal, "crm");
  EXPECT_EQ(changer_.decided_by()[0].justification, "ticket 17");

  ASSERT_TRUE(CancelAs("crm", ToCancel()).ok());
  EXPECT_EQ(answer_.counts().changed(), 2);
  EXPECT_EQ(answer_.counts().changed_before(), 1);
}

TEST_F(RequestChanges, ACallerTakesNothingOfTheRequestsOfOthersBack) {
  for (const bool only_preview : {true, false}) {
    auto request = ToCancel();
    request.set_validate_only(only_preview);
    const auto status = CancelAs("shopkeeper", request);
    EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(ReasonOf(status), "NOT_PERMITTED");
  }
  EXPECT_THAT(States(), ElementsAre("0-2 ready"));
  EXPECT_THAT(
      refused(),
      ElementsAre(Refused{access::Refusal::kNotPermitted, "CancelPrivacyRequest", "shopkeeper"},
                  Refused{access::Refusal::kNotPermitted, "CancelPrivacyRequest", "shopkeeper"}));
}

TEST_F(RequestChanges, AnOperatorChangesTheRequestOfAnybody) {
  ASSERT_TRUE(ChangeAs("jane", ToChange(v1::REQUEST_CHANGE_HOLD)).ok());
  EXPECT_EQ(answer_.counts().changed(), 3);
  EXPECT_THAT(States(), ElementsAre("0-2 held"));
  ASSERT_TRUE(ChangeAs("jane", ToChange(v1::REQUEST_CHANGE_RELEASE)).ok());
  EXPECT_EQ(answer_.counts().changed(), 3);
  EXPECT_THAT(States(), ElementsAre("0-2 ready"));
  ASSERT_TRUE(ChangeAs("jane", ToChange(v1::REQUEST_CHANGE_CANCEL)).ok());
  EXPECT_THAT(States(), ElementsAre("0-2 cancelled"));
  EXPECT_THAT(changer_.decided_by(), SizeIs(3));
}

TEST_F(RequestChanges, APreviewCountsAndChangesNothing) {
  auto request = ToChange(v1::REQUEST_CHANGE_HOLD);
  request.set_validate_only(true);
  ASSERT_TRUE(ChangeAs("jane", request).ok());
  EXPECT_EQ(answer_.counts().changed(), 3);
  EXPECT_EQ(answer_.privacy_request().state(), v1::PrivacyRequest::STATE_QUEUED);
  EXPECT_THAT(States(), ElementsAre("0-2 ready"));
  EXPECT_THAT(changer_.decided_by(), IsEmpty());
}

TEST_F(RequestChanges, CountsWhatCannotBeChanged) {
  ASSERT_TRUE(queue_
                  .TakeBatch({.route = {"shop", Operation::kErasure},
                              .linger = milliseconds(0),
                              .lease = milliseconds(30'000)})
                  .ok());
  ASSERT_TRUE(CancelAs("crm", ToCancel({0, 2})).ok());
  EXPECT_EQ(answer_.counts().changed(), 0);
  EXPECT_EQ(answer_.counts().being_sent(), 2);
}

TEST_F(RequestChanges, RefusesFieldsThatAreWrong) {
  v1::CancelPrivacyRequestRequest empty;
  empty.set_name("accounts/shop");
  EXPECT_THAT(FieldsOf(CancelAs("crm", empty)), ElementsAre("name", "reason"));
  EXPECT_THAT(FieldsOf(ChangeAs("jane", ToChange(v1::REQUEST_CHANGE_UNSPECIFIED))),
              ElementsAre("change"));
  EXPECT_THAT(FieldsOf(CancelAs("crm", ToCancel({0, 0}))), ElementsAre("ordinals"));
  EXPECT_THAT(FieldsOf(CancelAs("crm", ToCancel({-1}))), ElementsAre("ordinals"));
  std::vector<int> too_many;
  for (int i = 0; i <= kMaxIdentifiersPerRequest; ++i) too_many.push_back(i);
  EXPECT_THAT(FieldsOf(CancelAs("crm", ToCancel(too_many))), ElementsAre("ordinals"));
  EXPECT_THAT(States(), ElementsAre("0-2 ready"));
}

TEST_F(RequestChanges, SaysWhatThereIsNot) {
  EXPECT_EQ(ReasonOf(CancelAs("crm", ToCancel({3}))), "ITEM_NOT_FOUND");
  auto request = ToCancel();
  request.set_name("accounts/shop/privacyRequests/4711");
  const auto status = CancelAs("crm", request);
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "REQUEST_NOT_FOUND");
}

TEST_F(RequestChanges, SaysWhenTheStoreIsAway) {
  changer_.FailWith(
      Error{ErrorCode::kUnavailable, Text(ErrorReason::kStoreUnavailable), "the database is away"});
  const auto status = ChangeAs("jane", ToChange(v1::REQUEST_CHANGE_HOLD));
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), HasSubstr("the database is away"));
}

}  // namespace
}  // namespace lethe::api
