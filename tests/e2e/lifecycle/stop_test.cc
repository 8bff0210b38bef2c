#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>

#include <csignal>
#include <future>
#include <string>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using std::chrono::seconds;

/// A client that watches the health of a server, and does not go when that stops.
class HealthWatch : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit HealthWatch(int port)
      : channel_(grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                     grpc::InsecureChannelCredentials())) {
    grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer>(channel_)
        .PrepareBidiStreamingCall(&context_, "/grpc.health.v1.Health/Watch", {}, this);
    StartWriteLast(&request_, {});
    StartRead(&response_);
    StartCall();
    watching_.get_future().wait();
  }
  ~HealthWatch() {
    context_.TryCancel();
    done_.get_future().wait();
  }

 private:
  void OnReadDone(bool ok) override {
    if (!told_) watching_.set_value();
    told_ = true;
    if (ok) StartRead(&response_);
  }
  void OnDone(const grpc::Status&) override { done_.set_value(); }

  std::shared_ptr<grpc::Channel> channel_;
  grpc::ClientContext context_;
  const grpc::Slice nothing_{std::string()};
  const grpc::ByteBuffer request_{&nothing_, 1};
  grpc::ByteBuffer response_;
  bool told_ = false;
  std::promise<void> watching_, done_;
};

TEST(Stop, BeginsNoFurtherCallToCleverTapWhileAClientWatchesHealth) {
  constexpr int kInFlight = 2;  // calls, the account's concurrency
  const TestDatabase database;
  const auto sandbox = sandbox::Sandbox::Start({}).value();
  LethedFiles files({.database_url = database.url(), .vendor_url = sandbox->base_url()});
  const auto lethed = files.StartReady();
  const ApiClient api(lethed->grpc_port());
  sandbox->AddFault(
      {.kind = sandbox::FaultKind::kLatency, .times = 0, .delay = std::chrono::milliseconds(100)});
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(api.Create(MakeRequest("shop", std::to_string(i), Ask::kEraseIdentities,
                                       MakeIdentifiers(Ask::kEraseIdentities, 1'000 * i, 1'000)))
                    .ok());
  }
  // Faults are met by calls for identifiers, not by probes: 100 of those are to come.
  const auto calls = [&] { return sandbox->GetReport().total.faults; };
  ASSERT_TRUE(Eventually([&] { return calls() > 0; }));
  const HealthWatch watch(lethed->grpc_port());

  const auto begun = calls();
  lethed->process().Signal(SIGTERM);
  ASSERT_TRUE(lethed->process().Wait(seconds(30)));
  // In flight when the signal came, and one more of each sender that had claimed a batch.
  EXPECT_LE(calls(), begun + 3 * kInFlight);
  EXPECT_LT(calls(), 100) << "nothing was left to send";
}

}  // namespace
}  // namespace lethe::test
