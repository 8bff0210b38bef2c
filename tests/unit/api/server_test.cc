#include "api/server.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <future>
#include <string>
#include <thread>

#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "in_process_server.h"

namespace lethe::api {
namespace {

using grpc::StatusCode;
using std::chrono::seconds;
using testing::HasSubstr;

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

std::string Text(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  EXPECT_TRUE(buffer.TrySingleSlice(&slice).ok());
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

class ServerTest : public InProcessServer {
 protected:
  /// The bytes of grpc.health.v1.HealthCheckResponse.
  std::string Health(const std::string& service) {
    std::string request;
    if (!service.empty()) {
      request = std::string("\x0a") + static_cast<char>(service.size()) + service;
    }
    const grpc::ByteBuffer request_bytes = Bytes(request);
    grpc::ByteBuffer response;
    grpc::ClientContext context;
    std::promise<grpc::Status> ended;
    grpc::GenericStub(channel_).UnaryCall(
        &context, "/grpc.health.v1.Health/Check", {}, &request_bytes, &response,
        [&](grpc::Status status) { ended.set_value(std::move(status)); });
    const grpc::Status status = ended.get_future().get();
    return status.ok() ? Text(response) : "error " + std::to_string(status.error_code());
  }
};

const std::string kServing = "\x08\x01";
const std::string kNotServing = "\x08\x02";

TEST_F(ServerTest, TellsItsHealth) {
  for (const char* service : {"", "lethe.v1.PrivacyRequestService", "lethe.v1.OperatorService",
                              "lethe.v1.AccessService"}) {
    EXPECT_EQ(Health(service), kServing);
    server_->SetServing(false);
    EXPECT_EQ(Health(service), kNotServing);
    server_->SetServing(true);
    EXPECT_EQ(Health(service), kServing);
  }
  EXPECT_EQ(Health("another"), "error " + std::to_string(StatusCode::NOT_FOUND));
}

TEST_F(ServerTest, RefusesAPortThatIsTaken) {
  const std::string taken = "127.0.0.1:" + std::to_string(server_->port());
  const auto second = Server::Start({.listen = taken,
                                     .store = store_,
                                     .lists = lists_,
                                     .changer = changer_,
                                     .subjects = subjects_,
                                     .vendor_check = vendor_check_,
                                     .reviews = reviews_,
                                     .pauses = pauses_,
                                     .recovery = recovery_,
                                     .accounts = TwoAccounts(),
                                     .clock = clock_,
                                     .executor = RunHere,
                                     .vendor_executor = {},
                                     .on_finished = {}});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "CANNOT_LISTEN");
  EXPECT_THAT(second.error().message, HasSubstr(taken));
}

TEST_F(ServerTest, ShowsNoReflectionWhereItIsNotWanted) {
  const auto quiet = Server::Start({.listen = "127.0.0.1:0",
                                    .store = store_,
                                    .lists = lists_,
                                    .changer = changer_,
                                    .subjects = subjects_,
                                    .vendor_check = vendor_check_,
                                    .reviews = reviews_,
                                    .pauses = pauses_,
                                    .recovery = recovery_,
                                    .accounts = TwoAccounts(),
                                    .clock = clock_,
                                    .executor = RunHere,
                                    .vendor_executor = {},
                                    .on_finished = {},
                                    .reflection = false});
  ASSERT_TRUE(quiet);
  const auto channel = grpc::CreateChannel("127.0.0.1:" + std::to_string((*quiet)->port()),
                                           grpc::InsecureChannelCredentials());
  grpc::ClientContext context;
  const auto stub = grpc::reflection::v1alpha::ServerReflection::NewStub(channel);
  const auto dialogue = stub->ServerReflectionInfo(&context);
  EXPECT_EQ(dialogue->Finish().error_code(), StatusCode::UNIMPLEMENTED);
  EXPECT_TRUE((*quiet)->Answers(seconds(5)));
}

TEST_F(ServerTest, RefusesAnInvalidAddress) {
  const auto second = Server::Start({.listen = "no such address",
                                     .store = store_,
                                     .lists = lists_,
                                     .changer = changer_,
                                     .subjects = subjects_,
                                     .vendor_check = vendor_check_,
                                     .reviews = reviews_,
                                     .pauses = pauses_,
                                     .recovery = recovery_,
                                     .accounts = TwoAccounts(),
                                     .clock = clock_,
                                     .executor = RunHere,
                                     .vendor_executor = {},
                                     .on_finished = {}});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kFailedPrecondition);
}

TEST_F(ServerTest, FinishesRunningCallsWhenItShutsDown) {
  store_.HoldSubmits();
  std::jthread caller([&] { EXPECT_TRUE(Create(Erasure("k")).ok()); });
  while (store_.held_count() == 0) std::this_thread::yield();

  std::jthread shutdown([&] { server_->Shutdown(seconds(30)); });
  grpc::Status refused;
  do {
    auto stub = v1::PrivacyRequestService::NewStub(NewChannel());
    grpc::ClientContext context;
    v1::PrivacyRequest ignored;
    v1::GetPrivacyRequestRequest request;
    request.set_name("accounts/shop/privacyRequests/1");
    refused = stub->GetPrivacyRequest(&context, request, &ignored);
    // Calls that meet the very moment are cancelled by gRPC.
  } while (refused.error_code() == StatusCode::NOT_FOUND ||
           refused.error_code() == StatusCode::CANCELLED);
  EXPECT_EQ(refused.error_code(), StatusCode::UNAVAILABLE);

  store_.ReleaseSubmits();
  caller.join();
  shutdown.join();
  EXPECT_EQ(store_.request_count(), 1);
}

TEST_F(ServerTest, CancelsCallsThatOutliveTheGrace) {
  store_.HoldSubmits();
  std::promise<grpc::Status> ended;
  std::jthread caller([&] { ended.set_value(Create(Erasure("k"))); });
  while (store_.held_count() == 0) std::this_thread::yield();
  std::jthread shutdown([&] { server_->Shutdown(milliseconds(0)); });
  EXPECT_FALSE(ended.get_future().get().ok());
  store_.ReleaseSubmits();
  shutdown.join();
  EXPECT_EQ(store_.request_count(), 1);
}

TEST_F(ServerTest, ShutsDownOnce) {
  server_->Shutdown(seconds(1));
  server_->Shutdown(seconds(1));
  EXPECT_EQ(Create(Erasure("k")).error_code(), StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace lethe::api
