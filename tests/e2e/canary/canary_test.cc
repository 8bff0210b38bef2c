#include <gmock/gmock.h>

#include <map>
#include <set>
#include <tuple>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using ::testing::HasSubstr;

// Nothing else may contain them, the phone's digits included.
constexpr char kIdentity[] = "canary-identity-4b1f";
constexpr char kMerged[] = "canary-merged-7c20";
constexpr char kGuid[] = "__gcanaryguid9e33";
constexpr char kPhone[] = "+15558675309";
constexpr char kPasscode[] = "CANARY-PASS-CODE-77";
constexpr char kKey[] = "canary-key-51aa";

/// Numbers a request that meets no misdeed any more.
constexpr int kAfterMisdeeds = 99;

/// A canary as it is, and as it would look after the usual transformations.
std::map<std::string, std::string> Shapes(const TestDatabase& database) {
  std::map<std::string, std::string> shapes;
  for (const std::string canary : {kIdentity, kMerged, kGuid, kPhone, kPasscode, kKey}) {
    const std::string bare = canary.substr(canary.starts_with('+') ? 1 : 0);
    const auto encoded =
        database.Run("select encode('" + bare + "', 'hex'), rtrim(encode('" + bare +
                     "', 'base64'), '='), encode(sha256('" + canary + "'), 'hex')")[0];
    shapes[bare] = bare;
    shapes[bare + " in hex"] = encoded[0].c_str();
    // Its last character depends on what follows.
    const std::string base64 = encoded[1].c_str();
    shapes[bare + " in base64"] = base64.substr(0, base64.size() - 1);
    shapes[bare + " as a digest without a key"] = encoded[2].c_str();
  }
  return shapes;
}

/// Every row of every table, partitions by way of their parents.
std::string Dump(const TestDatabase& database) {
  std::string dump;
  for (const auto& table :
       database.Run("select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = "
                    "relnamespace "
                    "where nspname = 'public' and relkind in ('r', 'p') and not relispartition")) {
    const std::string name = table[0].c_str();
    dump += name + "\n";
    for (const auto& row : database.Run("select t::text from " + name + " t")) {
      dump += row[0].c_str();
      dump += '\n';
    }
  }
  return dump;
}

/// Bodies that say back what they were sent, as a careless vendor's do.
std::vector<sandbox::Fault> Misdeeds(const std::string& identifier) {
  using sandbox::FaultKind;
  const std::string echo = R"({"status":"fail","error":"no such user )" + identifier +
                           R"(","code":")" + identifier + R"("})";
  std::vector<sandbox::Fault> misdeeds;
  for (const int status : {400, 429, 500, 503}) {
    misdeeds.push_back({.kind = FaultKind::kStatus, .status = status, .body = echo});
  }
  misdeeds.push_back({.kind = FaultKind::kDrop});
  misdeeds.push_back({.kind = FaultKind::kNotJson, .body = "sorry, " + identifier});
  misdeeds.push_back({.kind = FaultKind::kNotJson, .body = echo});
  misdeeds.push_back({.kind = FaultKind::kTruncated});
  misdeeds.push_back({.kind = FaultKind::kPartial, .codes = {516}});
  misdeeds.push_back({.kind = FaultKind::kPartial, .codes = {555}, .listed_errors = true});
  return misdeeds;
}

class Canary : public ::testing::Test {
 protected:
  void ExpectNone(const std::string& where, const std::string& text) const {
    for (const auto& [what, shape] : shapes_) {
      EXPECT_EQ(text.find(shape), std::string::npos) << where << " contains " << what;
    }
  }

  template <typename Answer>
  void ExpectClearError(const Answer& answer, const std::string& call) {
    EXPECT_FALSE(answer.ok()) << call;
    ++errors_;
    ExpectNone("the error of " + call,
               answer.status.error_message() + answer.status.error_details() + answer.trailers);
  }

  /// Sends a canary through each misdeed, one call at a time, and then through a call that works.
  void SendThroughMisdeeds(Ask ask, const std::string& identifier) {
    int number = 0;
    for (const sandbox::Fault& misdeed : Misdeeds(identifier)) {
      sandbox_->AddFault(misdeed);
      Create(ask, identifier, number++);
    }
    Create(ask, identifier, number);
  }

  void Create(Ask ask, const std::string& identifier, int number) {
    const std::string key =
        kKey + std::to_string(static_cast<int>(ask)) + "-" + std::to_string(number);
    const auto answer = first_api_.Create(MakeRequest(AccountOf(ask), key, ask, {identifier}));
    EXPECT_TRUE(answer.ok()) << answer.status.error_message();
    ExpectNone("an answer", answer.message.ShortDebugString() + answer.trailers);
    // A call of its own for each: those that share an envelope would share a misdeed.
    EXPECT_TRUE(Eventually([&] { return UnsentBatches() == 0; }));
    const auto items = second_api_.ListItems([&] {
      v1::ListPrivacyRequestItemsRequest request;
      request.set_parent(answer.message.name());
      return request;
    }());
    EXPECT_TRUE(items.ok()) << items.status.error_message();
    ExpectNone("a list of items", items.message.ShortDebugString() + items.trailers);
  }

  /// One for each: so many misdeeds on one endpoint of one account would make it wait for a person.
  static std::string AccountOf(Ask ask) { return "shop-" + std::to_string(static_cast<int>(ask)); }

  int UnsentBatches() const {
    return database_
        .Run("select count(*) from batch where call_count = 0 or state = 'sending'")[0][0]
        .as<int>();
  }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
  LethedFiles files_{{.database_url = database_.url(),
                      .vendor_url = sandbox_->base_url(),
                      .accounts = {"shop-0", "shop-1", "shop-2", "shop-3"},
                      .passcode = kPasscode,
                      .log_level = "debug"}};
  std::unique_ptr<Lethed> first_ = files_.StartReady();
  std::unique_ptr<Lethed> second_ = files_.StartReady();
  ApiClient first_api_{first_->grpc_port()};
  ApiClient second_api_{second_->grpc_port()};
  const std::map<std::string, std::string> shapes_ = Shapes(database_);
  int errors_ = 0;
};

TEST_F(Canary, LeavesNoTraceWhateverGoesWrong) {
  SendThroughMisdeeds(Ask::kEraseIdentities, kIdentity);
  SendThroughMisdeeds(Ask::kEraseGuids, kGuid);
  SendThroughMisdeeds(Ask::kDemerge, kMerged);
  SendThroughMisdeeds(Ask::kDisassociate, kPhone);
  // Whoever was refused last is judged by who is accepted after that.
  Create(Ask::kEraseIdentities, kIdentity, kAfterMisdeeds);
  Create(Ask::kEraseGuids, kGuid, kAfterMisdeeds);
  Create(Ask::kDemerge, kMerged, kAfterMisdeeds);
  Create(Ask::kDisassociate, kPhone, kAfterMisdeeds);

  const std::string bad = std::string(kIdentity) + "\x01";
  ExpectClearError(first_api_.Create(MakeRequest("shop-0", kKey, Ask::kEraseIdentities, {bad})),
                   "an identity with a control character");
  ExpectClearError(first_api_.Create(MakeRequest("shop-0", kKey, Ask::kEraseGuids,
                                                 {std::string(kGuid) + "\xC3\xA9"})),
                   "a guid that is not ASCII");
  ExpectClearError(first_api_.Create(MakeRequest("shop-0", kKey, Ask::kDisassociate,
                                                 {kPhone + std::string("x")})),
                   "a phone number with a letter");
  ExpectClearError(
      first_api_.Create(MakeRequest("shop-0", std::string(kKey) + "\n", Ask::kDemerge, {kMerged})),
      "a key with a line end");
  ExpectClearError(
      first_api_.Create(MakeRequest("shop-0", std::string(kKey) + "0-0", Ask::kDemerge, {kMerged})),
      "a key that was used");
  ExpectClearError(
      first_api_.Create(MakeRequest("canary-key-51aa", kKey, Ask::kDemerge, {kMerged})),
      "an account that is none");
  ExpectClearError(first_api_.Get(std::string("accounts/shop-0/privacyRequests/") + kIdentity),
                   "a name that is none");
  v1::ListPrivacyRequestsRequest list;
  list.set_parent("accounts/shop-0");
  list.set_page_token(kIdentity);
  ExpectClearError(first_api_.List(list), "a page token that is none");
  database_.CutConnections();
  second_->process().Signal(SIGKILL);

  ASSERT_TRUE(Eventually([&] { return CountUndecided(database_) == 0; }, std::chrono::seconds(60)))
      << Undecided(database_);
  // The canaries were really there to be seen, the four of them; others are of control calls.
  for (const auto& [account, endpoint, canary] :
       {std::tuple{"TEST-shop-0", sandbox::Endpoint::kDelete, kIdentity},
        {"TEST-shop-1", sandbox::Endpoint::kDelete, kGuid},
        {"TEST-shop-2", sandbox::Endpoint::kDemerge, kMerged},
        {"TEST-shop-3", sandbox::Endpoint::kDisassociate, kPhone}}) {
    EXPECT_GT(sandbox_->EffectCount(account, endpoint, canary), 0) << account;
  }
  EXPECT_GE(sandbox_->GetReport().total.faults, 4 * 8);

  const std::string printed = files_.Printed();
  const std::string metrics = first_->Get("/metrics").body;
  const std::string dump = Dump(database_);
  for (const auto& text : {printed, metrics, dump}) EXPECT_THAT(text, HasSubstr("shop"));
  EXPECT_THAT(printed, HasSubstr("\"outcome\":\"unknown\""));
  ExpectNone("a log", printed);
  ExpectNone("/metrics", metrics);
  ExpectNone("the database", dump);
  std::printf("%zu shapes in %zu bytes of logs, %zu of metrics, %zu of the database, %d errors\n",
              shapes_.size(), printed.size(), metrics.size(), dump.size(), errors_);
}

}  // namespace
}  // namespace lethe::test
