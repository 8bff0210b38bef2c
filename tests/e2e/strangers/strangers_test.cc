#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <map>
#include <mutex>

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

/// In MiB, at most so far.
long PeakMemory(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6)) / 1024;
  }
  return 0;
}

/// Calls at once with the same bytes, whose answers are counted by their codes.
class ManyCalls {
 public:
  ManyCalls(int port, std::string_view method, const std::string& message, int count)
      : method_("/lethe.v1.PrivacyRequestService/" + std::string(method)) {
    const grpc::Slice slice(message);
    request_ = grpc::ByteBuffer(&slice, 1);
    constexpr int kToAConnection = 50;
    for (int i = 0; i < count; ++i) {
      if (i % kToAConnection == 0) stubs_.push_back(NewStub(port));
      auto& call = *calls_.emplace_back(std::make_unique<OneCall>());
      stubs_.back()->UnaryCall(&call.context, method_, {}, &request_, &call.response,
                               [this](grpc::Status status) {
                                 const std::lock_guard lock(mutex_);
                                 ++codes_[status.error_code()];
                                 ++done_;
                                 changed_.notify_all();
                               });
    }
  }

  std::map<StatusCode, int> Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_ == calls_.size(); });
    return codes_;
  }

 private:
  struct OneCall {
    grpc::ClientContext context;
    grpc::ByteBuffer response;
  };

  static std::unique_ptr<grpc::GenericStub> NewStub(int port) {
    grpc::ChannelArguments own;
    own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return std::make_unique<grpc::GenericStub>(grpc::CreateCustomChannel(
        "127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), own));
  }

  const std::string method_;
  grpc::ByteBuffer request_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  std::vector<std::unique_ptr<OneCall>> calls_;
  std::mutex mutex_;
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

TEST_F(Strangers, ThreeHundredOfTheLargestRequestsAtOnceFitIntoAGigabyte) {
  const auto lethed = files_.StartReady();
  ManyCalls flood(lethed->grpc_port(), "CreatePrivacyRequest", LargestRequest(), 300);
  auto codes = flood.Wait();
  EXPECT_GT(codes[StatusCode::OK], 0) << "repeats of one request";
  EXPECT_LT(PeakMemory(lethed->process().pid()), 700);
  EXPECT_TRUE(Eventually([&] { return Answers(*lethed); }));
}

}  // namespace
}  // namespace lethe::test
