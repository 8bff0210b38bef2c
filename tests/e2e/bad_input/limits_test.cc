#include <gmock/gmock.h>
#include <google/protobuf/util/time_util.h>

#include <limits>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using grpc::StatusCode;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

/// One lethed for all cases: none of them may harm it.
class Limits : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { world_ = std::make_unique<World>(); }
  static void TearDownTestSuite() {
    EXPECT_TRUE(Eventually([] { return CountUnfinished(world_->database) == 0; }));
    EXPECT_TRUE(ReadBooks(world_->database).balanced()) << ReadBooks(world_->database);
    EXPECT_EQ(ReadBooks(world_->database).accepted, accepted_);
    EXPECT_EQ(world_->sandbox->GetReport().total.violation_count(), 0);
    std::printf("%d calls, %d identifiers accepted\n", keys_, accepted_);
    world_.reset();
  }

  struct World {
    TestDatabase database;
    std::unique_ptr<sandbox::Sandbox> sandbox = sandbox::Sandbox::Start({}).value();
    LethedFiles files{{.database_url = database.url(), .vendor_url = sandbox->base_url()}};
    std::unique_ptr<Lethed> lethed = files.StartReady();
    ApiClient api{lethed->grpc_port()};
  };

  static std::string NewKey() { return "key-" + std::to_string(++keys_); }

  static StatusCode Create(const v1::CreatePrivacyRequestRequest& request) {
    const auto answer = world_->api.Create(request);
    accepted_ += answer.message.item_count();  // 0 in errors
    EXPECT_EQ(answer.ok(), answer.status.error_message().empty());
    return answer.code();
  }
  static StatusCode Create(Ask ask, const std::vector<std::string>& identifiers) {
    return Create(MakeRequest("shop", NewKey(), ask, identifiers));
  }

  static std::unique_ptr<World> world_;
  static int keys_;
  static int accepted_;
};
std::unique_ptr<Limits::World> Limits::world_;
int Limits::keys_ = 0;
int Limits::accepted_ = 0;

TEST_F(Limits, TakesOneToAThousandIdentifiers) {
  for (const Ask ask : kAsks) {
    const int first = (1 + static_cast<int>(ask)) * 10'000;
    EXPECT_EQ(Create(ask, {}), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(Create(ask, MakeIdentifiers(ask, first, 1)), StatusCode::OK);
    EXPECT_EQ(Create(ask, MakeIdentifiers(ask, first + 1, 1000)), StatusCode::OK);
    EXPECT_EQ(Create(ask, MakeIdentifiers(ask, first, 1001)), StatusCode::INVALID_ARGUMENT);
  }
}

TEST_F(Limits, HoldForEachIdentifier) {
  const std::string smile = "\xF0\x9F\x98\x80";
  const auto smiles = [&](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += smile;
    return text;
  };
  struct Case {
    Ask ask;
    std::string identifier;
    StatusCode code;
  };
  constexpr auto kBad = StatusCode::INVALID_ARGUMENT;
  const std::vector<Case> cases{
      {Ask::kEraseIdentities, "", kBad},
      {Ask::kEraseIdentities, "x", StatusCode::OK},
      {Ask::kEraseIdentities, " \t", kBad},
      {Ask::kEraseIdentities, std::string("a\0b", 3), kBad},
      {Ask::kEraseIdentities, "\xC3\x28", kBad},
      {Ask::kEraseIdentities, "\xED\xA0\x80", kBad},
      {Ask::kEraseIdentities, "\"}],\\u0000 'quotes'", StatusCode::OK},
      {Ask::kEraseIdentities, "ann@example.com ", kBad},
      {Ask::kEraseIdentities, "\u00A0ann@example.com", kBad},
      {Ask::kEraseIdentities, "ann@\u200Bexample.com", kBad},
      {Ask::kEraseIdentities, "\uFEFFann@example.com", kBad},
      {Ask::kEraseIdentities, "ann \u202Eeel", kBad},
      {Ask::kEraseIdentities, "ann lee", StatusCode::OK},
      {Ask::kEraseIdentities, "\U0001F468\u200D\U0001F469", StatusCode::OK},
      {Ask::kEraseIdentities, std::string(1023, 'x'), StatusCode::OK},
      {Ask::kEraseIdentities, std::string(1024, 'x'), StatusCode::OK},
      {Ask::kEraseIdentities, std::string(1025, 'x'), kBad},
      {Ask::kDemerge, smiles(1024), StatusCode::OK},
      {Ask::kDemerge, smiles(1025), kBad},
      {Ask::kEraseGuids, "", kBad},
      {Ask::kEraseGuids, "   ", kBad},
      {Ask::kEraseGuids, std::string(255, 'g'), StatusCode::OK},
      {Ask::kEraseGuids, std::string(256, 'g'), StatusCode::OK},
      {Ask::kEraseGuids, std::string(257, 'g'), kBad},
      {Ask::kEraseGuids, "caf\xC3\xA9", kBad},
      {Ask::kDisassociate, "+123456", kBad},
      {Ask::kDisassociate, "+1234567", StatusCode::OK},
      {Ask::kDisassociate, "+123456789012345", StatusCode::OK},
      {Ask::kDisassociate, "+1234567890123456", kBad},
      {Ask::kDisassociate, "1234567", kBad},
      {Ask::kDisassociate, "+0234567", kBad},
      {Ask::kDisassociate, "+1 234567", kBad},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(Create(cases[i].ask, {cases[i].identifier}), cases[i].code) << "case " << i;
  }
}

TEST_F(Limits, HoldForDueTimes) {
  using google::protobuf::util::TimeUtil;
  constexpr std::int64_t kDay = 24 * 3600;
  const std::int64_t now = TimeUtil::GetCurrentTime().seconds();
  const auto create = [](std::int64_t due) {
    auto request = MakeRequest("shop", NewKey(), Ask::kDemerge, {"someone"});
    request.mutable_due_time()->set_seconds(due);
    auto answer = world_->api.Create(request);
    accepted_ += answer.message.item_count();
    return answer;
  };
  const auto good = create(now + 30 * kDay);
  EXPECT_TRUE(good.ok());
  EXPECT_EQ(good.message.warnings_size(), 0);
  const auto late = create(now - 30 * kDay);
  ASSERT_TRUE(late.ok());
  ASSERT_EQ(late.message.warnings_size(), 1);
  EXPECT_EQ(late.message.warnings(0).reason(), "DUE_TIME_PASSED");
  const auto read = world_->api.Get(late.message.name());
  ASSERT_EQ(read.message.warnings_size(), 1);
  EXPECT_EQ(read.message.warnings(0).reason(), "DUE_TIME_PASSED");
  for (const std::int64_t due : {std::int64_t{0}, now - 60 * kDay, now + 400 * kDay}) {
    EXPECT_EQ(create(due).code(), StatusCode::INVALID_ARGUMENT) << due;
  }
}

TEST_F(Limits, HoldForKeysAndAccounts) {
  const auto create = [](const std::string& account, const std::string& key) {
    return Create(MakeRequest(account, key, Ask::kDemerge, {"someone"}));
  };
  EXPECT_EQ(create("shop", ""), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(create("shop", "k"), StatusCode::OK);
  EXPECT_EQ(create("shop", std::string(128, 'k')), StatusCode::OK);
  EXPECT_EQ(create("shop", std::string(129, 'k')), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(create("shop", "k\xC3\xA9y"), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(create("", NewKey()), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(create("Shop", NewKey()), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(create("shop/", NewKey()), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(create("nobody", NewKey()), StatusCode::NOT_FOUND);
}

TEST_F(Limits, BothKindsInOneErasureAreRefused) {
  auto request = MakeRequest("shop", NewKey(), Ask::kEraseIdentities, {"someone"});
  request.mutable_erasure()->add_guids("__gsomeone");
  EXPECT_EQ(Create(request), StatusCode::INVALID_ARGUMENT);
  request.clear_operation();
  EXPECT_EQ(Create(request), StatusCode::INVALID_ARGUMENT);
}

TEST_F(Limits, AMessageOfFiveMegabytesIsRefusedAndTheNextCallWorks) {
  EXPECT_EQ(Create(Ask::kEraseIdentities, {std::string(5 * 1024 * 1024, 'x')}),
            StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Create(Ask::kEraseIdentities, {"after the large one"}), StatusCode::OK);
}

TEST_F(Limits, PagesHaveAtMostAThousandRows) {
  const auto created = world_->api.Create(
      MakeRequest("shop", NewKey(), Ask::kDemerge, MakeIdentifiers(Ask::kDemerge, 90'000, 1000)));
  ASSERT_TRUE(created.ok());
  accepted_ += 1000;
  const auto rows = [&](int page_size) {
    v1::ListPrivacyRequestItemsRequest request;
    request.set_parent(created.message.name());
    request.set_page_size(page_size);
    const auto answer = world_->api.ListItems(request);
    return answer.ok() ? answer.message.items_size() : -static_cast<int>(answer.code());
  };
  EXPECT_EQ(rows(-1), -StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(rows(0), 50);
  EXPECT_EQ(rows(1), 1);
  EXPECT_EQ(rows(999), 999);
  EXPECT_EQ(rows(1000), 1000);
  EXPECT_EQ(rows(1001), 1000);
  EXPECT_EQ(rows(std::numeric_limits<int>::max()), 1000);
}

TEST_F(Limits, NamesThatAreNoneAreToldFromRequestsThatAreNot) {
  EXPECT_EQ(world_->api.Get("").code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(world_->api.Get("accounts/shop/privacyRequests/x").code(),
            StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(world_->api.Get("accounts/shop/privacyRequests/99999999999999999999").code(),
            StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(world_->api.Get("accounts/shop/privacyRequests/1").code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(world_->api.Get("accounts/nobody/privacyRequests/1").code(), StatusCode::NOT_FOUND);
}

TEST_F(Limits, ACallerThatGoesAwayMayComeBackWithItsKey) {
  for (int i = 0; i < 50; ++i) {
    const auto request = MakeRequest("shop", NewKey(), Ask::kEraseIdentities,
                                     MakeIdentifiers(Ask::kEraseIdentities, 100'000 + i * 20, 20));
    const auto gone = world_->api.Create(request, milliseconds(i % 3));
    EXPECT_TRUE(gone.ok() || gone.code() == StatusCode::DEADLINE_EXCEEDED) << gone.code();
    const auto back = world_->api.Create(request);
    ASSERT_TRUE(back.ok()) << back.status.error_message();
    EXPECT_EQ(back.message.item_count(), 20);
    EXPECT_TRUE(!gone.ok() || gone.message.name() == back.message.name());
    accepted_ += 20;
  }
}

TEST_F(Limits, AKeyThatCameWithAnotherPayloadIsRefused) {
  const std::string key = NewKey();
  EXPECT_EQ(Create(MakeRequest("shop", key, Ask::kDemerge, {"one"})), StatusCode::OK);
  EXPECT_EQ(Create(MakeRequest("shop", key, Ask::kDemerge, {"two"})), StatusCode::ALREADY_EXISTS);
}

}  // namespace
}  // namespace lethe::test
