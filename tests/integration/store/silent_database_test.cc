#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <future>
#include <latch>
#include <string>
#include <thread>

#include "integration/store/world.h"
#include "store/ids/id_source.h"
#include "store/session/pool.h"
#include "support/relay.h"

namespace lethe::store {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

/// As in production, but for what a test would wait for. libpq takes no connect time-out below 2 s.
constexpr SessionLimits kSoon{.connect = seconds(2), .use = 300ms};

Status Ask(Pool& pool) {
  return pool.With([](pqxx::connection& connection) -> Status {
    pqxx::nontransaction(connection).exec1("select 1");
    return Ok();
  });
}

/// A database that keeps its connections and says nothing.
class SilentDatabase : public testing::Test {
 protected:
  SilentDatabase() { MakePartitions(database_); }

  UrlSource source() {
    return [this] { return Result<std::string>(relay_.url()); };
  }

  FakeClock clock_;
  TestDatabase database_;
  test::Relay relay_{database_.url()};
  Flushes flushes_;
};

TEST_F(SilentDatabase, IsGivenUpByAReaderWhoHearsWhenToComeBack) {
  Pool pool(source(), 1, {.session = kSoon});
  ASSERT_TRUE(Ask(pool).ok());
  relay_.GoSilent();
  auto asked = std::async(std::launch::async, [&] { return Ask(pool); });
  const bool ended = asked.wait_for(10s) == std::future_status::ready;
  relay_.Speak();
  ASSERT_TRUE(ended) << "hangs";
  const Status answer = asked.get();
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("time-out"));
  EXPECT_EQ(answer.error().retry_after, kRetryAfter);
  EXPECT_TRUE(Ask(pool).ok());
}

TEST_F(SilentDatabase, IsGivenUpByWhoConnects) {
  relay_.GoSilent();
  try {
    Connect(source(), kSoon);
    FAIL() << "connected";
  } catch (const CannotConnect& error) {
    EXPECT_STREQ(error.what(), "time-out");
  }
}

TEST_F(SilentDatabase, IsToldToTheCallersOfAFlushWhoseKeysFindTheirRequestsLater) {
  CommitterOptions options = Options(source(), flushes_);
  options.connector = std::make_shared<Connector>(source(), kSoon);
  Committer committer(std::move(options), clock_);
  ASSERT_TRUE(Submit(committer, Sealed("before")).ok());
  relay_.GoSilent();
  auto hanging = Start(committer, Sealed("k"));
  const bool ended = hanging.wait_for(10s) == std::future_status::ready;
  relay_.Speak();
  ASSERT_TRUE(ended) << "hangs";
  const Result<Admission> unknown = hanging.get();
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(unknown.error().retry_after);
  EXPECT_THAT(unknown.error().message, HasSubstr("same key"));
  ASSERT_TRUE(Eventually([&] { return Submit(committer, Sealed("k")).ok(); }));
  EXPECT_EQ(Number(database_, "select count(*) from request"), 2);
}

TEST_F(SilentDatabase, ThatOneWriterWaitsForDoesNotKeepAnotherFromMakingIds) {
  IdSource ids("test");
  const auto hangs = Connect(source(), {.use = 30'000ms});
  relay_.GoSilent();
  std::atomic<bool> gave_up = false;
  std::jthread one([&] {
    try {
      hangs->Use([&] { ids.Prepare(*hangs, clock_.Now()); });
    } catch (const std::exception&) {
      gave_up = true;
    }
  });
  const auto answers = Connect(database_.source());
  ASSERT_TRUE(Eventually([&] { return relay_.is_asked(); }));
  auto other = std::async(std::launch::async, [&] {
    ids.Prepare(*answers, clock_.Now());
    ids.Take(clock_.Now(), 1);
  });
  EXPECT_EQ(other.wait_for(10s), std::future_status::ready) << "waits for another's session";
  relay_.Speak();
  one.join();
  other.wait();
  EXPECT_FALSE(gave_up);
}

TEST_F(SilentDatabase, OfWhichTheHostVanishedIsGivenUpByTheKernel) {
  const auto option = [](const Session& session, int level, int name) {
    int value = 0;
    socklen_t length = sizeof value;
    getsockopt(session.sock(), level, name, &value, &length);
    return value;
  };
  const auto own = Connect(source());
  EXPECT_NE(option(*own, SOL_SOCKET, SO_KEEPALIVE), 0);
  EXPECT_EQ(option(*own, IPPROTO_TCP, TCP_KEEPIDLE), 5);
  EXPECT_EQ(option(*own, IPPROTO_TCP, TCP_KEEPINTVL), 2);
  EXPECT_EQ(option(*own, IPPROTO_TCP, TCP_KEEPCNT), 3);
  EXPECT_EQ(option(*own, IPPROTO_TCP, TCP_USER_TIMEOUT), 10'000);

  const auto as_the_url_says = Connect([this] {
    return Result<std::string>(relay_.url() + "?keepalives_idle=77&tcp_user_timeout=1234");
  });
  EXPECT_EQ(option(*as_the_url_says, IPPROTO_TCP, TCP_KEEPIDLE), 77);
  EXPECT_EQ(option(*as_the_url_says, IPPROTO_TCP, TCP_KEEPINTVL), 2);
  EXPECT_EQ(option(*as_the_url_says, IPPROTO_TCP, TCP_USER_TIMEOUT), 1'234);
}

// ---- The server's own limits.

TEST_F(SilentDatabase, WhoseServerStillRunsEndsStatementsAndWaitsForLocksItself) {
  const auto session = Connect(database_.source());
  pqxx::nontransaction work(*session);
  const auto shown = [&](const std::string& name) {
    return work.exec1("select setting::int from pg_settings where name = '" + name + "'")[0]
        .as<int>();
  };
  const SessionLimits limits;
  EXPECT_EQ(shown("statement_timeout"), limits.statement.count());
  EXPECT_EQ(shown("lock_timeout"), limits.lock.count());
  EXPECT_LT(limits.lock, limits.statement) << "or the cause cannot be told";
  EXPECT_LT(limits.statement, limits.use) << "or the server never ends anything itself";
}

// ---- Waiting for a session.

/// Holds the pool's only session until it goes.
class Holder {
 public:
  explicit Holder(Pool& pool)
      : thread_([this, &pool] {
          pool.With([this](pqxx::connection&) -> Status {
                held_.count_down();
                done_.wait();
                return Ok();
              })
              .value();
        }) {
    held_.wait();
  }
  ~Holder() { done_.count_down(); }

 private:
  std::latch held_{1}, done_{1};
  std::jthread thread_;
};

TEST_F(SilentDatabase, AWaitForASessionEnds) {
  Pool pool(database_.source(), 1, {.wait = 50ms});
  {
    const Holder holder(pool);
    const Status answer = Ask(pool);
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(answer.error().reason, "STORE_UNAVAILABLE");
    EXPECT_TRUE(answer.error().retry_after);
  }
  EXPECT_TRUE(Ask(pool).ok());
}

TEST(SessionsOfAPool, AreCountedAndClosedWhenNobodyNeedsThem) {
  const TestDatabase database;
  const auto connector = std::make_shared<Connector>(database.source());
  Pool busy(connector, 2);
  const auto use_two = [](Pool& pool) {
    const Holder holder(pool);
    EXPECT_TRUE(Ask(pool).ok());
  };
  use_two(busy);
  EXPECT_EQ(connector->open_sessions(), 2) << "both are kept for a while";
  {
    Pool quiet(connector, 2, {.idle = 0ms});
    use_two(quiet);
    EXPECT_EQ(connector->open_sessions(), 3) << "the first that came back is closed by the second";
  }
  EXPECT_EQ(connector->open_sessions(), 2);
}

TEST_F(SilentDatabase, TheLineForASessionIsBounded) {
  Pool pool(database_.source(), 1, {.wait = 600s, .line = 1});
  std::atomic<int> refused = 0;
  std::atomic<int> served = 0;
  {
    std::vector<std::jthread> callers;
    const Holder holder(pool);
    for (int i = 0; i < 3; ++i) {
      callers.emplace_back([&] { ++(Ask(pool).ok() ? served : refused); });
    }
    EXPECT_TRUE(Eventually([&] { return refused == 2; }));
  }
  EXPECT_EQ(refused, 2);
  EXPECT_TRUE(Eventually([&] { return served == 1; }));
}

// ---- A database that cannot be reached.

TEST(Connector, LeavesADatabaseAloneForAWhileAfterEachFailure) {
  std::atomic<int> tries = 0;
  Connector connector([&] {
    ++tries;
    return Result<std::string>("postgresql:///lethe?host=/nowhere");
  });
  constexpr int kCalls = 1'000;
  for (int i = 0; i < kCalls; ++i) {
    try {
      connector.Connect();
      FAIL() << "connected";
    } catch (const CannotConnect& error) {
      EXPECT_STREQ(error.what(), "connection refused");
    }
  }
  EXPECT_LT(tries, kCalls / 10);
}

TEST(Connector, FindsADatabaseThatIsBack) {
  TestDatabase database;
  std::atomic<bool> away = true;
  Connector connector(
      [&] { return Result<std::string>(away ? "postgresql:///?host=/nowhere" : database.url()); });
  EXPECT_THROW(connector.Connect(), CannotConnect);
  away = false;
  EXPECT_TRUE(Eventually([&] {
    try {
      return connector.Connect() != nullptr;
    } catch (const CannotConnect&) {
      return false;
    }
  }));
  EXPECT_TRUE(connector.Connect());
}

std::string CauseOfConnecting(const std::string& url) {
  try {
    Connect([&] { return Result<std::string>(url); });
    return "none";
  } catch (const CannotConnect& error) {
    return error.what();
  }
}

TEST(Connector, NamesWhatIsWrongAndNoValue) {
  const TestDatabase database;
  const std::string url = database.url();
  const auto with = [&](const std::string& old, const std::string& fresh) {
    std::string changed = url;
    return changed.replace(changed.find(old), old.size(), fresh);
  };
  EXPECT_EQ(CauseOfConnecting(with("user=lethe", "user=nobody_here")), "no such role");
  EXPECT_EQ(CauseOfConnecting(with("///t", "///not_t")), "no such database");
  EXPECT_EQ(CauseOfConnecting("postgresql://lethe@127.0.0.1:1/lethe"), "connection refused");
  EXPECT_EQ(CauseOfConnecting("postgresql://lethe@nowhere.invalid/lethe"), "DNS");
  test::Relay relay(url);
  EXPECT_EQ(CauseOfConnecting(relay.url() + "?sslmode=require"), "TLS");
  database.Shut();
  EXPECT_EQ(CauseOfConnecting(url), "not accepting connections");
  database.Open();
  const std::string name = url.substr(url.find("///") + 3, url.find('?') - url.find("///") - 3);
  database.Run("alter database " + name + " connection limit 0");
  EXPECT_EQ(CauseOfConnecting(url), "too many connections");
}

TEST(Connector, SaysWhatIsWrongWithTheFileOfTheUrl) {
  try {
    Connect([]() -> Result<std::string> {
      return Error{ErrorCode::kFailedPrecondition, "SECRET_FILE", "file url: it is not there"};
    });
    FAIL() << "connected";
  } catch (const CannotConnect& error) {
    EXPECT_STREQ(error.what(), "file url: it is not there");
    EXPECT_THAT(ToError(error).message, HasSubstr("it is not there"));
  }
}

}  // namespace
}  // namespace lethe::store
