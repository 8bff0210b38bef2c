#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "access_world.h"
#include "lethe/v1/reading_service.grpc.pb.h"

namespace lethe::api {
namespace {

using grpc::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ReadingServiceTest : public AccessWorld {
 protected:
  /// Calls as a principal of this name; as anyone where nobody was let in.
  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (v1::ReadingService::Stub::*method)(grpc::ClientContext*,
                                                                     const Request&, Response*),
                    const Request& request, Response* response, const std::string& as = "crm") {
    grpc::ClientContext context;
    Show(context, as);
    return (reading_.get()->*method)(&context, request, response);
  }

  std::vector<std::string> Fields(const grpc::Status& status) {
    std::vector<std::string> fields;
    const google::rpc::BadRequest bad = ViolationsOf(status);
    for (const auto& violation : bad.field_violations()) {
      fields.push_back(violation.field());
    }
    return fields;
  }

  void LetIn(std::vector<Grant> grants) {
    directory_.Use(access::Directory({Named("crm", std::move(grants), kEnd)}));
  }

  static ExceptionView Refused(const std::string& account, Operation operation, int pos) {
    return {.account = account,
            .request = RequestId{5},
            .operation = operation,
            .kind = IdentifierKind::kIdentity,
            .ordinal = pos,
            .state = BatchState::kRejected,
            .reason = "vendor_code_516",
            .since = TimePoint() + std::chrono::hours(1),
            .envelope = EnvelopeId{9},
            .pos = pos};
  }

  using Stub = v1::ReadingService::Stub;
  std::unique_ptr<Stub> reading_ = v1::ReadingService::NewStub(channel_);
};

TEST_F(ReadingServiceTest, OfEveryAccountShowsWhatIsGranted) {
  LetIn({{.role = Role::kReader, .accounts = {"shop"}},
         {.role = Role::kReader, .accounts = {"bank"}, .operations = {Operation::kDemerge}}});
  lists_.exceptions = {Refused("shop", Operation::kErasure, 3),
                       Refused("bank", Operation::kErasure, 2),
                       Refused("bank", Operation::kDemerge, 1)};
  v1::ListExceptionsRequest request;
  request.set_parent("accounts/-");
  v1::ListExceptionsResponse response;
  ASSERT_TRUE(Call(&Stub::ListExceptions, request, &response).ok());
  ASSERT_EQ(response.exceptions_size(), 2);
  EXPECT_EQ(response.exceptions(0).privacy_request(), "accounts/shop/privacyRequests/5");
  EXPECT_EQ(response.exceptions(0).vendor_code(), "516");
  EXPECT_EQ(response.exceptions(0).state(), v1::ITEM_STATE_REJECTED);
  EXPECT_EQ(response.exceptions(1).operation(), v1::OPERATION_DEMERGE);

  request.set_operation(v1::OPERATION_ERASURE);
  ASSERT_TRUE(Call(&Stub::ListExceptions, request, &response).ok());
  EXPECT_EQ(response.exceptions_size(), 1);
  ASSERT_EQ(lists_.asked_scopes.size(), 1U);
  EXPECT_EQ(lists_.asked_scopes[0].account, "shop");
}

TEST_F(ReadingServiceTest, ListsOfManyAccountsHavePages) {
  for (const std::string account : {"shop", "bank"}) {
    auto request = Erasure("k");
    request.set_parent("accounts/" + account);
    ASSERT_TRUE(Create(request).ok());
  }
  v1::ListPrivacyRequestsRequest request;
  request.set_parent("accounts/-");
  request.set_page_size(1);
  request.mutable_filter()->add_states(v1::PrivacyRequest::STATE_QUEUED);
  std::vector<std::string> names;
  do {
    grpc::ClientContext context;
    v1::ListPrivacyRequestsResponse page;
    ASSERT_TRUE(stub_->ListPrivacyRequests(&context, request, &page).ok());
    ASSERT_EQ(page.privacy_requests_size(), 1);
    names.push_back(page.privacy_requests(0).name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  ASSERT_EQ(names.size(), 2U);
  EXPECT_THAT(names[0], HasSubstr("accounts/bank/"));
  EXPECT_THAT(names[1], HasSubstr("accounts/shop/"));
}

TEST_F(ReadingServiceTest, APageTokenIsOfOneFilterAndDoesNotTellIt) {
  for (const char* key : {"a", "b"}) ASSERT_TRUE(Create(Erasure(key)).ok());
  v1::ListPrivacyRequestsRequest request;
  request.set_parent("accounts/shop");
  request.set_page_size(1);
  request.mutable_filter()->set_principal("anonymous");
  v1::ListPrivacyRequestsResponse page;
  grpc::ClientContext first;
  ASSERT_TRUE(stub_->ListPrivacyRequests(&first, request, &page).ok());
  ASSERT_THAT(page.next_page_token(), Not(IsEmpty()));
  request.set_page_token(page.next_page_token());
  request.mutable_filter()->set_principal("others");
  grpc::ClientContext second;
  const auto status = stub_->ListPrivacyRequests(&second, request, &page);
  EXPECT_THAT(Fields(status), ElementsAre("page_token"));
}

TEST_F(ReadingServiceTest, NamesTheFieldsOfAFilterThatAreWrong) {
  v1::ListPrivacyRequestsRequest request;
  request.set_parent("shop");
  request.set_order(v1::REQUEST_ORDER_DUE_TIME);
  v1::RequestFilter& filter = *request.mutable_filter();
  filter.set_operation(static_cast<v1::Operation>(9));
  filter.set_idempotency_key("  ");
  filter.add_states(v1::PrivacyRequest::STATE_UNSPECIFIED);
  filter.mutable_due_time()->mutable_start_time()->set_seconds(5);
  filter.mutable_due_time()->mutable_end_time()->set_seconds(5);
  grpc::ClientContext context;
  v1::ListPrivacyRequestsResponse page;
  const auto status = stub_->ListPrivacyRequests(&context, request, &page);
  EXPECT_THAT(Fields(status), testing::UnorderedElementsAre(
                                  "parent", "order", "filter.operation", "filter.idempotency_key",
                                  "filter.states[0]", "filter.due_time.end_time"));
}

TEST_F(ReadingServiceTest, SumsNeedATimeThatIsOne) {
  v1::SummarizePrivacyRequestsRequest request;
  request.set_parent("accounts/shop");
  v1::SummarizePrivacyRequestsResponse response;
  auto status = Call(&Stub::SummarizePrivacyRequests, request, &response);
  EXPECT_THAT(Fields(status), ElementsAre("start_time", "end_time"));
  request.mutable_start_time()->set_seconds(0);
  request.mutable_end_time()->set_seconds(751L * 24 * 60 * 60);
  request.set_time_zone("Nowhere/Land");
  status = Call(&Stub::SummarizePrivacyRequests, request, &response);
  EXPECT_THAT(Fields(status), ElementsAre("end_time", "time_zone"));

  lists_.summary.periods.push_back({.account = "shop",
                                    .operation = Operation::kErasure,
                                    .from = TimePoint(),
                                    .received = 4,
                                    .by_outcome = {3, 2, 1, 0},
                                    .median_days = 1.5,
                                    .mean_days = 2,
                                    .p95_days = 3});
  lists_.summary.open.push_back({.account = "shop",
                                 .operation = Operation::kErasure,
                                 .open = 7,
                                 .overdue = 2,
                                 .due_soon = 1,
                                 .oldest = TimePoint()});
  request.mutable_end_time()->set_seconds(1);
  request.set_time_zone("Asia/Kolkata");
  ASSERT_TRUE(Call(&Stub::SummarizePrivacyRequests, request, &response).ok());
  EXPECT_EQ(response.periods(0).complete_in_part_count(), 2);
  EXPECT_EQ(response.periods(0).days().median(), 1.5);
  EXPECT_EQ(response.open(0).overdue_count(), 2);
}

TEST_F(ReadingServiceTest, LooksAPersonUpOnlyForAReasonAndWhereTheCallerMayRead) {
  LetIn({{.role = Role::kReader, .accounts = {"shop"}}});
  lists_.subject_items = {{.account = "bank",
                           .request = RequestId{4},
                           .operation = {},
                           .kind = {},
                           .create_time = {},
                           .due_time = {},
                           .item = {}},
                          {.account = "shop",
                           .request = RequestId{5},
                           .operation = Operation::kErasure,
                           .kind = IdentifierKind::kIdentity,
                           .create_time = TimePoint(),
                           .due_time = {},
                           .item = {.ordinal = 2,
                                    .state = BatchState::kDone,
                                    .reason = "",
                                    .attempt_count = 1,
                                    .not_before = {},
                                    .accepted_at = {},
                                    .window_end = {},
                                    .finished_at = {}}}};
  v1::LookupSubjectRequest request;
  request.set_parent("accounts/-");
  v1::LookupSubjectResponse response;
  auto status = Call(&Stub::LookupSubject, request, &response);
  EXPECT_THAT(Fields(status), ElementsAre("identifier", "justification"));
  EXPECT_THAT(lists_.looked_up, IsEmpty());
  request.set_identifier("ann@example.org");
  request.set_justification("DSR-4711");
  ASSERT_TRUE(Call(&Stub::LookupSubject, request, &response).ok());
  ASSERT_EQ(response.items_size(), 1);
  EXPECT_EQ(response.items(0).privacy_request(), "accounts/shop/privacyRequests/5");
  EXPECT_EQ(response.items(0).item().ordinal(), 2);
  EXPECT_THAT(response.ShortDebugString(), Not(HasSubstr("ann")));
}

}  // namespace
}  // namespace lethe::api
