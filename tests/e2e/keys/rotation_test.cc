#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "crypto/key_ring.h"
#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/key_rings.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kAccount[] = "TEST-shop";
constexpr char kNewestMac[] = R"(lethe_newest_key{kind="mac"})";
constexpr char kRefused[] = "lethe_keys_refused_total";

/// Two replicas on one database, each with a key file of its own.
class Rotation : public ::testing::Test {
 protected:
  LethedOptions Options(const std::string& keys) const {
    return {.database_url = database_.url(), .vendor_url = sandbox_->base_url(), .key_file = keys};
  }

  static bool HasMac(const Lethed& lethed, int number) {
    return Eventually([&] { return lethed.Metric(kNewestMac) == number; }, seconds(20));
  }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ =
      sandbox::Sandbox::Start({.account_id = kAccount, .passcode = "passcode"}).value();
};

TEST_F(Rotation, CallersThatRepeatEveryKeyOnTheOtherReplicaWhileItRollsAreServedOnce) {
  constexpr int kCallers = 4;
  const std::string old_ring = RingFile({1}, {1});
  const std::string new_ring = RingFile({1}, {2, 1});
  LethedFiles first_files(Options(old_ring));
  LethedFiles second_files(Options(new_ring));
  const auto first = first_files.StartReady();
  auto second = second_files.StartReady();
  ASSERT_TRUE(HasMac(*second, 2));

  std::mutex mutex;
  std::array apis{std::make_shared<ApiClient>(first->grpc_port()),
                  std::make_shared<ApiClient>(second->grpc_port())};
  const auto api = [&](int replica) {
    const std::lock_guard lock(mutex);
    return apis[replica];
  };
  // A replica that rolls is asked again until it answers.
  const auto create = [&](int replica, const v1::CreatePrivacyRequestRequest& request) {
    std::string name;
    EXPECT_TRUE(Eventually([&] {
      const auto answer = api(replica)->Create(request, seconds(5));
      EXPECT_NE(answer.code(), grpc::StatusCode::ALREADY_EXISTS);
      name = answer.message.name();
      return answer.ok();
    }));
    return name;
  };

  std::atomic<bool> stopping = false;
  std::atomic<int> done = 0;
  std::set<std::string> names;
  {
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < kCallers; ++caller) {
      callers.emplace_back([&, caller] {
        for (int number = 0; !stopping; ++number) {
          const int serial = number * kCallers + caller;
          const Ask ask = kAsks[serial % kAsks.size()];
          const auto request = MakeRequest("shop", "key-" + std::to_string(serial), ask,
                                           MakeIdentifiers(ask, serial * 3, 3));
          const int replica = serial / kCallers % 2;
          const std::string original = create(replica, request);
          EXPECT_EQ(create(1 - replica, request), original);
          EXPECT_EQ(create(replica, request), original);
          const std::lock_guard lock(mutex);
          EXPECT_TRUE(names.insert(original).second);
          ++done;
        }
      });
    }
    const auto some_more = [&] {
      return Eventually([&, target = done + 40] { return done >= target; }, seconds(60));
    };
    EXPECT_TRUE(some_more());
    // The second one rolls back to the old ring, and to the new one again.
    for (const std::string& ring : {old_ring, new_ring}) {
      second->process().Signal(SIGKILL);
      second_files.SetKeys(ring);
      second = second_files.StartReady();
      {
        const std::lock_guard lock(mutex);
        apis[1] = std::make_shared<ApiClient>(second->grpc_port());
      }
      EXPECT_TRUE(some_more());
    }
    // The first one takes the new ring up while it serves.
    first_files.SetKeys(new_ring);
    EXPECT_TRUE(HasMac(*first, 2));
    EXPECT_TRUE(some_more());
    stopping = true;
  }

  ASSERT_TRUE(Eventually([&] { return CountUnfinished(database_) == 0; }, seconds(90)));
  EXPECT_EQ(database_.Run("select count(*) from request")[0][0].as<int>(), std::ssize(names));
  const sandbox::Report report = sandbox_->GetReport();
  EXPECT_THAT(report.total.violations, IsEmpty());
  EXPECT_EQ(report.total.distinct_identifiers, 3 * std::ssize(names));
}

TEST_F(Rotation, AKeyFileThatDoesNotFitIsRefusedAndTheOldKeysGoOn) {
  LethedFiles files(Options(RingFile({1}, {1})));
  const auto lethed = files.StartReady();
  const ApiClient api(lethed->grpc_port());
  const auto request = MakeRequest("shop", "k", Ask::kEraseIdentities, {"ann"});
  const std::string name = api.Create(request).message.name();

  double refused = 0;
  for (const std::string& unfit :
       {std::string("seal 1 nonsense\n"), RingFile({1}, {2}), crypto::KeyRing::GenerateFile()}) {
    files.SetKeys(unfit);
    ++refused;
    EXPECT_TRUE(Eventually([&] { return lethed->Metric(kRefused) == refused; }));
    EXPECT_TRUE(lethed->ready());
    EXPECT_EQ(api.Create(request).message.name(), name);
  }
  EXPECT_THAT(files.Printed(), AllOf(HasSubstr("keys.refused"), HasSubstr("none of the mac keys"),
                                     Not(HasSubstr("nonsense"))));
  files.SetKeys(RingFile({1}, {2, 1}));
  EXPECT_TRUE(HasMac(*lethed, 2));
  EXPECT_EQ(api.Create(request).message.name(), name);
  EXPECT_EQ(lethed->Metric(kRefused), refused);
}

TEST_F(Rotation, ServeRefusesAKeyFileThatDoesNotFitAndSaysWhatIsMissing) {
  LethedFiles files(Options(RingFile({1}, {1})));
  {
    const auto lethed = files.StartReady();
    ASSERT_TRUE(ApiClient(lethed->grpc_port())
                    .Create(MakeRequest("shop", "k", Ask::kEraseIdentities, {"ann"}))
                    .ok());
    files.SetKeys(RingFile({1}, {2, 1}));
    ASSERT_TRUE(HasMac(*lethed, 2));
  }
  files.SetKeys(RingFile({1}, {2}));
  const auto lacking = files.Run("serve");
  EXPECT_EQ(lacking.exit_code, 1);
  EXPECT_THAT(lacking.err, HasSubstr("it lacks mac key 1, which rows of the database still need"));
  files.SetKeys(crypto::KeyRing::GenerateFile());
  const auto other = files.Run("serve");
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.err, HasSubstr("is another key than the one"));
  files.SetKeys(RingFile({1}, {2, 1}));
  EXPECT_TRUE(files.StartReady());
}

TEST_F(Rotation, AReplicaThatFindsTheDatabaseLaterIsNotReadyWithKeysThatDoNotFit) {
  LethedFiles right(Options(RingFile({1}, {1})));
  right.StartReady().reset();
  database_.Shut();
  LethedFiles wrong(Options(RingFile({1}, {2})));
  const auto lethed = wrong.Start();
  database_.Open();
  EXPECT_TRUE(Eventually([&] { return lethed->Get("/readyz").body == "keys_refused\n"; }));
  const auto refused = ApiClient(lethed->grpc_port())
                           .Create(MakeRequest("shop", "k", Ask::kEraseIdentities, {"ann"}));
  EXPECT_EQ(refused.code(), grpc::StatusCode::UNAVAILABLE);
  wrong.SetKeys(RingFile({1}, {2, 1}));
  EXPECT_TRUE(Eventually([&] { return lethed->ready(); }));
}

TEST_F(Rotation, AKeyFileThatEverybodyMayReadIsRefused) {
  LethedFiles files(Options(RingFile({1}, {1})));
  std::filesystem::permissions(files.directory() / "keys", std::filesystem::perms(0644));
  for (const char* command : {"check-config", "serve"}) {
    const auto refused = files.Run(command);
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("chmod o= "));
  }
  std::filesystem::permissions(files.directory() / "keys", std::filesystem::perms(0440));
  EXPECT_EQ(files.Run("check-config").exit_code, 0);
}

TEST_F(Rotation, RotateKeysIsTakenUpStepByStepAndPrintsNoKey) {
  LethedFiles files(Options(crypto::KeyRing::GenerateFile()));
  const auto lethed = files.StartReady();
  const ApiClient api(lethed->grpc_port());
  const auto request = MakeRequest("shop", "k", Ask::kEraseIdentities, {"ann"});
  const std::string name = api.Create(request).message.name();

  const auto added = files.Rotate({});
  EXPECT_EQ(added.exit_code, 0) << added.err;
  EXPECT_THAT(added.out, AllOf(HasSubstr(" seal 1 seal 2 mac 2 mac 1\n"), HasSubstr("--use-newest"),
                               Not(HasSubstr("="))));
  EXPECT_TRUE(HasMac(*lethed, 2));
  const auto used = files.Rotate({"--use-newest"});
  EXPECT_EQ(used.exit_code, 0) << used.err;
  EXPECT_THAT(used.out, HasSubstr(" seal 2 seal 1 mac 2 mac 1\n"));
  EXPECT_EQ(files.Rotate({"--use-newest"}).exit_code, 1);
  EXPECT_EQ(std::filesystem::status(files.directory() / "keys").permissions(),
            std::filesystem::perms(0600));

  EXPECT_TRUE(Eventually([&] {
    const auto fresh =
        MakeRequest("shop", "after-" + std::to_string(std::rand()), Ask::kEraseIdentities, {"bob"});
    return api.Create(fresh).ok() &&
           database_.Run("select max(lethe_key_number(sealed)) from request_item")[0][0]
                   .as<int>() == 2;
  }));
  EXPECT_EQ(api.Create(request).message.name(), name);
}

}  // namespace
}  // namespace lethe::test
