#include "support/postgres.h"

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "lethe/batch.h"
#include "store/base/values.h"
#include "store/schema/migrations.h"
#include "store/schema/partitions.h"
#include "store/schema/rights.h"

namespace lethe::test {
namespace {

constexpr char kScript[] = LETHE_SOURCE_DIR "/deploy/local/postgres";
constexpr char kTemplate[] = "lethe_template";

/// `url` is that of the role `lethe`.
std::string As(const char* role, std::string url) {
  const std::string lethe = "user=lethe";
  return url.replace(url.find(lethe), lethe.size(), std::string("user=") + role);
}

std::string Output(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) throw std::runtime_error("cannot run " + command);
  std::string output;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) output += static_cast<char>(c);
  if (pclose(pipe) != 0) throw std::runtime_error("failed: " + command);
  while (!output.empty() && output.back() == '\n') output.pop_back();
  return output;
}

/// Makes the database refuse a change of a batch's state that CanMove() does not allow, and a split
/// into such a state. Only in Lethe's own sessions, which Connect() makes plan as no others do: a
/// test may arrange what it likes. The functions that insert are stable, so that they see the batch
/// as it was before the statement that splits it.
constexpr char kRefuseOtherMoves[] = R"sql(
create function test_allows(was text, becomes text) returns boolean language sql immutable as $$
  select was = becomes or was || '>' || becomes = any (array[EDGES])
$$;
create function test_check_move() returns trigger language plpgsql stable as $$
declare
  was text := old.state;
begin
  if not test_allows(was, new.state) then
    raise exception 'batch %:% went from % to %, which is no edge', new.envelope, new.lo, was, new.state;
  end if;
  return new;
end $$;
create function test_check_split() returns trigger language plpgsql stable as $$
declare
  was text := (select state from batch b where b.envelope = new.envelope and new.lo between b.lo and b.hi);
begin
  if not test_allows(coalesce(was, 'new'), new.state) then
    raise exception 'batch %:% went from % to %, which is no edge', new.envelope, new.lo, coalesce(was, 'new'), new.state;
  end if;
  return new;
end $$;
create trigger test_moves before update of state on batch for each row
  when (current_setting('plan_cache_mode') = 'force_generic_plan') execute function test_check_move();
create trigger test_splits before insert on batch for each row
  when (current_setting('plan_cache_mode') = 'force_generic_plan') execute function test_check_split();
)sql";

std::string RefuseOtherMoves() {
  std::string edges = "'new>open', 'new>ready'";
  for (const BatchState from : kAll<BatchState>) {
    for (const BatchState to : kAll<BatchState>) {
      if (CanMove(from, to)) edges += ", '" + Text(from) + ">" + Text(to) + "'";
    }
  }
  std::string sql = kRefuseOtherMoves;
  const std::string place = "EDGES";
  return sql.replace(sql.find(place), place.size(), edges);
}

/// One server a test program.
class Server {
 public:
  static const Server& Shared() {
    static const Server server;
    return server;
  }

  std::string Url(const std::string& database) const {
    std::string url = url_;
    const std::string path = "///lethe";
    return url.replace(url.find(path), path.size(), "///" + database);
  }

  void Admin(const std::string& sql) const {
    pqxx::connection connection(As("postgres", url_));
    pqxx::nontransaction(connection).exec(sql);
  }

  void EndSessions(const std::string& database) const {
    Admin("select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + database +
          "'");
  }

 private:
  Server() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lethe-test-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
    directory_ = pattern;
    Output(std::string(kScript) + " start " + directory_ + " --fast --owner " +
           std::to_string(getpid()));
    url_ = Output(std::string(kScript) + " url " + directory_);
    Admin(std::string("create database ") + kTemplate + " owner lethe_owner");
    const auto connection = std::make_unique<pqxx::connection>(As("lethe_owner", Url(kTemplate)));
    const auto now =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    if (!store::Migrate(*connection, store::EmbeddedMigrations()).ok() ||
        !store::EnsurePartitions(*connection, now).ok()) {
      throw std::runtime_error("the migrations fail on an empty database");
    }
    store::GrantRights(*connection, "lethe");
    pqxx::nontransaction(*connection).exec(RefuseOtherMoves());
  }
  ~Server() {
    const std::string command = std::string(kScript) + " remove " + directory_;
    if (std::system(command.c_str()) != 0) std::perror(command.c_str());
  }

  std::string directory_;
  std::string url_;
};

}  // namespace

TestDatabase::TestDatabase(Schema schema) {
  static std::atomic<int> count{0};
  const Server& server = Server::Shared();
  name_ = "t" + std::to_string(++count);
  server.Admin("create database " + name_ + " owner lethe_owner" +
               (schema == Schema::kEmpty ? "" : std::string(" template ") + kTemplate));
  url_ = server.Url(name_);
  owner_url_ = As("lethe_owner", url_);
  superuser_url_ = As("postgres", url_);
  if (schema == Schema::kEmpty) url_ = owner_url_;
  if (schema == Schema::kUnwatched) {
    Run("drop trigger test_moves on batch; drop trigger test_splits on batch");
  }
}

TestDatabase::~TestDatabase() {
  try {
    Server::Shared().Admin("drop database " + name_ + " with (force)");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cannot drop %s: %s\n", name_.c_str(), error.what());
  }
}

pqxx::result TestDatabase::Run(const std::string& sql) const {
  pqxx::connection connection(owner_url_);
  pqxx::nontransaction work(connection);
  return work.exec(sql);
}

void TestDatabase::CutConnections() const { Server::Shared().EndSessions(name_); }

void TestDatabase::Shut() const {
  const Server& server = Server::Shared();
  server.Admin("alter database " + name_ + " allow_connections false");
  server.EndSessions(name_);
}

void TestDatabase::Open() const {
  Server::Shared().Admin("alter database " + name_ + " allow_connections true");
}

void TestDatabase::KeepCopy() const {
  Shut();
  Server::Shared().Admin("create database " + name_ + "_before owner lethe_owner template " +
                         name_);
  Open();
}

void TestDatabase::PutCopyBack() const {
  const Server& server = Server::Shared();
  Shut();
  server.Admin("drop database " + name_ + " with (force)");
  server.Admin("alter database " + name_ + "_before rename to " + name_);
}

void TestDatabase::RunClockFrom(TimePoint now) const {
  const auto machine = Run("select lethe_micros(clock_timestamp())")[0][0].as<std::int64_t>();
  Run("create or replace function lethe_now() returns timestamptz language sql volatile as 'select "
      "clock_timestamp() + interval ''" +
      std::to_string(store::ToMicros(now) - machine) + " microseconds'''");
}

void TestDatabase::SetClock(TimePoint now) const {
  Run("create or replace function lethe_now() returns timestamptz language sql volatile as 'select "
      "lethe_time(" +
      std::to_string(store::ToMicros(now)) + ")'");
}

}  // namespace lethe::test
