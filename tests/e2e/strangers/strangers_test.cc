#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <pqxx/pqxx>

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

/// So many CreatePrivacyRequest at once with the same bytes; their answers are counted by code.
class ManyCalls {
 public:
  ManyCalls(int port, const std::string& message, int count)
      : stub_(grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                  grpc::InsecureChannelCredentials())) {
    const grpc::Slice slice(message);
    request_ = grpc::ByteBuffer(&slice, 1);
    for (int i = 0; i < count; ++i) {
      auto& call = *calls_.emplace_back(std::make_unique<OneCall>());
      stub_.UnaryCall(&call.context, kMethod, {}, &request_, &call.response,
                      [this](grpc::Status status) {
                        const std::lock_guard lock(mutex_);
                        ++codes_[status.error_code()];
                        ++done_;
                        changed_.notify_all();
                      });
    }
  }

  int answered(StatusCode code) const {
    const std::lock_guard lock(mutex_);
    const auto found = codes_.find(code);
    return found == codes_.end() ? 0 : found->second;
  }

  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_ == calls_.size(); });
  }

 private:
  struct OneCall {
    grpc::ClientContext context;
    grpc::ByteBuffer response;
  };

  static constexpr const char* kMethod = "/lethe.v1.PrivacyRequestService/CreatePrivacyRequest";

  grpc::ByteBuffer request_;
  grpc::GenericStub stub_;
  std::vector<std::unique_ptr<OneCall>> calls_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<StatusCode, int> codes_;
  std::size_t done_ = 0;
};

/// A thousand of the longest identities, which a request may have.
std::string LargestRequest() {
  std::vector<std::string> identities;
  for (int i = 0; i < 1'000; ++i) {
    std::string identity = std::to_string(i) + "-";
    while (identity.size() < 4'000) identity += "\xF0\x9F\x98\x80";
    identities.push_back(std::move(identity));
  }
  return MakeRequest("shop", "largest", Ask::kEraseIdentities, identities).SerializeAsString();
}

TEST_F(Strangers, TheLargestRequestsBeyondTheBudgetAreRefusedWhileTheDatabaseIsSlow) {
  const auto lethed = files_.StartReady();
  pqxx::connection session(database_.superuser_url());
  std::optional<pqxx::work> slow(session);
  slow->exec("lock table request in access exclusive mode");

  // Their identifiers fit into the waiting line, their bytes not into the budget.
  ManyCalls flood(lethed->grpc_port(), LargestRequest(), 40);
  EXPECT_TRUE(Eventually([&] { return flood.answered(StatusCode::RESOURCE_EXHAUSTED) > 0; }));
  slow.reset();
  flood.Wait();
  EXPECT_TRUE(Eventually([&] { return Answers(*lethed); }));
}

}  // namespace
}  // namespace lethe::test
