#include "api/port/connection_acceptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "in_process_server.h"
#include "support/eventually.h"
#include "support/raw_http2.h"
#include "support/raw_peers.h"

namespace lethe::api {
namespace {

using grpc::StatusCode;
using std::chrono::seconds;
using test::ConnectPeers;
using test::Eventually;

class SmallServer : public InProcessServer {
 protected:
  static constexpr int kMost = 4;

  SmallServer() : InProcessServer(RunHere, {.connections = kMost}) {}

  /// What a caller gets who comes now, on a connection of its own.
  StatusCode NewCaller() {
    grpc::ChannelArguments own;
    own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto stub = v1::PrivacyRequestService::NewStub(grpc::CreateCustomChannel(
        "127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials(), own));
    grpc::ClientContext context;
    v1::GetPrivacyRequestRequest request;
    request.set_name("accounts/shop/privacyRequests/1");
    v1::PrivacyRequest response;
    return stub->GetPrivacyRequest(&context, request, &response).error_code();
  }
};

TEST_F(SmallServer, RefusesOneMoreThanItsLimitUntilOneIsGone) {
  auto peers = ConnectPeers(server_->port(), kMost);
  EXPECT_EQ(NewCaller(), StatusCode::UNAVAILABLE);
  EXPECT_GE(server_->TakeRefusedConnections(), 1u);
  EXPECT_EQ(server_->TakeRefusedConnections(), 0u);
  peers.pop_back();
  EXPECT_TRUE(Eventually([&] { return NewCaller() == StatusCode::NOT_FOUND; }));
}

TEST_F(SmallServer, ServesThoseThatItHasWhileItRefusesOthers) {
  const std::string name = "accounts/shop/privacyRequests/1";
  EXPECT_EQ(Get(name).error_code(), StatusCode::NOT_FOUND);
  const auto peers = ConnectPeers(server_->port(), kMost);
  EXPECT_EQ(NewCaller(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(Get(name).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(SmallServer, CallersThatComeAndGoLeaveNothingBehind) {
  for (int i = 0; i < 5 * kMost; ++i) {
    EXPECT_TRUE(Eventually([&] { return NewCaller() == StatusCode::NOT_FOUND; })) << i;
  }
}

TEST_F(SmallServer, AsksItselfBeyondItsLimit) {
  EXPECT_TRUE(server_->Answers(seconds(10)));
  const auto peers = ConnectPeers(server_->port(), kMost);
  EXPECT_EQ(NewCaller(), StatusCode::UNAVAILABLE);
  EXPECT_TRUE(server_->Answers(seconds(10)));
  server_->Shutdown(milliseconds(0));
  EXPECT_FALSE(server_->Answers(seconds(10)));
}

TEST(ConnectionAcceptor, DoesNotAnswerWhereNoServerIsBehindIt) {
  auto listener = net::Listener::Open("[::]:0");
  ASSERT_TRUE(listener.ok()) << listener.error().message;
  ConnectionAcceptor acceptor(*std::move(listener), 1000,
                              [](int descriptor) { close(descriptor); });
  EXPECT_FALSE(acceptor.Answers(seconds(10)));
}

class ShortLives : public InProcessServer {
 protected:
  ShortLives()
      : InProcessServer(RunHere,
                        {.connection_age = milliseconds(50), .connection_grace = seconds(30)}) {}
};

TEST_F(ShortLives, CallsEndThoughTheirConnectionIsOld) {
  store_.HoldSubmits();
  std::jthread caller([&] { EXPECT_TRUE(Create(Erasure("k")).ok()); });
  while (store_.held_count() == 0) std::this_thread::yield();
  // A connection that is younger is told to go.
  const test::RawPeer peer(server_->port());
  ASSERT_TRUE(peer.Send(test::Http2Hello(0)));
  const std::string go_away = test::BigEndian(8, 3) + '\x07';
  const auto told = [&](const std::string& bytes) { return bytes.find(go_away) != bytes.npos; };
  EXPECT_TRUE(told(peer.ReadUntil(told)));
  store_.ReleaseSubmits();
}

/// Whether this process can have one more.
bool HasADescriptor() {
  const int descriptor = dup(STDIN_FILENO);
  if (descriptor >= 0) close(descriptor);
  return descriptor >= 0;
}

TEST(ConnectionAcceptor, AcceptsAgainOnceThereAreDescriptorsAgain) {
  auto listener = net::Listener::Open("127.0.0.1:0");
  ASSERT_TRUE(listener.ok()) << listener.error().message;
  const auto peers = ConnectPeers(listener->port(), 20);
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit low{.rlim_cur = static_cast<rlim_t>(peers.back().descriptor()) + 10,
                   .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &low);

  std::mutex mutex;
  std::vector<int> served;
  const auto count = [&] {
    const std::lock_guard lock(mutex);
    return served.size();
  };
  {
    ConnectionAcceptor acceptor(*std::move(listener), 1000, [&](int descriptor) {
      const std::lock_guard lock(mutex);
      served.push_back(descriptor);
    });
    EXPECT_TRUE(Eventually([] { return !HasADescriptor(); }));
    EXPECT_LT(count(), peers.size());
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_TRUE(Eventually([&] { return count() == peers.size(); }));
    EXPECT_EQ(acceptor.TakeRefused(), 0u);
  }
  for (const int descriptor : served) close(descriptor);
}

}  // namespace
}  // namespace lethe::api
