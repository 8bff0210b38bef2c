#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <future>
#include <string>

#include "in_process_server.h"
#include "lethe/limits.h"
#include "support/canary.h"

namespace lethe::api {
namespace {

using grpc::StatusCode;
using testing::HasSubstr;
using testing::Not;

constexpr char kCreate[] = "/lethe.v1.PrivacyRequestService/CreatePrivacyRequest";
using test::kCanary;

/// Calls with bytes that no generated stub would send.
class Wire : public InProcessServer {
 protected:
  grpc::Status Call(const std::string& method, const std::string& bytes) {
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::ClientContext context;
    std::promise<grpc::Status> ended;
    grpc::GenericStub(channel_).UnaryCall(
        &context, method, {}, &request, &response,
        [&](grpc::Status status) { ended.set_value(std::move(status)); });
    return ended.get_future().get();
  }

  static std::string ErasureOf(const std::string& identity) {
    v1::CreatePrivacyRequestRequest request = Erasure("k", std::string(identity.size(), '?'));
    std::string bytes = request.SerializeAsString();
    return bytes.replace(bytes.find('?'), identity.size(), identity);
  }
};

TEST_F(Wire, TakesWhatAGeneratedStubWouldSend) {
  EXPECT_TRUE(Call(kCreate, ErasureOf("J\xC3\xBCrgen")).ok());
}

TEST_F(Wire, RefusesStringsThatAreNotUtf8WithAClearError) {
  testing::internal::CaptureStderr();
  for (const std::string& bad : {std::string("\xFF"), std::string("\xC0\xAF"),
                                 std::string("\xED\xA0\x80"), std::string("\xF4\x90\x80\x80")}) {
    const auto status = Call(kCreate, ErasureOf(kCanary + bad));
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(ReasonOf(status), "INVALID_REQUEST");
    EXPECT_THAT(status.error_message(), HasSubstr("UTF-8"));
    EXPECT_THAT(status.error_message() + status.error_details(), Not(HasSubstr(kCanary)));
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), Not(HasSubstr(kCanary)));
  EXPECT_EQ(store_.request_count(), 0);
}

TEST_F(Wire, RefusesMessagesThatAreCutOff) {
  const std::string whole = ErasureOf("ann");
  const auto status = Call(kCreate, whole.substr(0, whole.size() - 1));
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "INVALID_REQUEST");
  EXPECT_EQ(Call(kCreate, "").error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(Wire, TellsTheObserverOfUnreadableMessages) {
  Call(kCreate, "\xFF");
  server_->Shutdown(std::chrono::seconds(10));
  ASSERT_EQ(finished().size(), 1u);
  EXPECT_EQ(finished()[0].grpc_code, StatusCode::INVALID_ARGUMENT);
}

TEST_F(Wire, RefusesMessagesAboveTheLimit) {
  const auto status = Call(kCreate, ErasureOf(std::string(5 * 1024 * 1024, 'x')));
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Create(Erasure("next")).ok());
}

/// As many identities as there may be, each of `bytes`.
v1::CreatePrivacyRequestRequest RequestOf(std::size_t bytes) {
  v1::CreatePrivacyRequestRequest request;
  request.set_parent("accounts/" + std::string("shop"));
  request.set_idempotency_key(std::string(kMaxIdempotencyKeyBytes, 'k'));
  for (int i = 0; i < kMaxIdentifiersPerRequest; ++i) {
    std::string identity = std::to_string(1000 + i);
    while (identity.size() < bytes) identity += "\xF0\x9F\x98\x80";
    request.mutable_erasure()->add_identities(identity);
  }
  return request;
}

TEST_F(Wire, TakesAThousandIdentitiesOfAKibibyteEach) {
  const auto status = Create(RequestOf(1024));
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(Wire, RefusesAMessageAboveTheLimitBeforeItIsKept) {
  EXPECT_EQ(Create(RequestOf(1536)).error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Create(Erasure("next")).ok());
}

TEST_F(Wire, DoesNotKnowOtherMethods) {
  EXPECT_EQ(Call("/lethe.v1.PrivacyRequestService/Nothing", "").error_code(),
            StatusCode::UNIMPLEMENTED);
  server_->Shutdown(std::chrono::seconds(10));
  EXPECT_TRUE(finished().empty());
}

}  // namespace
}  // namespace lethe::api
