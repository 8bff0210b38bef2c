#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "in_process_server.h"
#include "support/eventually.h"

namespace lethe::api {
namespace {

using grpc::StatusCode;
using std::chrono::seconds;
using test::Eventually;

/// A call that asks, takes the first answer, and stays.
class EndlessCall : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  EndlessCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
              const std::string& message) {
    const grpc::Slice slice(message);
    request_ = grpc::ByteBuffer(&slice, 1);
    grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer>(channel)
        .PrepareBidiStreamingCall(&context_, method, {}, this);
    StartWrite(&request_);
    StartRead(&response_);
    StartCall();
  }
  ~EndlessCall() override {
    context_.TryCancel();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_; });
  }

  void OnReadDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    answered_ = answered_ || ok;
    changed_.notify_all();
  }
  void OnDone(const grpc::Status& status) override {
    const std::lock_guard lock(mutex_);
    status_ = status;
    done_ = true;
    changed_.notify_all();
  }

  /// OK if it was answered and stays, or how it ended.
  StatusCode Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return answered_ || done_; });
    return answered_ ? StatusCode::OK : status_.error_code();
  }

 private:
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool answered_ = false;
  bool done_ = false;
  grpc::Status status_;
};

class Watches : public InProcessServer {
 protected:
  static constexpr int kWatches = 3;

  Watches() : InProcessServer(RunHere, {.watches = kWatches}) {}

  std::unique_ptr<EndlessCall> Watch() {
    return std::make_unique<EndlessCall>(channel_, "/grpc.health.v1.Health/Watch", "");
  }
};

TEST_F(Watches, OneMoreThanMayBeIsCancelledUntilOneIsGone) {
  std::vector<std::unique_ptr<EndlessCall>> watches;
  for (int i = 0; i < kWatches; ++i) {
    EXPECT_EQ(watches.emplace_back(Watch())->Wait(), StatusCode::OK) << i;
  }
  EXPECT_EQ(Watch()->Wait(), StatusCode::CANCELLED);
  EXPECT_TRUE(server_->Answers(seconds(10)));
  EXPECT_TRUE(Create(Erasure("k")).ok());

  watches.pop_back();
  EXPECT_TRUE(Eventually([&] { return Watch()->Wait() == StatusCode::OK; }));
}

class Reflections : public InProcessServer {
 protected:
  static constexpr int kDialogues = 4;

  Reflections() : InProcessServer(RunHere, {.watches = kDialogues}) {}
};

TEST_F(Reflections, AreBoundedAsHealthWatchesAre) {
  const std::string list_services("\x3a\x00", 2);
  std::vector<std::unique_ptr<EndlessCall>> calls;
  for (int i = 0; i < 5 * kDialogues; ++i) {
    calls.push_back(std::make_unique<EndlessCall>(
        channel_, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", list_services));
  }
  int refused = 0;
  for (const auto& call : calls) refused += call->Wait() == StatusCode::CANCELLED;
  EXPECT_EQ(refused, 4 * kDialogues);
  EXPECT_TRUE(Create(Erasure("k")).ok());
}

}  // namespace
}  // namespace lethe::api
