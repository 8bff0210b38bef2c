#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "integration/store/world.h"
#include "store/base/write_to_log.h"

namespace lethe::store {
namespace {

using testing::HasSubstr;

/// While it lives, every commit on the test program's server waits for a standby that is not there.
class MissingStandby {
 public:
  explicit MissingStandby(const TestDatabase& database) : admin_(database.superuser_url()) {
    Set("alter system set synchronous_standby_names = 'not_there'");
    // The server takes the setting up at a time of its own: a commit that waits has seen it.
    std::jthread commits([this, url = database.superuser_url()] {
      pqxx::connection connection(url + "&application_name=commits");
      while (!seen_) {
        pqxx::nontransaction(connection).exec("select pg_logical_emit_message(true, 'test', '')");
      }
    });
    pqxx::nontransaction work(admin_);
    const std::string waiting =
        " from pg_stat_activity where application_name = 'commits' and wait_event = 'SyncRep'";
    EXPECT_TRUE(
        Eventually([&] { return work.exec1("select count(*)" + waiting)[0].as<int>() > 0; }));
    seen_ = true;
    work.exec("select pg_cancel_backend(pid)" + waiting);
  }
  ~MissingStandby() { Set("alter system reset synchronous_standby_names"); }

 private:
  void Set(const std::string& sql) {
    pqxx::nontransaction work(admin_);
    work.exec(sql);
    work.exec("select pg_reload_conf()");
  }

  std::atomic<bool> seen_ = false;
  pqxx::connection admin_;
};

class Standby : public testing::Test {
 protected:
  Standby() { MakePartitions(database_); }
  ~Standby() override { ExpectSound(database_); }

  std::unique_ptr<Committer> MakeCommitter(milliseconds use) {
    CommitterOptions options = Options(database_.source(), flushes_);
    options.connector = std::make_shared<Connector>(database_.source(), SessionLimits{.use = use});
    options.reopen_patience = 2s;
    return std::make_unique<Committer>(std::move(options), clock_);
  }

  std::int64_t Waiting() {
    return Number(database_,
                  "select count(*) from pg_stat_activity "
                  "where datname = current_database() and wait_event = 'SyncRep'");
  }

  /// Calls a function of PostgreSQL with the process id of each session that waits for a standby,
  /// until there is an answer: a call may wait more than once.
  template <typename Answer>
  Answer EndingWaits(const std::string& function, std::future<Answer> answer) {
    bool ended = false;
    EXPECT_TRUE(Eventually([&] {
      const auto of_those = database_.Run("select " + function +
                                          "(pid) from pg_stat_activity "
                                          "where datname = current_database() and "
                                          "wait_event = 'SyncRep'");
      ended = ended || !of_those.empty();
      return answer.wait_for(0s) == std::future_status::ready;
    }));
    EXPECT_TRUE(ended) << "nothing waited for a standby";
    return answer.get();
  }

  static void ExpectUnknown(const Result<Admission>& answer) {
    ASSERT_FALSE(answer.ok()) << "acknowledged, and no standby has it";
    EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(answer.error().message, HasSubstr("same key"));
    EXPECT_TRUE(answer.error().retry_after);
  }

  FakeClock clock_;
  TestDatabase database_;
  Flushes flushes_;
};

TEST_F(Standby, ThatIsMissingKeepsARepeatFromBeingAcknowledged) {
  ASSERT_TRUE(Submit(*MakeCommitter(60s), Sealed("k")).ok());
  // Another process, which has no envelope that a repeat would touch.
  const auto committer = MakeCommitter(500ms);
  SealedRequest elsewhere = Sealed("other");
  elsewhere.lane.account = "elsewhere";
  ASSERT_TRUE(Submit(*committer, elsewhere).ok());
  {
    const MissingStandby missing(database_);
    ExpectUnknown(Submit(*committer, Sealed("k")));
  }
  std::optional<Result<Admission>> answer;
  EXPECT_TRUE(Eventually([&] {
    answer = Submit(*committer, Sealed("k"));
    return answer->ok();
  }));
  EXPECT_TRUE((*answer)->repeated);
}

TEST_F(Standby, WhoseWaitIsCancelledLeavesTheRequestUnknown) {
  const auto committer = MakeCommitter(60s);
  ASSERT_TRUE(Submit(*committer, Sealed("before")).ok());
  {
    const MissingStandby missing(database_);
    for (const char* time : {"first", "repeated"}) {
      SCOPED_TRACE(time);
      const auto answer = EndingWaits("pg_cancel_backend", Start(*committer, Sealed("k")));
      ExpectUnknown(answer);
      EXPECT_THAT(answer.error().message, HasSubstr("interrupted"));
    }
  }
  const Result<Admission> answer = Submit(*committer, Sealed("k"));
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(answer->repeated);
}

TEST_F(Standby, WhoseWaitingSessionIsTerminatedLeavesTheRequestUnknown) {
  const auto committer = MakeCommitter(2s);
  ASSERT_TRUE(Submit(*committer, Sealed("before")).ok());
  const MissingStandby missing(database_);
  // Each next try finds its own key, and waits for the standby like the first one.
  ExpectUnknown(EndingWaits("pg_terminate_backend", Start(*committer, Sealed("k"))));
}

TEST_F(Standby, WhoseWaitIsCancelledFailsWhatAPoolCommits) {
  Pool pool(database_.source(), 1);
  const MissingStandby missing(database_);
  auto written = std::async(std::launch::async, [&] {
    return pool.With([](pqxx::connection& connection) -> Status {
      pqxx::work work(connection);
      WriteToLog(work);
      work.commit();
      return Ok();
    });
  });
  const Status answer = EndingWaits("pg_cancel_backend", std::move(written));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
}

TEST_F(Standby, ThatIsMissingForLongDoesNotGatherSessions) {
  Pool pool(database_.source(), 1, {.session = {.use = 200ms}});
  const MissingStandby missing(database_);
  for (int i = 0; i < 5; ++i) {
    const Status answer = pool.With([](pqxx::connection& connection) -> Status {
      pqxx::work work(connection);
      WriteToLog(work);
      work.commit();
      return Ok();
    });
    EXPECT_FALSE(answer.ok());
  }
  // The last one, which the next session would end.
  EXPECT_TRUE(Eventually([&] { return Waiting() <= 1; }, std::chrono::seconds(10)));
}

TEST_F(Standby, IsWaitedForOrNotIsKnown) {
  const auto session = Connect(database_.source());
  const auto told = [&] {
    pqxx::work work(*session);
    return WriteToLog(work);
  };
  EXPECT_FALSE(told());
  {
    const MissingStandby missing(database_);
    EXPECT_TRUE(Eventually(told));
  }
  EXPECT_TRUE(Eventually([&] { return !told(); }));
}

TEST_F(Standby, ADatabaseThatIsReadOnlyTakesNoWrite) {
  const auto session = Connect(database_.source());
  session->Use(
      [&] { pqxx::nontransaction(*session).exec("set default_transaction_read_only = on"); });
  pqxx::work work(*session);
  try {
    WriteToLog(work);
    FAIL() << "written";
  } catch (const std::exception& error) {
    EXPECT_TRUE(IsReadOnly(error));
    EXPECT_THAT(ToError(error).message, HasSubstr("read-only"));
  }
}

}  // namespace
}  // namespace lethe::store
