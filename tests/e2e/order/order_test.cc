#include <gmock/gmock.h>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

constexpr char kAccount[] = "TEST-shop";

class Order : public ::testing::Test {
 protected:
  /// As if CleverTap had told the account's demerges or disassociations to wait.
  void Rest(const std::string& api) {
    database_.Run("update slot set cool_down_until = now() + interval '1 hour' where api = '" +
                  api + "'");
  }
  void Wake() { database_.Run("update slot set cool_down_until = null"); }

  v1::PrivacyRequest Create(const std::string& key, Ask ask,
                            const std::vector<std::string>& identifiers) {
    const auto answer = api_.Create(MakeRequest("shop", key, ask, identifiers));
    EXPECT_TRUE(answer.ok()) << answer.status.error_message();
    return answer.message;
  }
  v1::PrivacyRequest Get(const std::string& name) { return api_.Get(name).message; }
  std::vector<v1::PrivacyRequestItem> Items(const std::string& name) {
    v1::ListPrivacyRequestItemsRequest request;
    request.set_parent(name);
    const auto answer = api_.ListItems(request);
    return {answer.message.items().begin(), answer.message.items().end()};
  }
  sandbox::Effects Effects(sandbox::Endpoint api, const std::string& identifier) {
    return sandbox_->EffectsOn(kAccount, api, identifier);
  }

  static void ExpectWarned(const v1::PrivacyRequest& request, int items) {
    ASSERT_EQ(request.warnings_size(), 1);
    EXPECT_EQ(request.warnings(0).reason(), "IDENTITY_MAY_NOT_RESOLVE");
    EXPECT_EQ(request.warnings(0).item_count(), items);
  }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ =
      sandbox::Sandbox::Start({.account_id = kAccount, .passcode = "passcode"}).value();
  LethedFiles files_{{.database_url = database_.url(), .vendor_url = sandbox_->base_url()}};
  std::unique_ptr<Lethed> lethed_ = files_.StartReady();
  ApiClient api_{lethed_->grpc_port()};
};

TEST_F(Order, AnErasureWaitsForTheDemergeOfItsIdentitiesAndOthersInItsEnvelopeDoNot) {
  Rest("demerge");
  const auto demerge = Create("demerge", Ask::kDemerge, {"ann", "bob"});
  EXPECT_EQ(demerge.warnings_size(), 0);
  const auto erasure = Create("erasure", Ask::kEraseIdentities, {"eve", "ann", "joe", "bob"});
  ExpectWarned(erasure, 2);

  ASSERT_TRUE(Eventually([&] {
    const auto counts = Get(erasure.name()).item_counts();
    return counts.done() == 2 && counts.held() == 2;
  }));
  ExpectWarned(Get(erasure.name()), 2);
  const auto items = Items(erasure.name());
  ASSERT_EQ(items.size(), 4U);
  for (const int free : {0, 2}) {
    EXPECT_EQ(items[free].state(), v1::ITEM_STATE_DONE);
    EXPECT_EQ(items[free].warning(), "");
  }
  for (const int held : {1, 3}) {
    EXPECT_EQ(items[held].state(), v1::ITEM_STATE_HELD);
    EXPECT_EQ(items[held].reason(), "earlier_operation");
    EXPECT_EQ(items[held].warning(), "IDENTITY_MAY_NOT_RESOLVE");
  }
  EXPECT_EQ(Effects(sandbox::Endpoint::kDelete, "ann").count, 0);
  EXPECT_EQ(Get(demerge.name()).state(), v1::PrivacyRequest::STATE_QUEUED);

  Wake();
  ASSERT_TRUE(Eventually(
      [&] { return Get(erasure.name()).state() == v1::PrivacyRequest::STATE_COMPLETED; }));
  EXPECT_EQ(Get(demerge.name()).state(), v1::PrivacyRequest::STATE_COMPLETED);
  const TimePoint demerged{std::chrono::microseconds(
      database_
          .Run("select lethe_micros(max(finished_at)) from batch where operation = 'demerge'")[0][0]
          .as<std::int64_t>())};
  for (const char* identity : {"ann", "bob"}) {
    EXPECT_EQ(Effects(sandbox::Endpoint::kDemerge, identity).count, 1);
    EXPECT_EQ(Effects(sandbox::Endpoint::kDelete, identity).count, 1);
    EXPECT_GE(Effects(sandbox::Endpoint::kDelete, identity).first, demerged);
  }
  EXPECT_TRUE(ReadBooks(database_).balanced());
}

TEST_F(Order, ADisassociatedPhoneThatIsAnIdentityIsErasedAfterwardsAndWarnedOfForEver) {
  const std::string phone = "+4915112345678";
  Rest("disassociate");
  Create("disassociation", Ask::kDisassociate, {phone});
  const auto erasure = Create("erasure", Ask::kEraseIdentities, {phone});
  ExpectWarned(erasure, 1);
  ASSERT_TRUE(Eventually([&] { return Get(erasure.name()).item_counts().held() == 1; }));
  Wake();
  ASSERT_TRUE(Eventually([&] { return CountUnfinished(database_) == 0; }));
  EXPECT_LT(Effects(sandbox::Endpoint::kDisassociate, phone).first,
            Effects(sandbox::Endpoint::kDelete, phone).first);
  ExpectWarned(Create("again", Ask::kEraseIdentities, {"someone", phone}), 1);
  EXPECT_EQ(Create("guid", Ask::kEraseGuids, {phone}).warnings_size(), 0);
}

}  // namespace
}  // namespace lethe::test
