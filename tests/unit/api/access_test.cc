#include <gmock/gmock.h>

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "access_world.h"

namespace lethe::api {
namespace {

using access::Refusal;
using google::protobuf::MethodDescriptor;
using grpc::StatusCode;
using testing::ElementsAre;
using testing::Not;
using testing::SizeIs;
using enum Permission;

/// Written out once more.
const std::map<std::string, Permission> kMethods{{"CreatePrivacyRequest", kSubmit},
                                                 {"GetPrivacyRequest", kRead},
                                                 {"ListPrivacyRequests", kRead},
                                                 {"ListPrivacyRequestItems", kRead},
                                                 {"CancelPrivacyRequest", kSubmit},
                                                 {"ChangePrivacyRequest", kDecide},
                                                 {"RetryPrivacyRequest", kSubmit},
                                                 {"ExtendDueTime", kDecide},
                                                 {"ChangeSubjectHold", kDecide},
                                                 {"ListReviews", kInspect},
                                                 {"GetReview", kInspect},
                                                 {"ResolveReview", kDecide},
                                                 {"PreviewReviews", kInspect},
                                                 {"ResolveReviews", kDecide},
                                                 {"ListAccounts", kInspect},
                                                 {"GetAccount", kInspect},
                                                 {"ResumeAccount", kDecide},
                                                 {"PauseCalls", kDecide},
                                                 {"ResumeCalls", kDecide},
                                                 {"ListPauses", kInspect},
                                                 {"GetRecovery", kInspect},
                                                 {"ResumeRecovery", kDecide},
                                                 {"ListAuditEvents", kAudit},
                                                 {"ListExceptions", kRead},
                                                 {"SummarizePrivacyRequests", kRead},
                                                 {"LookupSubject", kRead}};

class AccessTest : public AccessWorld {
 protected:
  void SetUp() override { LetIn(std::vector<access::Member>{}); }

  /// Lets in one principal for each role, which has it for `shop`, and `more`.
  void LetIn(std::vector<access::Member> more) {
    for (const Role role : kAll<Role>) {
      more.push_back(Named(Text(role), {{.role = role, .accounts = {"shop"}}}, kEnd));
    }
    directory_.Use(access::Directory(std::move(more)));
  }

  /// One principal `crm` with the token `token of crm`.
  void LetIn(std::vector<Grant> grants) { LetIn({Named("crm", std::move(grants), kEnd)}); }

  /// Calls any method with a message that has nothing but the name of what it is about.
  grpc::Status CallWith(const std::string& header, const MethodDescriptor& method,
                        const std::string& account) {
    const auto message = New(method.input_type());
    for (const char* field : {"parent", "name"}) {
      if (const auto* found = method.input_type()->FindFieldByName(field)) {
        message->GetReflection()->SetString(message.get(), found, NameOf(method, account));
      }
    }
    return AccessWorld::CallWith(header, method, *message);
  }
  grpc::Status Call(const std::string& principal, const MethodDescriptor& method,
                    const std::string& account) {
    return CallWith("Bearer token of " + principal, method, account);
  }

  static std::string NameOf(const MethodDescriptor& method, const std::string& account) {
    const std::string name = "accounts/" + account;
    static const std::set<std::string> kOfRequests{
        "GetPrivacyRequest",    "ListPrivacyRequestItems", "CancelPrivacyRequest",
        "ChangePrivacyRequest", "RetryPrivacyRequest",     "ExtendDueTime"};
    if (kOfRequests.contains(method.name())) return name + "/privacyRequests/1";
    const bool is_review = method.name() == "GetReview" || method.name() == "ResolveReview";
    return is_review ? name + "/reviews/1-0" : name;
  }

  static bool NamesAnAccount(const MethodDescriptor& method) {
    return method.input_type()->FindFieldByName("parent") != nullptr ||
           method.input_type()->FindFieldByName("name") != nullptr;
  }

  grpc::Status CreateAs(const std::string& principal,
                        const v1::CreatePrivacyRequestRequest& request,
                        v1::PrivacyRequest* response) {
    grpc::ClientContext context;
    Show(context, principal);
    return stub_->CreatePrivacyRequest(&context, request, response);
  }

  static v1::CreatePrivacyRequestRequest DemergeOf(const std::string& key) {
    v1::CreatePrivacyRequestRequest request = Erasure(key);
    request.mutable_demerge()->add_identities("ann");
    return request;
  }

  template <typename Request, typename Response, typename Stub>
  grpc::Status CallAs(const std::string& principal, Stub& stub,
                      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                      const Request& request, Response* response) {
    grpc::ClientContext context;
    Show(context, principal);
    return (stub.*method)(&context, request, response);
  }

  std::unique_ptr<v1::OperatorService::Stub> operators_ = v1::OperatorService::NewStub(channel_);
  using Requests = v1::PrivacyRequestService::Stub;
  using Operators = v1::OperatorService::Stub;
};

TEST(MethodPermissions, EveryMethodHasOneWhichTheServerKnowsByTheSameName) {
  std::set<std::string> names;
  for (const auto* method : AllMethods()) {
    names.insert(method->name());
    const auto permission = method->options().GetExtension(v1::permission);
    ASSERT_NE(permission, v1::PERMISSION_UNSPECIFIED) << method->full_name();
    std::string word = Text(kMethods.at(method->name()));
    for (char& c : word) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(v1::Permission_Name(permission), "PERMISSION_" + word) << method->full_name();
  }
  EXPECT_EQ(names.size(), kMethods.size());
  EXPECT_EQ(v1::Permission_descriptor()->value_count(),
            static_cast<int>(kAll<Permission>.size()) + 1);
}

TEST_F(AccessTest, EveryRoleMayCallTheMethodsOfItsPermissionsAndNoOthers) {
  for (const auto* method : AllMethods()) {
    for (const Role role : kAll<Role>) {
      const auto status = Call(Text(role), *method, "shop");
      SCOPED_TRACE(method->name() + " as " + Text(role) + ": " + status.error_message());
      const bool acts_on_all = method->name() == "ResumeRecovery";
      if (Has(role, kMethods.at(method->name())) && !acts_on_all) {
        EXPECT_NE(status.error_code(), StatusCode::PERMISSION_DENIED);
        EXPECT_NE(status.error_code(), StatusCode::UNAUTHENTICATED);
        EXPECT_NE(ReasonOf(status), "ACCOUNT_NOT_FOUND");
      } else {
        EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
        EXPECT_EQ(ReasonOf(status), "NOT_PERMITTED");
        EXPECT_EQ(refused().back(), (Refused{Refusal::kNotPermitted, method->name(), Text(role)}));
      }
    }
  }
}

TEST_F(AccessTest, AnotherAccountIsForEveryRoleAsIfThereWereNone) {
  for (const auto* method : AllMethods()) {
    if (!NamesAnAccount(*method)) continue;
    for (const Role role : kAll<Role>) {
      SCOPED_TRACE(method->name() + " as " + Text(role));
      const auto other = Call(Text(role), *method, "bank");
      const auto unknown = Call(Text(role), *method, "nowhere");
      const auto former = Call(Text(role), *method, "former");
      EXPECT_EQ(ReasonOf(other), "ACCOUNT_NOT_FOUND");
      EXPECT_EQ(other.error_message(), unknown.error_message());
      EXPECT_EQ(other.error_details(), unknown.error_details());
      EXPECT_EQ(former.error_details(), unknown.error_details());
      EXPECT_EQ(refused().back().cause, Refusal::kNotSeen);
    }
  }
}

TEST_F(AccessTest, WhoIsNotRecognisedHearsTheSameWhateverTheCause) {
  LetIn({Named("late", {{.role = Role::kAdministrator, .every_account = true}}, clock_.Now())});
  for (const auto* method : AllMethods()) {
    SCOPED_TRACE(method->name());
    const auto none = CallWith("", *method, "shop");
    EXPECT_EQ(none.error_code(), StatusCode::UNAUTHENTICATED);
    EXPECT_EQ(ReasonOf(none), "NOT_RECOGNISED");
    EXPECT_EQ(refused().back(), (Refused{Refusal::kNoCredential, method->name(), ""}));
    for (const std::string header : {"Bearer wrong", "Bearer ", "Bearer", "Basic dG9rZW4=",
                                     "token of reader", "Bearer  token of reader"}) {
      const auto wrong = CallWith(header, *method, "shop");
      EXPECT_EQ(wrong.error_details(), none.error_details()) << header;
      EXPECT_EQ(refused().back(), (Refused{Refusal::kUnknownCredential, method->name(), ""}));
    }
    const auto late = Call("late", *method, "shop");
    EXPECT_EQ(late.error_details(), none.error_details());
    EXPECT_EQ(refused().back(), (Refused{Refusal::kExpiredCredential, method->name(), "late"}));
  }
}

TEST_F(AccessTest, TheWordBearerIsOfNoCase) {
  const auto* method = v1::Review::descriptor()->file()->service(0)->FindMethodByName("ListPauses");
  EXPECT_TRUE(CallWith("bearer token of reader", *method, "").ok());
  EXPECT_TRUE(CallWith("BEARER token of reader", *method, "").ok());
}

TEST_F(AccessTest, ATokenThatHasEndedNamesNobodyFromThatMomentOn) {
  v1::PrivacyRequest response;
  EXPECT_TRUE(CreateAs("submitter", Erasure("a"), &response).ok());
  clock_.Advance(std::chrono::hours(1));
  EXPECT_EQ(CreateAs("submitter", Erasure("b"), &response).error_code(),
            StatusCode::UNAUTHENTICATED);
}

TEST_F(AccessTest, AChangeOfTheDirectoryHoldsFromTheNextCallOnOfTheSameConnection) {
  v1::PrivacyRequest response;
  ASSERT_TRUE(CreateAs("submitter", Erasure("a"), &response).ok());
  directory_.Use(access::Directory(std::vector<access::Member>{}));
  EXPECT_EQ(CreateAs("submitter", Erasure("b"), &response).error_code(),
            StatusCode::UNAUTHENTICATED);
}

TEST_F(AccessTest, WhoMayNotIsToldSoBeforeTheFieldsAreLookedAt) {
  v1::CreatePrivacyRequestRequest request;
  v1::PrivacyRequest response;
  request.set_parent("nonsense");
  EXPECT_EQ(CreateAs("reader", request, &response).error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(CreateAs("submitter", request, &response).error_code(), StatusCode::INVALID_ARGUMENT);
  request.set_parent("accounts/bank");
  EXPECT_EQ(ReasonOf(CreateAs("submitter", request, &response)), "ACCOUNT_NOT_FOUND");
}

TEST_F(AccessTest, ADenialSaysWhatWouldBeNeeded) {
  v1::PrivacyRequest response;
  EXPECT_EQ(CreateAs("reader", DemergeOf("k"), &response).error_message(),
            "reader lacks the permission submit for accounts/shop and demerge; roles that have "
            "it: submitter, administrator");
}

TEST_F(AccessTest, ARequestCarriesItsPrincipal) {
  v1::PrivacyRequest created;
  ASSERT_TRUE(CreateAs("submitter", Erasure("k"), &created).ok());
  EXPECT_EQ(created.principal(), "submitter");
  v1::GetPrivacyRequestRequest get;
  get.set_name(created.name());
  v1::PrivacyRequest read;
  ASSERT_TRUE(CallAs("reader", *stub_, &Requests::GetPrivacyRequest, get, &read).ok());
  EXPECT_EQ(read.principal(), "submitter");
}

TEST_F(AccessTest, KeysOfTwoPrincipalsDoNotMeet) {
  v1::PrivacyRequest first;
  v1::PrivacyRequest second;
  v1::PrivacyRequest again;
  ASSERT_TRUE(CreateAs("submitter", Erasure("k", "ann"), &first).ok());
  ASSERT_TRUE(CreateAs("administrator", Erasure("k", "bob"), &second).ok());
  ASSERT_TRUE(CreateAs("submitter", Erasure("k", "ann"), &again).ok());
  EXPECT_NE(first.name(), second.name());
  EXPECT_EQ(first.name(), again.name());
}

TEST_F(AccessTest, RequestsFromBeforeTheAccessFileStayReadable) {
  directory_.Use(access::Directory::Open());
  v1::PrivacyRequest created;
  ASSERT_TRUE(Create(Erasure("k"), &created).ok());
  LetIn(std::vector<Grant>{});
  v1::GetPrivacyRequestRequest get;
  get.set_name(created.name());
  v1::PrivacyRequest read;
  ASSERT_TRUE(CallAs("reader", *stub_, &Requests::GetPrivacyRequest, get, &read).ok());
  EXPECT_EQ(read.principal(), "anonymous");
}

TEST_F(AccessTest, OtherOperationsThanThoseGrantedCannotBeHandedOver) {
  LetIn(std::vector<Grant>{
      {.role = Role::kSubmitter, .accounts = {"shop"}, .operations = {Operation::kErasure}}});
  v1::PrivacyRequest response;
  EXPECT_TRUE(CreateAs("crm", Erasure("a"), &response).ok());
  EXPECT_EQ(CreateAs("crm", DemergeOf("b"), &response).error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(store_.request_count(), 1);
}

TEST_F(AccessTest, RequestsOfOtherOperationsDoNotExist) {
  LetIn(std::vector<Grant>{
      {.role = Role::kReader, .accounts = {"shop"}, .operations = {Operation::kErasure}}});
  v1::PrivacyRequest erasure;
  v1::PrivacyRequest demerge;
  ASSERT_TRUE(CreateAs("submitter", Erasure("a"), &erasure).ok());
  ASSERT_TRUE(CreateAs("submitter", DemergeOf("b"), &demerge).ok());

  v1::GetPrivacyRequestRequest get;
  v1::PrivacyRequest read;
  get.set_name(erasure.name());
  EXPECT_TRUE(CallAs("crm", *stub_, &Requests::GetPrivacyRequest, get, &read).ok());
  get.set_name(demerge.name());
  const auto hidden = CallAs("crm", *stub_, &Requests::GetPrivacyRequest, get, &read);
  get.set_name("accounts/shop/privacyRequests/1");
  const auto missing = CallAs("crm", *stub_, &Requests::GetPrivacyRequest, get, &read);
  EXPECT_EQ(ReasonOf(hidden), "REQUEST_NOT_FOUND");
  EXPECT_EQ(hidden.error_details(), missing.error_details());

  v1::ListPrivacyRequestsRequest list;
  list.set_parent("accounts/shop");
  v1::ListPrivacyRequestsResponse requests;
  ASSERT_TRUE(CallAs("crm", *stub_, &Requests::ListPrivacyRequests, list, &requests).ok());
  ASSERT_THAT(requests.privacy_requests(), SizeIs(1));
  EXPECT_EQ(requests.privacy_requests(0).name(), erasure.name());

  v1::ListPrivacyRequestItemsRequest list_items;
  v1::ListPrivacyRequestItemsResponse items;
  list_items.set_parent(erasure.name());
  EXPECT_TRUE(CallAs("crm", *stub_, &Requests::ListPrivacyRequestItems, list_items, &items).ok());
  list_items.set_parent(demerge.name());
  EXPECT_EQ(ReasonOf(CallAs("crm", *stub_, &Requests::ListPrivacyRequestItems, list_items, &items)),
            "REQUEST_NOT_FOUND");
}

class ReviewAccessTest : public AccessTest {
 protected:
  void SetUp() override {
    LetIn(std::vector<Grant>{
        {.role = Role::kOperator, .accounts = {"shop"}, .operations = {Operation::kDemerge}}});
    AddReview(7);  // an erasure
    fakes::BatchRow demerge = AddReview(8);
    demerge.route.operation = Operation::kDemerge;
    reviews_.SetBatch(demerge);
  }

  grpc::Status Resolve(const std::string& principal, std::int64_t envelope) {
    v1::GetReviewRequest get;
    get.set_name(ReviewNamed(envelope));
    v1::Review review;
    EXPECT_TRUE(CallAs("administrator", *operators_, &Operators::GetReview, get, &review).ok());
    v1::ResolveReviewRequest request;
    request.set_name(get.name());
    request.set_etag(review.etag());
    request.set_decision(v1::REVIEW_DECISION_CANCEL);
    request.set_justification("a test says so");
    v1::AuditEvent event;
    const auto status = CallAs(principal, *operators_, &Operators::ResolveReview, request, &event);
    EXPECT_EQ(event.principal(), status.ok() ? principal : "");
    EXPECT_EQ(event.means(), status.ok() ? "token" : "");
    return status;
  }
};

TEST_F(ReviewAccessTest, ReviewsOfOtherOperationsDoNotExist) {
  v1::ListReviewsRequest list;
  list.set_parent("accounts/shop");
  v1::ListReviewsResponse reviews;
  ASSERT_TRUE(CallAs("crm", *operators_, &Operators::ListReviews, list, &reviews).ok());
  ASSERT_THAT(reviews.reviews(), SizeIs(1));
  EXPECT_EQ(reviews.reviews(0).name(), ReviewNamed(8));

  v1::GetReviewRequest get;
  v1::Review review;
  get.set_name(ReviewNamed(7));
  EXPECT_EQ(ReasonOf(CallAs("crm", *operators_, &Operators::GetReview, get, &review)),
            "REVIEW_NOT_FOUND");
}

TEST_F(ReviewAccessTest, OnlyReviewsOfTheOperationsGrantedCanBeDecided) {
  EXPECT_EQ(ReasonOf(Resolve("crm", 7)), "REVIEW_NOT_FOUND");
  EXPECT_EQ(StateOf(7), BatchState::kNeedsReview);
  const auto resolved = Resolve("crm", 8);
  EXPECT_TRUE(resolved.ok()) << resolved.error_message();
  EXPECT_EQ(StateOf(8), BatchState::kCancelled);
  EXPECT_TRUE(Resolve("operator", 7).ok());
}

TEST_F(ReviewAccessTest, AGroupIsOfAnOperationThatIsGranted) {
  clock_.Advance(std::chrono::seconds(1));
  v1::PreviewReviewsRequest preview;
  preview.set_parent("accounts/shop");
  v1::ReviewGroup group;
  const auto call = [&] {
    return CallAs("crm", *operators_, &Operators::PreviewReviews, preview, &group);
  };
  EXPECT_EQ(call().error_code(), StatusCode::PERMISSION_DENIED);
  preview.mutable_filter()->set_operation(v1::OPERATION_ERASURE);
  EXPECT_EQ(call().error_code(), StatusCode::PERMISSION_DENIED);
  preview.mutable_filter()->set_operation(v1::OPERATION_DEMERGE);
  EXPECT_TRUE(call().ok());
  EXPECT_EQ(group.review_count(), 1);
}

TEST_F(ReviewAccessTest, WhatConcernsTheAccountAsAWholeNeedsEveryOperation) {
  v1::ListAuditEventsRequest audit;
  audit.set_parent("accounts/shop");
  v1::ListAuditEventsResponse events;
  EXPECT_EQ(CallAs("crm", *operators_, &Operators::ListAuditEvents, audit, &events).error_code(),
            StatusCode::PERMISSION_DENIED);
  v1::ResumeAccountRequest resume;
  resume.set_name("accounts/shop");
  v1::Account account;
  EXPECT_EQ(CallAs("crm", *operators_, &Operators::ResumeAccount, resume, &account).error_code(),
            StatusCode::PERMISSION_DENIED);
}

TEST_F(ReviewAccessTest, APauseNeedsTheOperationsThatItStops) {
  v1::PauseCallsRequest pause;
  pause.set_parent("accounts/shop");
  pause.set_reason("ticket 17");
  v1::PauseCallsResponse paused;
  const auto call = [&](const std::string& principal) {
    return CallAs(principal, *operators_, &Operators::PauseCalls, pause, &paused);
  };
  for (const char* api : {"", "delete", "profile", "nonsense"}) {
    pause.set_api(api);
    EXPECT_EQ(call("crm").error_code(), StatusCode::PERMISSION_DENIED) << api;
  }
  pause.set_api("demerge");
  EXPECT_TRUE(call("crm").ok());
  EXPECT_EQ(paused.pause().principal(), "crm");

  pause.set_parent("accounts/-");
  EXPECT_EQ(call("administrator").error_code(), StatusCode::PERMISSION_DENIED);
}

TEST_F(AccessTest, APauseOfEveryAccountNeedsAGrantForEveryAccount) {
  LetIn(std::vector<Grant>{{.role = Role::kOperator, .every_account = true}});
  v1::PauseCallsRequest pause;
  pause.set_parent("accounts/-");
  pause.set_reason("ticket 17");
  v1::PauseCallsResponse paused;
  EXPECT_TRUE(CallAs("crm", *operators_, &Operators::PauseCalls, pause, &paused).ok());
}

TEST_F(AccessTest, ResumingAfterALostHistoryNeedsAGrantForEveryAccount) {
  LetIn(std::vector<Grant>{{.role = Role::kOperator, .every_account = true}});
  v1::ResumeRecoveryRequest request;
  v1::Recovery recovery;
  EXPECT_EQ(
      CallAs("operator", *operators_, &Operators::ResumeRecovery, request, &recovery).error_code(),
      StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(CallAs("crm", *operators_, &Operators::ResumeRecovery, request, &recovery).error_code(),
            StatusCode::INVALID_ARGUMENT);
}

TEST_F(AccessTest, ListsOfAccountsAndPausesShowThoseThatMayBeInspected) {
  const auto pause = [&](const std::string& account) {
    ASSERT_TRUE(
        pauses_
            .Begin({.scope = {.account = account}, .reason = "r", .principal = "p", .ends_at = {}})
            .ok());
  };
  for (const char* account : {"", "shop", "bank"}) pause(account);

  v1::ListAccountsResponse accounts;
  ASSERT_TRUE(CallAs("reader", *operators_, &Operators::ListAccounts, {}, &accounts).ok());
  ASSERT_THAT(accounts.accounts(), SizeIs(1));
  EXPECT_EQ(accounts.accounts(0).name(), "accounts/shop");
  v1::ListPausesResponse pauses;
  ASSERT_TRUE(CallAs("reader", *operators_, &Operators::ListPauses, {}, &pauses).ok());
  ASSERT_THAT(pauses.pauses(), SizeIs(2));
  EXPECT_EQ(pauses.pauses(0).parent(), "accounts/-");
  EXPECT_EQ(pauses.pauses(1).parent(), "accounts/shop");
}

TEST_F(AccessTest, ALostHistoryNamesTheAccountsThatMayBeInspected) {
  recovery_.recovery = {.since = clock_.Now(),
                        .remembered = 7,
                        .lost = {{"bank", Api::kDelete, 3, 0, clock_.Now(), clock_.Now()},
                                 {"shop", Api::kDelete, 4, 0, clock_.Now(), clock_.Now()}}};
  v1::Recovery recovery;
  ASSERT_TRUE(CallAs("reader", *operators_, &Operators::GetRecovery, {}, &recovery).ok());
  ASSERT_THAT(recovery.lost_calls(), SizeIs(1));
  EXPECT_EQ(recovery.lost_calls(0).account(), "accounts/shop");
  EXPECT_EQ(recovery.remembered_call_count(), 7);
}

TEST_F(AccessTest, ATokenRotatesWithoutAGap) {
  access::Member crm = Named("crm", {{.role = Role::kSubmitter, .accounts = {"shop"}}}, kEnd);
  crm.tokens.push_back(
      {.digest = access::TokenDigest::Of("token of next"), .until = kEnd + std::chrono::hours(1)});
  LetIn({std::move(crm)});
  v1::PrivacyRequest before;
  v1::PrivacyRequest after;
  ASSERT_TRUE(CreateAs("crm", Erasure("a"), &before).ok());
  ASSERT_TRUE(CreateAs("next", Erasure("a"), &after).ok());
  EXPECT_EQ(before.name(), after.name()) << "one principal, so its keys are the same";
  clock_.Advance(std::chrono::hours(1));
  EXPECT_EQ(CreateAs("crm", Erasure("a"), &before).error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(CreateAs("next", Erasure("a"), &after).ok());
  clock_.Advance(std::chrono::hours(1));
  EXPECT_EQ(CreateAs("next", Erasure("a"), &after).error_code(), StatusCode::UNAUTHENTICATED);
}

TEST_F(AccessTest, TheHealthServiceNeedsNoCredential) {
  EXPECT_TRUE(server_->Answers(std::chrono::seconds(5)));
}

}  // namespace
}  // namespace lethe::api
