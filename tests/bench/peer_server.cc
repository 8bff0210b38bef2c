// The least that a gRPC server can do, a ceiling for ours: reads a small message and answers.
//
//   build/release/bin/bench_peer_server      prints {"port": N} when it serves, until it is killed

#include <grpcpp/grpcpp.h>

#include <cstdio>

#include "peer.grpc.pb.h"

namespace lethe::bench {
namespace {

class PeerService final : public peer::Peer::CallbackService {
  grpc::ServerUnaryReactor* Submit(grpc::CallbackServerContext* context,
                                   const peer::SubmitRequest* request,
                                   peer::SubmitResponse* response) override {
    response->set_name("accounts/" + request->account() + "/requests/1");
    response->set_state(1);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

void Main() {
  PeerService service;
  int port = 0;
  const auto server = grpc::ServerBuilder()
                          .AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port)
                          .RegisterService(&service)
                          .BuildAndStart();
  std::printf("{\"port\": %d}\n", port);
  std::fflush(stdout);
  server->Wait();
}

}  // namespace
}  // namespace lethe::bench

int main() {
  lethe::bench::Main();
  return 0;
}
