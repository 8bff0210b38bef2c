#include <gmock/gmock.h>

#include <string>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

class Contradiction : public ::testing::Test {
 protected:
  /// The next call has no effect and this answer.
  void AnswerNext(const std::string& body) {
    sandbox_->AddFault({.kind = sandbox::FaultKind::kNotJson, .body = body});
  }

  std::string Create(const std::string& key, Ask ask, int count) {
    const auto created = api_.Create(MakeRequest("shop", key, ask, MakeIdentifiers(ask, 0, count)));
    EXPECT_TRUE(created.ok()) << created.status.error_message();
    return created.message.name();
  }

  bool Reaches(const std::string& name, v1::PrivacyRequest::State state) const {
    return Eventually([&] { return api_.Get(name).message.state() == state; });
  }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
  LethedFiles files_{{.database_url = database_.url(), .vendor_url = sandbox_->base_url()}};
  std::unique_ptr<Lethed> lethed_ = files_.StartReady();
  const ApiClient api_{lethed_->grpc_port()};
};

TEST_F(Contradiction, ASuccessThatCountsNobodyIsNotTakenAtItsFirstWord) {
  AnswerNext(R"({"status":"success","processed":0})");
  const std::string name = Create("none", Ask::kEraseIdentities, 3);
  ASSERT_TRUE(Reaches(name, v1::PrivacyRequest::STATE_COMPLETED)) << files_.Printed();
  for (const std::string& identity : MakeIdentifiers(Ask::kEraseIdentities, 0, 3)) {
    EXPECT_EQ(sandbox_->EffectCount("TEST-shop", sandbox::Endpoint::kDelete, identity), 1);
  }
  const auto first =
      database_.Run("select outcome_class, vendor_code from attempt where number = 1");
  ASSERT_EQ(first.size(), 1);
  EXPECT_STREQ(first[0][0].c_str(), "unknown");
  EXPECT_STREQ(first[0][1].c_str(), "unreadable");
  EXPECT_TRUE(ReadBooks(database_).balanced());
}

TEST_F(Contradiction, TheCodeOfARecordThatNamesNobodyIsShownToTheOperator) {
  AnswerNext(R"({"status":"fail","processed":0,"unprocessed":[{"status":"fail","code":536}]})");
  const std::string name = Create("nameless", Ask::kDisassociate, 1);
  ASSERT_TRUE(Reaches(name, v1::PrivacyRequest::STATE_NEEDS_REVIEW)) << files_.Printed();
  const auto attempt = database_.Run("select outcome_class, vendor_code from attempt");
  ASSERT_EQ(attempt.size(), 1);
  EXPECT_STREQ(attempt[0][0].c_str(), "partial");
  EXPECT_STREQ(attempt[0][1].c_str(), "536");
}

}  // namespace
}  // namespace lethe::test
