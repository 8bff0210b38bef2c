#include "bench/load.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <stdexcept>
#include <thread>

namespace lethe::bench {
namespace {

using std::chrono::steady_clock;

constexpr int kConnections = 4;

std::shared_ptr<grpc::Channel> Connect(int port) {
  grpc::ChannelArguments arguments;
  // Channels of one process to one address would share a connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  auto channel = grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port),
                                           grpc::InsecureChannelCredentials(), arguments);
  if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10))) {
    throw std::runtime_error("nobody listens on port " + std::to_string(port));
  }
  return channel;
}

class Load {
 public:
  explicit Load(const LoadParams& params) : params_(params) {
    for (int i = 0; i < kConnections; ++i) stubs_.emplace_back(Connect(params.port));
    end_ = steady_clock::now() + params.duration;
  }

  steady_clock::time_point end() const { return end_; }

  /// Not after Stop().
  void Start(steady_clock::time_point due) {
    auto* call = new Call{.due = due};
    const grpc::Slice message(params_.message(started_));
    const auto stub = static_cast<std::size_t>(started_++ % kConnections);
    call->reader = stubs_[stub].PrepareUnaryCall(&call->context, params_.method,
                                                 grpc::ByteBuffer(&message, 1), &answers_);
    call->reader->StartCall();
    call->reader->Finish(&call->response, &call->status, call);
  }

  void Stop() { answers_.Shutdown(); }

  /// Takes answers, and tells `answered` of each, until all calls have ended after Stop().
  LoadResult Collect(const std::function<void(steady_clock::time_point now)>& answered) {
    LoadResult result;
    grpc::Status failure;
    void* tag = nullptr;
    bool ok = false;
    while (answers_.Next(&tag, &ok)) {
      const std::unique_ptr<Call> call(static_cast<Call*>(tag));
      const auto now = steady_clock::now();
      if (!call->status.ok()) failure = call->status;
      if (now < end_) {
        const std::chrono::duration<double, std::milli> took = now - call->due;
        result.latency_ms.push_back(took.count());
      }
      answered(now);
    }
    if (!failure.ok()) {
      throw std::runtime_error(params_.method + " failed: " + failure.error_message());
    }
    result.per_second = static_cast<double>(result.latency_ms.size()) /
                        std::chrono::duration<double>(params_.duration).count();
    return result;
  }

 private:
  struct Call {
    steady_clock::time_point due;
    grpc::ClientContext context = {};
    grpc::ByteBuffer response = {};
    grpc::Status status = {};
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader = {};
  };

  const LoadParams& params_;
  std::vector<grpc::GenericStub> stubs_;
  grpc::CompletionQueue answers_;
  std::int64_t started_ = 0;
  steady_clock::time_point end_;
};

}  // namespace

LoadResult Saturate(const LoadParams& params, int in_flight) {
  Load load(params);
  for (int i = 0; i < in_flight; ++i) load.Start(steady_clock::now());
  int under_way = in_flight;
  return load.Collect([&](steady_clock::time_point now) {
    if (now < load.end()) return load.Start(now);
    if (--under_way == 0) load.Stop();
  });
}

LoadResult Pace(const LoadParams& params, double per_second) {
  Load load(params);
  std::thread starter([&] {
    const std::chrono::duration<double> between(1 / per_second);
    const auto step = std::chrono::duration_cast<steady_clock::duration>(between);
    for (auto due = steady_clock::now(); due < load.end(); due += step) {
      std::this_thread::sleep_until(due);
      load.Start(due);
    }
    load.Stop();
  });
  LoadResult result = load.Collect([](steady_clock::time_point) {});
  starter.join();
  return result;
}

}  // namespace lethe::bench
