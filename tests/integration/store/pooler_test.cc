// Lethe behind PgBouncer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "store/base/statement.h"
#include "store/session/connection.h"
#include "store/session/pool.h"
#include "support/eventually.h"
#include "support/postgres.h"
#include "support/process.h"

namespace lethe::store {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

/// In front of a test's database, which it serves with `sessions` sessions at most.
class PgBouncer {
 public:
  PgBouncer(const test::TestDatabase& database, const std::string& mode, int sessions) {
    std::string pattern = (std::filesystem::temp_directory_path() / "lethe-pooler-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
    directory_ = pattern;
    pqxx::connection direct(database.url());
    name_ = direct.dbname();
    std::ofstream(directory_ / "pgbouncer.ini")
        << "[databases]\n"
        << name_ << " = host=" << direct.hostname() << " port=" << direct.port()
        << " user=" << direct.username()
        << "\n[pgbouncer]\nlisten_addr =\nunix_socket_dir = " << pattern
        << "\nauth_type = any\npool_mode = " << mode << "\ndefault_pool_size = " << sessions
        << "\n";
    process_.emplace(Command(), directory_, "pgbouncer");
    if (!test::Eventually([this] { return IsThere(); }))
      throw std::runtime_error("PgBouncer does not start: " + process_->err());
  }
  ~PgBouncer() {
    process_.reset();
    std::filesystem::remove_all(directory_);
  }
  PgBouncer(const PgBouncer&) = delete;
  PgBouncer& operator=(const PgBouncer&) = delete;

  UrlSource source() const {
    return [this] { return Result<std::string>(url()); };
  }

 private:
  std::string url() const {
    return "postgresql:///" + name_ + "?host=" + directory_.string() + "&port=6432&user=lethe";
  }
  /// It refuses to run as root.
  std::vector<std::string> Command() const {
    std::vector<std::string> command{"/usr/sbin/pgbouncer", directory_ / "pgbouncer.ini"};
    if (geteuid() != 0) return command;
    const passwd* user = getpwnam("postgres");
    if (user == nullptr || chown(directory_.c_str(), user->pw_uid, user->pw_gid) != 0)
      throw std::runtime_error("cannot run PgBouncer as postgres");
    command.insert(command.begin(),
                   {"/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"});
    return command;
  }
  bool IsThere() const {
    try {
      pqxx::connection connection(url());
      return true;
    } catch (const pqxx::broken_connection&) {
      return false;
    }
  }

  std::filesystem::path directory_;
  std::string name_;
  std::optional<test::Process> process_;
};

std::string CauseOfConnectingTo(const UrlSource& url) {
  try {
    Connect(url);
    return "";
  } catch (const CannotConnect& error) {
    return error.what();
  }
}

TEST(Pooler, InTransactionOrStatementModeIsRefusedByName) {
  const test::TestDatabase database;
  for (const std::string mode : {"transaction", "statement"}) {
    const PgBouncer pooler(database, mode, 5);
    EXPECT_THAT(CauseOfConnectingTo(pooler.source()), HasSubstr("use session mode")) << mode;
  }
}

TEST(Pooler, InSessionModeServesAsThePostgreSqlBehindIt) {
  const test::TestDatabase database;
  const PgBouncer pooler(database, "session", 2);
  Pool pool(pooler.source(), 1);
  for (int use = 0; use < 3; ++use) {
    const Status answer = pool.With([](pqxx::connection& connection) -> Status {
      pqxx::work work(connection);
      EXPECT_EQ(work.exec("show plan_cache_mode")[0][0].as<std::string>(), "force_generic_plan");
      return Ok();
    });
    EXPECT_TRUE(answer.ok());
  }
}

TEST(Pooler, InSessionModeMayHaveNoSessionLeftButOne) {
  const test::TestDatabase database;
  const PgBouncer pooler(database, "session", 1);
  EXPECT_EQ(CauseOfConnectingTo(pooler.source()), "");
}

TEST(Pooler, AStatementThatIsAnothersSessionsEndsTheSession) {
  const test::TestDatabase database;
  const auto session = Connect(database.source());
  const auto& statements = AllStatements();
  const auto plain = std::ranges::find_if(statements, [](const Statement& statement) {
    return std::string_view(statement.sql).find("$1") == std::string_view::npos;
  });
  ASSERT_NE(plain, statements.end());
  session->Use([&] { pqxx::work(*session).exec_prepared(plain->name); });
  session->Use([&] { pqxx::nontransaction(*session).exec("deallocate all"); });
  try {
    session->Use([&] { pqxx::work(*session).exec_prepared(plain->name); });
    FAIL() << "it was prepared";
  } catch (const std::exception& error) {
    EXPECT_TRUE(IsBroken(error));
    EXPECT_THAT(CauseOf(error), HasSubstr("transaction or statement mode"));
  }
}

}  // namespace
}  // namespace lethe::store
