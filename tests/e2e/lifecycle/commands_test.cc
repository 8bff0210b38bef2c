#include <gmock/gmock.h>

#include <fstream>

#include "crypto/key_ring.h"
#include "sandbox/sandbox.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kNowhere[] = "http://127.0.0.1:1";

TEST(Commands, MigrateMayBeRunAgainAndServeWaitsForIt) {
  const TestDatabase database(Schema::kEmpty);
  LethedFiles files({.database_url = database.url(), .vendor_url = kNowhere});
  const auto lethed = files.Start();
  EXPECT_TRUE(Eventually([&] { return lethed->Get("/readyz").body == "schema_out_of_date\n"; }));

  const auto first = files.Run("migrate");
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("applied 0001_initial"));
  const auto second = files.Run("migrate");
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_THAT(second.out, AllOf(HasSubstr("the schema is at version"), Not(HasSubstr("applied"))));
  EXPECT_TRUE(Eventually([&] { return lethed->ready(); }));
}

TEST(Commands, MigrateSaysThatTheDatabaseIsNotAvailable) {
  const TestDatabase database;
  LethedFiles files({.database_url = database.url(), .vendor_url = kNowhere});
  database.Shut();
  const auto migrate = files.Run("migrate");
  EXPECT_EQ(migrate.exit_code, 1);
  EXPECT_THAT(migrate.err, HasSubstr("the database is not available"));
}

TEST(Commands, CheckConfigSaysEverythingThatIsWrong) {
  LethedFiles files({.database_url = "postgresql:///lethe", .vendor_url = kNowhere});
  EXPECT_EQ(files.Run("check-config").exit_code, 0);

  std::filesystem::remove(files.directory() / "passcode-shop");
  files.SetKeys("seal 1 nonsense\n");
  const auto secrets = files.Run("check-config");
  EXPECT_EQ(secrets.exit_code, 1);
  EXPECT_THAT(secrets.err,
              AllOf(HasSubstr("passcode-shop"), HasSubstr("line 1"), Not(HasSubstr("nonsense"))));

  std::ofstream(files.config(), std::ios::app) << "nonsense: 1\nshutdown: {grace: 30s}\n";
  const auto keys = files.Run("check-config");
  EXPECT_EQ(keys.exit_code, 1);
  EXPECT_THAT(keys.err, AllOf(HasSubstr("nonsense"), HasSubstr("shutdown.grace")));
  EXPECT_EQ(files.Run("serve").exit_code, 1);
}

TEST(Commands, CheckConfigTriesWhatServeNeeds) {
  const TestDatabase database;
  const auto sandbox =
      sandbox::Sandbox::Start({.account_id = "TEST-shop", .passcode = "passcode"}).value();
  LethedFiles files({.database_url = database.url(), .vendor_url = sandbox->base_url()});
  const auto right = files.RunWith({"check-config", "--connect"});
  EXPECT_EQ(right.exit_code, 0) << right.err;
  EXPECT_THAT(right.out, HasSubstr("no synchronous standby"));

  files.SetPasscode("shop", "passcode\nsecret-2");
  const auto passcode = files.RunWith({"check-config", "--connect"});
  EXPECT_EQ(passcode.exit_code, 1);
  EXPECT_EQ(passcode.err,
            "account shop: CleverTap, asked with passcode 2 of its file, answers HTTP 401: the "
            "passcode, the account id or the region is wrong\n");

  database.Shut();
  const auto away = files.RunWith({"check-config", "--connect"});
  EXPECT_EQ(away.exit_code, 1);
  EXPECT_THAT(away.err,
              AllOf(HasSubstr("the database is not available (not accepting connections)"),
                    HasSubstr("passcode 2"), Not(HasSubstr("secret-2"))));
}

TEST(Commands, CheckConfigSaysWhatTheDatabaseLacks) {
  const auto sandbox = sandbox::Sandbox::Start({}).value();
  const TestDatabase empty(Schema::kEmpty);
  LethedFiles unmigrated({.database_url = empty.url(), .vendor_url = sandbox->base_url()});
  EXPECT_THAT(unmigrated.RunWith({"check-config", "--connect"}).err, HasSubstr("lethed migrate"));

  const TestDatabase database;
  LethedFiles files({.database_url = database.url(), .vendor_url = sandbox->base_url()});
  database.Run("revoke insert, update on batch from lethe");
  const auto rights = files.RunWith({"check-config", "--connect"});
  EXPECT_EQ(rights.exit_code, 1);
  EXPECT_THAT(rights.err, AllOf(HasSubstr("lacks INSERT on batch"),
                                HasSubstr("lacks UPDATE on batch"), HasSubstr("owner_url")));
}

TEST(Commands, MigrateWorksAsTheOwnerAndGrantsTheRoleThatServesWhatItNeeds) {
  const TestDatabase database;
  database.Run("revoke all on all tables in schema public from lethe");
  LethedFiles files(
      {.database_url = database.url(), .vendor_url = kNowhere, .owner_url = database.owner_url()});
  const auto lethed = files.Start();
  EXPECT_TRUE(Eventually([&] { return lethed->Get("/readyz").body == "schema_out_of_date\n"; }));
  EXPECT_TRUE(Eventually([&] {
    return lethed->process().out().find("role lacks a right") != std::string::npos;
  })) << "the log names what is missing";

  const auto migrate = files.Run("migrate");
  EXPECT_EQ(migrate.exit_code, 0) << migrate.err;
  EXPECT_TRUE(Eventually([&] { return lethed->ready(); }));
}

TEST(Commands, ServeSaysWhichPortIsTaken) {
  const TestDatabase database;
  const std::string keys = crypto::KeyRing::GenerateFile();
  LethedFiles files({.database_url = database.url(), .vendor_url = kNowhere, .key_file = keys});
  const auto lethed = files.StartReady();
  const std::string grpc = "127.0.0.1:" + std::to_string(lethed->grpc_port());
  const std::string operations = "127.0.0.1:" + std::to_string(lethed->operations_port());

  LethedFiles same_grpc({.database_url = database.url(),
                         .vendor_url = kNowhere,
                         .grpc_listen = grpc,
                         .key_file = keys});
  const auto first = same_grpc.Run("serve");
  EXPECT_EQ(first.exit_code, 1);
  EXPECT_THAT(first.err, AllOf(HasSubstr("cannot listen on " + grpc), HasSubstr("grpc.listen")));

  LethedFiles same_operations({.database_url = database.url(),
                               .vendor_url = kNowhere,
                               .operations_listen = operations,
                               .key_file = keys});
  const auto second = same_operations.Run("serve");
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.err, HasSubstr("cannot listen on " + operations));
  EXPECT_TRUE(lethed->ready());
}

}  // namespace
}  // namespace lethe::test
