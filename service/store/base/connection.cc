#include "store/base/connection.h"

#include <string>

#include "lethe/reasons.h"
#include "store/base/statement.h"

namespace lethe::store {
namespace {

std::string SqlState(const std::exception& error) {
  const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error);
  return sql ? sql->sqlstate() : "";
}

}  // namespace

std::unique_ptr<pqxx::connection> Connect(const UrlSource& url) {
  const Result<std::string> where = url();
  if (!where.ok()) throw pqxx::broken_connection(where.error().message);
  auto connection = std::make_unique<pqxx::connection>(*where);
  // set_variable, unlike SET, also holds when libpqxx reopens the session by itself.
  connection->set_variable("synchronous_commit", "on");
  connection->set_variable("statement_timeout", "'30s'");
  connection->set_variable("lock_timeout", "'10s'");
  connection->set_variable("idle_in_transaction_session_timeout", "'60s'");
  connection->set_variable("timezone", "'UTC'");
  // Every statement is short: to compile one, or to plan it each time, takes longer than to run it,
  // and the more so the more months there are.
  connection->set_variable("jit", "off");
  connection->set_variable("plan_cache_mode", "force_generic_plan");
  // And made while tables are empty, it must still be right when they are full.
  for (const char* way : {"enable_seqscan", "enable_hashjoin", "enable_mergejoin"}) {
    connection->set_variable(way, "off");
  }
  for (const Statement& statement : AllStatements()) {
    connection->prepare(statement.name, statement.sql);
  }
  return connection;
}

bool IsBroken(const std::exception& error) {
  if (dynamic_cast<const pqxx::broken_connection*>(&error)) return true;
  if (dynamic_cast<const pqxx::in_doubt_error*>(&error)) return true;
  const std::string state = SqlState(error);
  // 08: connection; 57P01..57P05: the server ends the session; 25006: it is a standby now.
  return state.starts_with("08") || state.starts_with("57P") || state == "25006";
}

bool IsTransient(const std::exception& error) {
  if (dynamic_cast<const pqxx::transaction_rollback*>(&error)) return true;
  const std::string state = SqlState(error);
  return state == "40P01" || state == "40001";
}

bool IsDataError(const std::exception& error) {
  const std::string state = SqlState(error);
  return state.starts_with("22") || state.starts_with("23") || state.starts_with("54");
}

Error ToError(const std::exception& error) {
  const std::string state = SqlState(error);
  // 53: out of memory, disk or connections; 55P03, 57014: waited too long for a lock or a
  // statement.
  if (IsBroken(error) || IsTransient(error) || state.starts_with("53") || state == "55P03" ||
      state == "57014") {
    return Error{
        ErrorCode::kUnavailable, Text(ErrorReason::kStoreUnavailable),
        "the database is not available" + (state.empty() ? "" : " (SQLSTATE " + state + ")")};
  }
  if (state == "42P01" || state == "42703" || state == "42883") {
    return Error{
        ErrorCode::kFailedPrecondition, Text(ErrorReason::kSchemaOutOfDate),
        "the database lacks tables or columns that this version needs: run `lethed migrate`"};
  }
  return Error{
      ErrorCode::kInternal, Text(ErrorReason::kStoreDefect),
      "the database refused a statement" + (state.empty() ? "" : " (SQLSTATE " + state + ")")};
}

Pool::Pool(UrlSource url, int max_connections)
    : url_(std::move(url)), max_connections_(max_connections) {}

std::unique_ptr<pqxx::connection> Pool::Take() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [this] { return in_use_ < max_connections_; });
  ++in_use_;
  if (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  }
  lock.unlock();
  return Connect(url_);
}

void Pool::Give(std::unique_ptr<pqxx::connection> connection) {
  std::lock_guard lock(mutex_);
  --in_use_;
  idle_.push_back(std::move(connection));
  returned_.notify_one();
}

void Pool::GiveBackAfter(const std::exception& error,
                         std::unique_ptr<pqxx::connection> connection) {
  const bool broken = IsBroken(error) || !connection || !connection->is_open();
  std::vector<std::unique_ptr<pqxx::connection>> cut;  // closed outside the lock
  std::lock_guard lock(mutex_);
  --in_use_;
  if (broken) {
    cut.swap(idle_);
    cut.push_back(std::move(connection));
  } else {
    idle_.push_back(std::move(connection));
  }
  returned_.notify_one();
}

}  // namespace lethe::store
