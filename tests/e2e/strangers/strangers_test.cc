#include <gtest/gtest.h>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"
#include "support/raw_peers.h"

namespace lethe::test {
namespace {

using grpc::StatusCode;

class Strangers : public ::testing::Test {
 protected:
  /// Whether a caller who comes now, on a connection of its own, is answered.
  static bool Answers(const Lethed& lethed) {
    ApiClient api(lethed.grpc_port());
    return api.Get("accounts/shop/privacyRequests/1").code() == StatusCode::NOT_FOUND;
  }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
  LethedFiles files_{{.database_url = database_.url(), .vendor_url = sandbox_->base_url()}};
};

TEST_F(Strangers, WhoTakeEveryDescriptorCostNothingOnceTheyAreGone) {
  // `env` runs what follows its variables.
  const auto lethed = files_.StartReady("all", {"prlimit", "--nofile=256:256"});
  {
    const auto peers = ConnectPeers(lethed->grpc_port(), 300);
    // All that there is for connections is taken. The rest of the process has its own.
    EXPECT_TRUE(Eventually([&] { return !Answers(*lethed); }));
    EXPECT_TRUE(lethed->ready());
  }
  EXPECT_TRUE(Eventually([&] { return Answers(*lethed); }));
}

}  // namespace
}  // namespace lethe::test
