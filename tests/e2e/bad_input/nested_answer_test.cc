#include <gmock/gmock.h>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

/// Half a million levels in a megabyte, where a disassociation's answer is read closest.
std::string NestedAnswer() {
  return R"({"status":"partial","processed":0,"unprocessed":)" + std::string(500'000, '[') +
         std::string(500'000, ']') + "}";
}

TEST(NestedAnswer, HasAnUnknownEffectAndHarmsNoProcess) {
  const TestDatabase database;
  const auto sandbox = sandbox::Sandbox::Start({}).value();
  LethedFiles files({.database_url = database.url(), .vendor_url = sandbox->base_url()});
  sandbox->AddFault({.kind = sandbox::FaultKind::kNotJson, .body = NestedAnswer()});
  const auto lethed = files.StartReady();
  const ApiClient api(lethed->grpc_port());
  const auto created = api.Create(
      MakeRequest("shop", "nested", Ask::kDisassociate, MakeIdentifiers(Ask::kDisassociate, 0, 3)));
  ASSERT_TRUE(created.ok()) << created.status.error_message();
  EXPECT_TRUE(Eventually([&] {
    return api.Get(created.message.name()).message.state() == v1::PrivacyRequest::STATE_COMPLETED;
  })) << files.Printed();
  const auto first =
      database.Run("select outcome_class, vendor_code from attempt where number = 1");
  ASSERT_EQ(first.size(), 1);
  EXPECT_STREQ(first[0][0].c_str(), "unknown");
  EXPECT_STREQ(first[0][1].c_str(), "unreadable");
  EXPECT_TRUE(ReadBooks(database).balanced());
}

}  // namespace
}  // namespace lethe::test
