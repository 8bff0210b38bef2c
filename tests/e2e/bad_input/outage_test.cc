#include <gmock/gmock.h>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

v1::CreatePrivacyRequestRequest Request(const std::string& key) {
  return MakeRequest("shop", key, Ask::kEraseIdentities, {"person of " + key});
}

class Outage : public ::testing::Test {
 protected:
  bool AllDone() const {
    return Eventually([&] { return CountUnfinished(database_) == 0; });
  }

  void ExpectClearRefusal(const ApiClient& api, const std::string& key) {
    const auto refused = api.Create(Request(key));
    EXPECT_EQ(refused.code(), StatusCode::UNAVAILABLE);
    EXPECT_THAT(refused.status.error_message(), HasSubstr("database"));
  }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
  LethedFiles files_{{.database_url = database_.url(), .vendor_url = sandbox_->base_url()}};
};

TEST_F(Outage, OfTheDatabaseAtTheStartIsWaitedFor) {
  database_.Shut();
  const auto lethed = files_.Start();
  const ApiClient api(lethed->grpc_port());
  EXPECT_EQ(lethed->Get("/healthz").status, 200);
  EXPECT_TRUE(Eventually([&] { return lethed->Get("/readyz").body == "database_unavailable\n"; }));
  EXPECT_EQ(lethed->Get("/readyz").status, 503);
  ExpectClearRefusal(api, "early");
  EXPECT_EQ(api.Get("accounts/shop/privacyRequests/1").code(), StatusCode::UNAVAILABLE);

  database_.Open();
  ASSERT_TRUE(Eventually([&] { return lethed->ready(); }));
  EXPECT_TRUE(api.Create(Request("early")).ok());
  EXPECT_TRUE(AllDone());
  EXPECT_EQ(ReadBooks(database_).kept, 1);
}

TEST_F(Outage, OfTheDatabaseInTheMiddleIsToldAndGotOver) {
  const auto lethed = files_.StartReady();
  const ApiClient api(lethed->grpc_port());
  ASSERT_TRUE(api.Create(Request("before")).ok());
  for (int outage = 0; outage < 2; ++outage) {
    const std::string key = "during " + std::to_string(outage);
    database_.Shut();
    ExpectClearRefusal(api, key);
    ASSERT_TRUE(Eventually([&] { return !lethed->ready(); }));
    EXPECT_EQ(lethed->Get("/healthz").status, 200);
    database_.Open();
    ASSERT_TRUE(Eventually([&] { return lethed->ready(); }));
    EXPECT_TRUE(api.Create(Request(key)).ok());
  }
  EXPECT_TRUE(AllDone());
  EXPECT_EQ(ReadBooks(database_).kept, 3);
  EXPECT_EQ(sandbox_->GetReport().total.distinct_identifiers, 3);
}

TEST_F(Outage, OfCleverTapDelaysWhatIsAcceptedMeanwhile) {
  const std::string address = "127.0.0.1:" + std::to_string(sandbox_->port());
  const auto lethed = files_.StartReady();
  ASSERT_TRUE(Eventually([&] { return lethed->Metric("lethe_clock_trusted") == 1; }));
  sandbox_.reset();
  const ApiClient api(lethed->grpc_port());
  const auto accepted = api.Create(Request("meanwhile"));
  ASSERT_TRUE(accepted.ok()) << accepted.status.error_message();
  ASSERT_TRUE(Eventually([&] {
    return lethed->Metric(
               "lethe_vendor_calls_total{account=\"shop\",api=\"delete\","
               "outcome=\"not_sent\"}") > 0;
  }));
  EXPECT_TRUE(lethed->ready());
  EXPECT_EQ(api.Get(accepted.message.name()).message.item_counts().done(), 0);

  auto again = sandbox::Sandbox::Start({.listen = address});
  ASSERT_TRUE(again.ok()) << again.error().message;
  sandbox_ = *std::move(again);
  EXPECT_TRUE(AllDone());
  EXPECT_EQ(api.Get(accepted.message.name()).message.state(), v1::PrivacyRequest::STATE_COMPLETED);
  EXPECT_EQ(sandbox_->GetReport().total.repeated_identifiers, 0);
}

TEST_F(Outage, OfCleverTapAtTheStartDelaysWhatIsAcceptedMeanwhile) {
  const std::string address = "127.0.0.1:" + std::to_string(sandbox_->port());
  sandbox_.reset();
  const auto lethed = files_.StartReady();
  const ApiClient api(lethed->grpc_port());
  ASSERT_TRUE(api.Create(Request("meanwhile")).ok());
  ASSERT_TRUE(Eventually([&] {
    return files_.Printed().find(R"("message":"clock.unconfirmed","code":"connect")") !=
           std::string::npos;
  })) << "the log does not say why nothing is sent";

  auto again = sandbox::Sandbox::Start({.listen = address});
  ASSERT_TRUE(again.ok()) << again.error().message;
  sandbox_ = *std::move(again);
  EXPECT_TRUE(AllDone());
}

}  // namespace
}  // namespace lethe::test
