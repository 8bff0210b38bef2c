#include "api/calls/call_budget.h"

#include <gmock/gmock.h>

#include <string>
#include <thread>

#include "in_process_server.h"
#include "support/eventually.h"
#include "support/raw_http2.h"
#include "support/raw_peers.h"

namespace lethe::api {
namespace {

using grpc::StatusCode;
using test::Eventually;
using testing::HasSubstr;

class TightServer : public InProcessServer {
 protected:
  explicit TightServer(CallLimits limits) : InProcessServer(RunHere, {.calls = limits}) {}

  grpc::Status List() {
    grpc::ClientContext context;
    v1::ListPrivacyRequestsRequest request;
    request.set_parent("accounts/shop");
    v1::ListPrivacyRequestsResponse response;
    return stub_->ListPrivacyRequests(&context, request, &response);
  }

  static void ExpectRefusal(const grpc::Status& status) {
    EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_EQ(ReasonOf(status), "TOO_BUSY");
    EXPECT_THAT(status.error_details(), HasSubstr("google.rpc.RetryInfo"));
  }
};

class FewCalls : public TightServer {
 protected:
  FewCalls() : TightServer({.calls = 2}) {}
};

TEST_F(FewCalls, OneMoreIsRefusedUntilOneIsDone) {
  store_.HoldSubmits();
  std::jthread first([&] { EXPECT_TRUE(Create(Erasure("a")).ok()); });
  std::jthread second([&] { EXPECT_TRUE(Create(Erasure("b")).ok()); });
  while (store_.held_count() < 2) std::this_thread::yield();

  ExpectRefusal(Create(Erasure("c")));
  ExpectRefusal(List());
  EXPECT_EQ(store_.held_count(), 2);

  store_.ReleaseSubmits();
  first.join();
  second.join();
  EXPECT_TRUE(Eventually([&] { return Create(Erasure("c")).ok(); }));
}

class FewBytes : public TightServer {
 protected:
  static constexpr milliseconds kPatience{1'000};

  FewBytes() : TightServer({.bytes = 100'000, .patience = kPatience}) {}

  /// Of so many bytes, about.
  static v1::CreatePrivacyRequestRequest Large(const std::string& key, int bytes) {
    v1::CreatePrivacyRequestRequest request = Erasure(key);
    for (int i = 0; i < bytes / 1'000; ++i) {
      request.mutable_erasure()->add_identities(std::to_string(i) + std::string(990, 'x'));
    }
    return request;
  }
};

TEST_F(FewBytes, WhatDoesNotFitBesideOthersIsRefused) {
  store_.HoldSubmits();
  std::jthread first([&] { EXPECT_TRUE(Create(Large("a", 70'000)).ok()); });
  while (store_.held_count() < 1) std::this_thread::yield();

  ExpectRefusal(Create(Large("b", 70'000)));
  store_.ReleaseSubmits();
  first.join();
  EXPECT_TRUE(Eventually([&] { return Create(Large("b", 70'000)).ok(); }));
}

TEST_F(FewBytes, CallsThatAreDoneWeighNothing) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(Eventually([&] { return Create(Large(std::to_string(i), 70'000)).ok(); })) << i;
  }
}

class UnreadAnswers : public FewBytes {
 protected:
  UnreadAnswers() {
    for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(Create(Erasure(std::to_string(i))).ok());
  }

  /// A caller who asks for two large answers, more than may be together, and lets nothing of them
  /// come.
  test::RawPeer AskAndDoNotRead() const {
    v1::ListPrivacyRequestsRequest request;
    request.set_parent("accounts/shop");
    request.set_page_size(1'000);
    const std::string message = request.SerializeAsString();
    const std::string method = "/lethe.v1.PrivacyRequestService/ListPrivacyRequests";
    test::RawPeer peer(server_->port());
    EXPECT_TRUE(peer.Send(test::Http2Hello(0) + test::Http2Call(1, method, message) +
                          test::Http2Call(3, method, message)));
    return peer;
  }
};

TEST_F(UnreadAnswers, CountUntilTheyAreCut) {
  const auto peer = AskAndDoNotRead();
  EXPECT_TRUE(Eventually([&] { return !List().ok(); }));
  ExpectRefusal(List());
  ExpectRefusal(Create(Erasure("another")));

  clock_.Advance(kPatience + milliseconds(1));
  EXPECT_TRUE(Eventually([&] { return List().ok(); }));
}

TEST_F(UnreadAnswers, CountNoMoreWhenTheirCallerIsGone) {
  {
    const auto peer = AskAndDoNotRead();
    EXPECT_TRUE(Eventually([&] { return !List().ok(); }));
  }
  EXPECT_TRUE(Eventually([&] { return List().ok(); }));
}

}  // namespace
}  // namespace lethe::api
