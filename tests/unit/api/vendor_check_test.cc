#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "in_process_server.h"

namespace lethe::api {
namespace {

using namespace std::chrono_literals;
using grpc::StatusCode;
using testing::IsEmpty;
using testing::SizeIs;

class AskingTheVendor : public InProcessServer {
 protected:
  AskingTheVendor() {
    request_.set_parent("accounts/shop");
    request_.set_idempotency_key("k");
    for (const char* phone : {"+12025550100", "+12025550100", "+12025550102"}) {
      request_.mutable_disassociation()->add_phones(phone);
    }
    request_.set_validate_only(true);
    request_.set_check_with_vendor(true);
  }

  v1::CreatePrivacyRequestRequest request_;
};

TEST_F(AskingTheVendor, TellsWhatItSaysAndKeepsNothing) {
  vendor_check_.AnswerWith(
      VendorOpinion{.taken = 1, .faults = {{2, FaultKind::kPermanent, "516"}}});
  v1::PrivacyRequest answer;
  const auto status = Create(request_, &answer);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.name(), "");
  EXPECT_EQ(answer.item_count(), 2);
  EXPECT_EQ(answer.duplicate_count(), 1);
  EXPECT_EQ(answer.vendor_check().taken_count(), 1);
  EXPECT_FALSE(answer.vendor_check().refused());
  ASSERT_THAT(answer.vendor_check().faults(), SizeIs(1));
  EXPECT_EQ(answer.vendor_check().faults(0).ordinal(), 2);
  EXPECT_EQ(answer.vendor_check().faults(0).kind(), v1::VendorFault::KIND_PERMANENT);
  EXPECT_EQ(answer.vendor_check().faults(0).code(), "516");
  EXPECT_EQ(store_.request_count(), 0);
  ASSERT_THAT(vendor_check_.asked(), SizeIs(1));
  EXPECT_THAT(vendor_check_.asked()[0], SizeIs(2));
}

TEST_F(AskingTheVendor, TellsThatItRefusedTheWhole) {
  vendor_check_.AnswerWith(VendorOpinion{.refused = true, .code = "400"});
  v1::PrivacyRequest answer;
  ASSERT_TRUE(Create(request_, &answer).ok());
  EXPECT_TRUE(answer.vendor_check().refused());
  EXPECT_EQ(answer.vendor_check().code(), "400");
  EXPECT_EQ(answer.vendor_check().taken_count(), 0);
}

TEST_F(AskingTheVendor, SaysWhenToComeBackIfItCannotBeAsked) {
  vendor_check_.AnswerWith(Error{.code = ErrorCode::kUnavailable,
                                 .reason = "VENDOR_BUSY",
                                 .message = "busy",
                                 .retry_after = 1s});
  const auto status = Create(request_);
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "VENDOR_BUSY");
}

TEST_F(AskingTheVendor, HappensOnlyWhenItIsWanted) {
  request_.set_check_with_vendor(false);
  v1::PrivacyRequest answer;
  ASSERT_TRUE(Create(request_, &answer).ok());
  EXPECT_FALSE(answer.has_vendor_check());

  request_.set_check_with_vendor(true);
  request_.set_validate_only(false);
  const auto status = Create(request_);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  ASSERT_THAT(ViolationsOf(status).field_violations(), SizeIs(1));
  EXPECT_EQ(ViolationsOf(status).field_violations(0).field(), "check_with_vendor");

  request_.set_validate_only(true);
  request_.set_parent("accounts/nobody");
  EXPECT_EQ(ReasonOf(Create(request_)), "ACCOUNT_NOT_FOUND");
  EXPECT_THAT(vendor_check_.asked(), IsEmpty());
  EXPECT_EQ(store_.request_count(), 0);
}

}  // namespace
}  // namespace lethe::api
