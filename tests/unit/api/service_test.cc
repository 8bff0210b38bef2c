#include <gmock/gmock.h>

#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "in_process_server.h"
#include "lethe/limits.h"
#include "support/canary.h"

namespace lethe::api {
namespace {

using grpc::StatusCode;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

using test::kCanary;

using Service = InProcessServer;

RequestId IdOf(const v1::PrivacyRequest& request) {
  return RequestId{std::stoll(request.name().substr(request.name().rfind('/') + 1))};
}

TEST_F(Service, KeepsARequestAndShowsIt) {
  v1::PrivacyRequest created;
  auto request = Erasure("k");
  request.mutable_erasure()->add_identities("bob");
  request.mutable_erasure()->add_identities("ann");
  const auto status = Create(request, &created);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_THAT(created.name(), testing::StartsWith("accounts/shop/privacyRequests/"));
  EXPECT_EQ(created.state(), v1::PrivacyRequest::STATE_QUEUED);
  EXPECT_EQ(created.item_count(), 2);
  EXPECT_EQ(created.duplicate_count(), 1);
  EXPECT_EQ(created.item_counts().waiting(), 2);
  EXPECT_TRUE(created.has_create_time());
  EXPECT_EQ(created.expected_completion_time().seconds(),
            created.create_time().seconds() + 48 * 3600);

  v1::PrivacyRequest read;
  ASSERT_TRUE(Get(created.name(), &read).ok());
  EXPECT_EQ(read.SerializeAsString(), created.SerializeAsString());
}

TEST_F(Service, AnswersARepeatWithTheOriginalAsItStands) {
  v1::PrivacyRequest created;
  ASSERT_TRUE(Create(Erasure("k"), &created).ok());
  store_.SetItem(IdOf(created), {.ordinal = 0,
                                 .state = BatchState::kDone,
                                 .reason = {},
                                 .attempt_count = 1,
                                 .not_before = {},
                                 .accepted_at = clock_.Now(),
                                 .window_end = clock_.Now(),
                                 .finished_at = clock_.Now()});
  v1::PrivacyRequest repeated;
  ASSERT_TRUE(Create(Erasure("k"), &repeated).ok());
  EXPECT_EQ(repeated.name(), created.name());
  EXPECT_EQ(repeated.state(), v1::PrivacyRequest::STATE_COMPLETED);
  EXPECT_EQ(store_.request_count(), 1);
}

TEST_F(Service, WarnsOfAnErasureThatFollowsADemergeAlsoWhenItIsRepeatedAndRead) {
  v1::CreatePrivacyRequestRequest demerge;
  demerge.set_parent("accounts/shop");
  demerge.set_idempotency_key("demerge");
  demerge.mutable_demerge()->add_identities("ann");
  v1::PrivacyRequest answer;
  ASSERT_TRUE(Create(demerge, &answer).ok());
  EXPECT_EQ(answer.warnings_size(), 0);

  auto erasure = Erasure("k");
  erasure.mutable_erasure()->add_identities("unrelated");
  v1::PrivacyRequest created, repeated, read;
  ASSERT_TRUE(Create(erasure, &created).ok());
  ASSERT_TRUE(Create(erasure, &repeated).ok());
  ASSERT_TRUE(Get(created.name(), &read).ok());
  for (const auto* request : {&created, &repeated, &read}) {
    ASSERT_EQ(request->warnings_size(), 1);
    EXPECT_EQ(request->warnings(0).item_count(), 1);
  }
  grpc::ClientContext context;
  v1::ListPrivacyRequestItemsRequest list;
  v1::ListPrivacyRequestItemsResponse items;
  list.set_parent(created.name());
  ASSERT_TRUE(stub_->ListPrivacyRequestItems(&context, list, &items).ok());
  ASSERT_EQ(items.items_size(), 2);
  EXPECT_EQ(items.items(0).warning(), "IDENTITY_MAY_NOT_RESOLVE");
  EXPECT_EQ(items.items(1).warning(), "");
}

TEST_F(Service, AnswersARepeatWhoseRequestHasLeftHistoryAsExpired) {
  v1::PrivacyRequest created;
  ASSERT_TRUE(Create(Erasure("k"), &created).ok());
  store_.Forget(IdOf(created));
  v1::PrivacyRequest repeated;
  const auto status = Create(Erasure("k"), &repeated);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(repeated.name(), created.name());
  EXPECT_EQ(repeated.state(), v1::PrivacyRequest::STATE_EXPIRED);
}

TEST_F(Service, KeepsNothingWhenOnlyAskedToValidate) {
  auto request = Erasure("k");
  request.mutable_erasure()->add_identities("ann");
  request.set_validate_only(true);
  v1::PrivacyRequest answer;
  const auto status = Create(request, &answer);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.name(), "");
  EXPECT_FALSE(answer.has_create_time());
  EXPECT_EQ(answer.item_count(), 1);
  EXPECT_EQ(answer.duplicate_count(), 1);
  EXPECT_TRUE(answer.has_expected_completion_time());
  EXPECT_EQ(store_.request_count(), 0);

  request.mutable_erasure()->add_identities("");
  EXPECT_EQ(Create(request).error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(Service, ReadsTheRequestsOfAnAccountThatHasLeftTheConfiguration) {
  NewRequest request{.principal = "anonymous",
                     .account = "former",
                     .idempotency_key = "k",
                     .operation = Operation::kErasure,
                     .kind = IdentifierKind::kIdentity,
                     .items = {{Identifier("ann"), 0}},
                     .submit_time = {},
                     .due_time = {}};
  std::string name;
  store_.Submit(request, [&name](const Result<Admission>& admission) {
    name = "accounts/former/privacyRequests/" + std::to_string(ToInt(admission->id));
  });
  v1::PrivacyRequest answer;
  ASSERT_TRUE(Get(name, &answer).ok());
  EXPECT_EQ(answer.state(), v1::PrivacyRequest::STATE_QUEUED);
  EXPECT_FALSE(answer.has_expected_completion_time()) << "nothing is sent for it";
  grpc::ClientContext context;
  v1::ListPrivacyRequestsRequest list;
  v1::ListPrivacyRequestsResponse requests;
  list.set_parent("accounts/former");
  ASSERT_TRUE(stub_->ListPrivacyRequests(&context, list, &requests).ok());
  ASSERT_EQ(requests.privacy_requests_size(), 1);
  EXPECT_FALSE(requests.privacy_requests(0).has_expected_completion_time());
  EXPECT_EQ(ReasonOf(Get("accounts/former/privacyRequests/1")), "REQUEST_NOT_FOUND");

  auto create = Erasure("new");
  create.set_parent("accounts/former");
  EXPECT_EQ(ReasonOf(Create(create)), "ACCOUNT_NOT_FOUND");
}

TEST_F(Service, RefusesAnAccountThatIsNotConfigured) {
  auto request = Erasure("k");
  request.set_parent("accounts/nobody");
  const auto create = Create(request);
  EXPECT_EQ(create.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(create), "ACCOUNT_NOT_FOUND");
  request.set_validate_only(true);
  EXPECT_EQ(ReasonOf(Create(request)), "ACCOUNT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Get("accounts/nobody/privacyRequests/1")), "ACCOUNT_NOT_FOUND");

  grpc::ClientContext list_context;
  v1::ListPrivacyRequestsRequest list;
  v1::ListPrivacyRequestsResponse requests;
  list.set_parent("accounts/nobody");
  EXPECT_EQ(ReasonOf(stub_->ListPrivacyRequests(&list_context, list, &requests)),
            "ACCOUNT_NOT_FOUND");
  grpc::ClientContext items_context;
  v1::ListPrivacyRequestItemsRequest list_items;
  v1::ListPrivacyRequestItemsResponse items;
  list_items.set_parent("accounts/nobody/privacyRequests/1");
  EXPECT_EQ(ReasonOf(stub_->ListPrivacyRequestItems(&items_context, list_items, &items)),
            "ACCOUNT_NOT_FOUND");
}

TEST_F(Service, SaysWhichFieldsAreWrong) {
  auto request = Erasure("k");
  request.mutable_erasure()->add_guids("__g1");
  auto status = Create(request);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "INVALID_REQUEST");
  ASSERT_THAT(ViolationsOf(status).field_violations(), SizeIs(1));
  EXPECT_EQ(ViolationsOf(status).field_violations(0).field(), "erasure");

  status = Get("nonsense");
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ViolationsOf(status).field_violations(0).field(), "name");
}

TEST_F(Service, FitsTheWorstListOfViolationsIntoTheTrailers) {
  v1::CreatePrivacyRequestRequest request;
  for (int i = 0; i < kMaxIdentifiersPerRequest; ++i) {
    request.mutable_disassociation()->add_phones(kCanary);
  }
  const auto status = Create(request);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  ASSERT_THAT(ViolationsOf(status).field_violations(), SizeIs(20));
  EXPECT_THAT(ViolationsOf(status).field_violations(19).description(), HasSubstr("(and 982 more)"));
}

TEST_F(Service, RefusesAKeyOfAnotherPayload) {
  ASSERT_TRUE(Create(Erasure("k", "ann")).ok());
  const auto status = Create(Erasure("k", "bob"));
  EXPECT_EQ(status.error_code(), StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(ReasonOf(status), "IDEMPOTENCY_KEY_REUSED");
}

TEST_F(Service, PassesTheStoresErrorsOn) {
  store_.FailWith(Error{.code = ErrorCode::kResourceExhausted,
                        .reason = "TOO_BUSY",
                        .message = "too many requests are waiting",
                        .retry_after = milliseconds(1500)});
  auto status = Create(Erasure("k"));
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "TOO_BUSY");
  EXPECT_THAT(status.error_details(), HasSubstr("google.rpc.RetryInfo"));

  store_.FailWith(Error{.code = ErrorCode::kUnavailable,
                        .reason = "STORE_UNAVAILABLE",
                        .message = "the database is away"});
  EXPECT_EQ(ReasonOf(Create(Erasure("k"))), "STORE_UNAVAILABLE");
  status = Get("accounts/shop/privacyRequests/1");
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "STORE_UNAVAILABLE");
}

TEST_F(Service, FindsRequestsOnlyUnderTheirAccount) {
  v1::PrivacyRequest created;
  ASSERT_TRUE(Create(Erasure("k"), &created).ok());
  const auto status = Get(std::string(created.name()).replace(9, 4, "bank"));
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "REQUEST_NOT_FOUND");
}

TEST_F(Service, PagesThroughRequests) {
  std::vector<std::string> created;
  for (int i = 0; i < 5; ++i) {
    v1::PrivacyRequest request;
    ASSERT_TRUE(Create(Erasure(std::to_string(i)), &request).ok());
    created.insert(created.begin(), request.name());
  }
  std::vector<std::string> listed;
  v1::ListPrivacyRequestsRequest request;
  request.set_parent("accounts/shop");
  request.set_page_size(2);
  int pages = 0;
  do {
    grpc::ClientContext context;
    v1::ListPrivacyRequestsResponse page;
    ASSERT_TRUE(stub_->ListPrivacyRequests(&context, request, &page).ok());
    for (const auto& row : page.privacy_requests()) listed.push_back(row.name());
    request.set_page_token(page.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, created);
  EXPECT_EQ(pages, 3);
}

TEST_F(Service, PagesThroughItems) {
  auto create = Erasure("k");
  for (const char* identity : {"ann", "bob", "cy"}) {
    create.mutable_erasure()->add_identities(identity);
  }
  v1::PrivacyRequest created;
  ASSERT_TRUE(Create(create, &created).ok());
  v1::ListPrivacyRequestItemsRequest request;
  request.set_parent(created.name());
  request.set_page_size(2);
  std::vector<int> ordinals;
  do {
    grpc::ClientContext context;
    v1::ListPrivacyRequestItemsResponse page;
    ASSERT_TRUE(stub_->ListPrivacyRequestItems(&context, request, &page).ok());
    for (const auto& item : page.items()) ordinals.push_back(item.ordinal());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(ordinals, testing::ElementsAre(0, 2, 3));
}

TEST_F(Service, SurvivesACallerThatWentAwayAndKeepsItsRequest) {
  store_.HoldSubmits();
  grpc::ClientContext context;
  const auto request = Erasure("k");
  v1::PrivacyRequest response;
  std::promise<grpc::Status> ended;
  stub_->async()->CreatePrivacyRequest(&context, &request, &response, [&](grpc::Status status) {
    ended.set_value(std::move(status));
  });
  while (store_.held_count() == 0) std::this_thread::yield();
  context.TryCancel();
  EXPECT_EQ(ended.get_future().get().error_code(), StatusCode::CANCELLED);

  store_.ReleaseSubmits();
  EXPECT_EQ(store_.request_count(), 1);
  v1::PrivacyRequest repeated;
  EXPECT_TRUE(Create(Erasure("k"), &repeated).ok());
  EXPECT_EQ(store_.request_count(), 1);
}

TEST_F(Service, LetsTheCallersDeadlinePassAndTakesTheRepeat) {
  store_.HoldSubmits();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
  v1::PrivacyRequest response;
  EXPECT_EQ(stub_->CreatePrivacyRequest(&context, Erasure("k"), &response).error_code(),
            StatusCode::DEADLINE_EXCEEDED);
  store_.ReleaseSubmits();
  EXPECT_TRUE(Create(Erasure("k")).ok());
  EXPECT_EQ(store_.request_count(), 1);
}

TEST_F(Service, TellsTheObserverOfEveryCall) {
  ASSERT_TRUE(Create(Erasure("k")).ok());
  Create(Erasure(""));
  Get("accounts/shop/privacyRequests/1");
  server_->Shutdown(std::chrono::seconds(10));
  const auto calls = finished();
  ASSERT_THAT(calls, SizeIs(3));
  EXPECT_EQ(calls[0].method, "CreatePrivacyRequest");
  EXPECT_EQ(calls[0].grpc_code, StatusCode::OK);
  EXPECT_EQ(calls[1].grpc_code, StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(calls[2].method, "GetPrivacyRequest");
  EXPECT_EQ(calls[2].grpc_code, StatusCode::NOT_FOUND);
}

TEST_F(Service, MeasuresCallsFromTheirArrivalToTheirAnswer) {
  store_.HoldSubmits();
  std::jthread caller([&] { EXPECT_TRUE(Create(Erasure("k")).ok()); });
  while (store_.held_count() == 0) std::this_thread::yield();
  clock_.Advance(milliseconds(70));
  store_.ReleaseSubmits();
  caller.join();
  server_->Shutdown(std::chrono::seconds(10));
  ASSERT_THAT(finished(), SizeIs(1));
  EXPECT_EQ(finished()[0].duration, milliseconds(70));
}

/// What an executor takes waits until the test runs it.
class Queue {
 public:
  Executor executor() {
    return [this](std::function<void()> work) {
      std::lock_guard lock(mutex_);
      if (full_) return false;
      waiting_.push_back(std::move(work));
      return true;
    };
  }

  void SetFull() {
    std::lock_guard lock(mutex_);
    full_ = true;
  }

  std::function<void()> Take() {
    for (;; std::this_thread::yield()) {
      std::lock_guard lock(mutex_);
      if (waiting_.empty()) continue;
      auto work = std::move(waiting_.front());
      waiting_.pop_front();
      return work;
    }
  }

 private:
  std::mutex mutex_;
  bool full_ = false;
  std::deque<std::function<void()>> waiting_;
};

class QueuedBulk : protected Queue, public InProcessServer {
 protected:
  QueuedBulk() : InProcessServer(RunHere, {}, {}, executor()) {}

  static v1::CreatePrivacyRequestRequest Large(const std::string& key) {
    v1::CreatePrivacyRequestRequest request = Erasure(key);
    for (int i = 0; i < 500; ++i) {
      request.mutable_erasure()->add_identities("somebody-with-a-name-" + std::to_string(i));
    }
    return request;
  }
};

TEST_F(QueuedBulk, HoldsUpNoSmallRequest) {
  std::jthread caller([&] { EXPECT_TRUE(Create(Large("large")).ok()); });
  const auto large = Take();
  EXPECT_TRUE(Create(Erasure("small")).ok());
  large();
}

TEST_F(QueuedBulk, IsRefusedWhenTooMuchWaits) {
  SetFull();
  EXPECT_EQ(Create(Large("large")).error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Create(Erasure("small")).ok());
}

class QueuedReads : protected Queue, public InProcessServer {
 protected:
  QueuedReads() : InProcessServer(executor()) {}
};

TEST_F(QueuedReads, AreRefusedWhenTooManyWaitAndToldWhenToComeBack) {
  v1::PrivacyRequest created;
  ASSERT_TRUE(Create(Erasure("k"), &created).ok());
  SetFull();
  for (const grpc::Status& status : {Get(created.name()), Create(Erasure("k"))}) {
    EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_THAT(status.error_details(), testing::HasSubstr("google.rpc.RetryInfo"));
  }
}

TEST_F(QueuedReads, RunOnTheExecutor) {
  v1::PrivacyRequest created;
  ASSERT_TRUE(Create(Erasure("k"), &created).ok());
  std::jthread reader([&] { EXPECT_TRUE(Get(created.name()).ok()); });
  Take()();
}

TEST_F(QueuedReads, IncludeTheOriginalOfARepeat) {
  v1::PrivacyRequest created;
  ASSERT_TRUE(Create(Erasure("k"), &created).ok());
  std::jthread caller([&] { EXPECT_TRUE(Create(Erasure("k")).ok()); });
  Take()();
}

TEST_F(QueuedReads, AreDroppedWhenTheirCallerHasGone) {
  // When the server learns of a cancellation is up to the network, so it gets many.
  int dropped = 0;
  for (int i = 0; i < 200 && dropped == 0; ++i) {
    const int reads_before = store_.read_count();
    grpc::ClientContext context;
    v1::GetPrivacyRequestRequest request;
    request.set_name("accounts/shop/privacyRequests/1");
    v1::PrivacyRequest response;
    std::promise<grpc::Status> ended;
    stub_->async()->GetPrivacyRequest(&context, &request, &response, [&](grpc::Status status) {
      ended.set_value(std::move(status));
    });
    auto work = Take();
    context.TryCancel();
    EXPECT_EQ(ended.get_future().get().error_code(), StatusCode::CANCELLED);
    work();
    dropped = reads_before == store_.read_count();
  }
  EXPECT_EQ(dropped, 1);
}

}  // namespace
}  // namespace lethe::api
