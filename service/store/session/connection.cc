#include "store/session/connection.h"

#include <string>

#include "store/base/statement.h"
#include "store/session/conninfo.h"
#include "store/session/sql_errors.h"

namespace lethe::store {
namespace {

void SetUp(Session& session, const SessionLimits& limits) {
  pqxx::nontransaction work(session);
  const auto set = [&work](const char* name, const std::string& value) {
    return "set " + std::string(name) + " = " + work.quote(value) + ";";
  };
  const auto time = [&set](const char* name, milliseconds limit) {
    return set(name, std::to_string(limit.count()) + "ms");
  };
  work.exec(
      // A role's default may be weaker.
      set("synchronous_commit", "on") + time("statement_timeout", limits.statement) +
      time("lock_timeout", limits.lock) + set("idle_in_transaction_session_timeout", "60s") +
      set("timezone", "UTC") +
      // Of what the server says beside answers only the warning that Session looks for matters.
      set("client_min_messages", "warning") +
      // Every statement is short: PostgreSQL would spend more time on compiling or planning it than
      // on running it, and planning takes longer with each month of partitions.
      set("jit", "off") + set("plan_cache_mode", "force_generic_plan") +
      // A plan that is made while the tables are empty must still be right when they are full.
      set("enable_seqscan", "off") + set("enable_hashjoin", "off") +
      set("enable_mergejoin", "off"));
}

int ServerProcess(Session& session) {
  return session.Use([&session] {
    return pqxx::nontransaction(session).exec("select pg_backend_pid()")[0][0].as<int>();
  });
}

/// Whether a pooler gives the server process of this idle session to the next one that asks: in
/// transaction mode it does. What is set and prepared in a session is in another one then.
bool IsShared(Session& session, const std::string& conninfo) {
  const int process = ServerProcess(session);
  if (session.backendpid() == process) return false;  // no pooler
  // A pooler in session mode lets the other one wait when it has no more server processes.
  constexpr milliseconds kLongestWait{2'000};
  try {
    Session other(conninfo, kLongestWait);
    return ServerProcess(other) == process;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

std::unique_ptr<Session> Connect(const UrlSource& url, const SessionLimits& limits) {
  const Result<std::string> where = url();
  if (!where.ok()) throw CannotConnect(where.error().message);
  try {
    const std::string conninfo = WithLimits(*where, limits);
    auto session = std::make_unique<Session>(conninfo, limits.use);
    if (IsShared(*session, conninfo)) throw CannotConnect(kPoolerInTransactionMode);
    session->Use([&] { SetUp(*session, limits); });
    for (const Statement& statement : AllStatements()) {
      session->prepare(statement.name, statement.sql);
    }
    return session;
  } catch (const std::exception& error) {
    throw CannotConnect(CauseOf(error));
  }
}

}  // namespace lethe::store
