#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"
#include "support/relay.h"

namespace lethe::test {
namespace {

using grpc::StatusCode;
using std::chrono::seconds;
using ::testing::HasSubstr;

v1::CreatePrivacyRequestRequest Request(const std::string& key) {
  return MakeRequest("shop", key, Ask::kEraseIdentities, {"person of " + key});
}

/// An answer that lets an honest caller go on: the request is kept, or when to come back.
void ExpectHelpful(const grpc::Status& status) {
  if (status.ok()) return;
  EXPECT_THAT(status.error_code(),
              ::testing::AnyOf(StatusCode::UNAVAILABLE, StatusCode::RESOURCE_EXHAUSTED))
      << status.error_message();
  EXPECT_THAT(status.error_details(), HasSubstr("google.rpc.RetryInfo")) << status.error_message();
}

/// The database's server keeps its connections, takes new ones, and says nothing: a stopped
/// process, a hypervisor that froze. Limits are those of production.
class Silence : public ::testing::Test {
 protected:
  TestDatabase database_;
  Relay relay_{database_.url()};
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
  LethedFiles files_{{.database_url = relay_.url(), .vendor_url = sandbox_->base_url()}};
};

TEST_F(Silence, IsToldToCallersInTimeAndGotOver) {
  const auto lethed = files_.StartReady();
  const ApiClient api(lethed->grpc_port());
  const auto before = api.Create(Request("before"));
  ASSERT_TRUE(before.ok());

  relay_.GoSilent();
  constexpr int kCallers = 6;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < kCallers; ++i) {
      // Within the deadline that a careful caller sets, which the API client has.
      callers.emplace_back(
          [&, i] { ExpectHelpful(api.Create(Request("during " + std::to_string(i))).status); });
      callers.emplace_back([&] { ExpectHelpful(api.Get(before.message.name()).status); });
    }
    EXPECT_TRUE(Eventually([&] { return lethed->Get("/readyz").status == 503; }, seconds(10)))
        << "still ready ten seconds after the loss";
    EXPECT_EQ(lethed->Get("/healthz").status, 200) << "a restart would not help";
  }
  EXPECT_GT(lethed->Metric("lethe_store_errors_total{code=\"UNAVAILABLE\"}"), 0);
  EXPECT_THAT(files_.Printed(), HasSubstr("\"store.unavailable\""));

  relay_.Speak();
  ASSERT_TRUE(Eventually([&] { return lethed->ready(); })) << files_.Printed();
  for (int i = 0; i < kCallers; ++i) {
    EXPECT_TRUE(api.Create(Request("during " + std::to_string(i))).ok());
  }
  EXPECT_TRUE(Eventually([&] { return CountUnfinished(database_) == 0; }));
  EXPECT_EQ(ReadBooks(database_).kept, 1 + kCallers);
  EXPECT_EQ(sandbox_->GetReport().total.distinct_identifiers, 1 + kCallers);
}

TEST_F(Silence, AtTheStartIsWaitedFor) {
  relay_.GoSilent();
  const auto lethed = files_.Start();
  EXPECT_TRUE(Eventually([&] { return lethed->Get("/readyz").body == "database_unavailable\n"; }));
  EXPECT_THAT(files_.Printed(), HasSubstr("(time-out)"));
  const ApiClient api(lethed->grpc_port());
  ExpectHelpful(api.Create(Request("early")).status);
  relay_.Speak();
  ASSERT_TRUE(Eventually([&] { return lethed->ready(); }));
  EXPECT_TRUE(api.Create(Request("early")).ok());
}

/// The database answers, and takes no writes.
class ReadOnly : public ::testing::Test {
 protected:
  void SetReadOnly(bool read_only) {
    pqxx::connection connection(database_.superuser_url());
    pqxx::nontransaction work(connection);
    const std::string name = work.exec1("select current_database()")[0].as<std::string>();
    work.exec("set default_transaction_read_only = off");
    work.exec("alter database " + name +
              (read_only ? " set default_transaction_read_only = on"
                         : " reset default_transaction_read_only"));
    database_.CutConnections();
  }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
  LethedFiles files_{{.database_url = database_.url(), .vendor_url = sandbox_->base_url()}};
};

TEST_F(ReadOnly, IsNotReadyAndSaysWhyAndCountsWhatFails) {
  const auto lethed = files_.StartReady("api");
  const ApiClient api(lethed->grpc_port());
  SetReadOnly(true);
  EXPECT_TRUE(Eventually([&] { return lethed->Get("/readyz").body == "database_unavailable\n"; }));
  EXPECT_TRUE(Eventually([&] {
    return files_.Printed().find("read-only, SQLSTATE 25006") != std::string::npos;
  })) << files_.Printed();
  const double failed = lethed->Metric("lethe_store_errors_total{code=\"UNAVAILABLE\"}");
  const auto refused = api.Create(Request("k"));
  EXPECT_EQ(refused.code(), StatusCode::UNAVAILABLE);
  ExpectHelpful(refused.status);
  EXPECT_GT(lethed->Metric("lethe_store_errors_total{code=\"UNAVAILABLE\"}"), failed)
      << "a failed flush is not counted";

  SetReadOnly(false);
  ASSERT_TRUE(Eventually([&] { return lethed->ready(); }));
  EXPECT_TRUE(api.Create(Request("k")).ok());
}

TEST_F(ReadOnly, OrFullOfDataIsNotReadyWhileFlushesFail) {
  const auto lethed = files_.StartReady("api");
  const ApiClient api(lethed->grpc_port());
  database_.Run(
      "create function disk_full() returns trigger language plpgsql as $$ begin "
      "raise exception 'no space left on device' using errcode = '53100'; end $$; "
      "create trigger disk_full before insert on request_item for each row execute function "
      "disk_full()");
  const auto refused = api.Create(Request("k"));
  EXPECT_EQ(refused.code(), StatusCode::UNAVAILABLE);
  EXPECT_THAT(refused.status.error_message(), HasSubstr("disk full"));
  EXPECT_TRUE(Eventually([&] { return !lethed->ready(); }));
  database_.Run("drop trigger disk_full on request_item");
  ASSERT_TRUE(Eventually([&] { return lethed->ready(); }));
  EXPECT_TRUE(api.Create(Request("k")).ok());
}

TEST_F(ReadOnly, OrNotTheLogSaysWhatAnAcknowledgementPromises) {
  const auto lethed = files_.StartReady();
  EXPECT_THAT(files_.Printed(),
              HasSubstr(R"("message":"store.promise","synchronous_standby":false)"));
}

}  // namespace
}  // namespace lethe::test
