#include "api/connection_acceptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "in_process_server.h"
#include "support/eventually.h"
#include "support/raw_peers.h"

namespace lethe::api {
namespace {

using grpc::StatusCode;
using test::ConnectPeers;
using test::Eventually;

class SmallServer : public InProcessServer {
 protected:
  static constexpr int kMost = 4;

  SmallServer() : InProcessServer(RunHere, kMost) {}

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
    EXPECT_EQ(acceptor.refused(), 0u);
  }
  for (const int descriptor : served) close(descriptor);
}

}  // namespace
}  // namespace lethe::api
