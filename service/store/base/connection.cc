#include "store/base/connection.h"

#include <string>

#include "store/base/statement.h"

namespace lethe::store {

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
  // Every statement is short: PostgreSQL would spend more time on compiling or planning it than on
  // running it, and planning takes longer with each month of partitions.
  connection->set_variable("jit", "off");
  connection->set_variable("plan_cache_mode", "force_generic_plan");
  // A plan that is made while the tables are empty must still be right when they are full.
  for (const char* way : {"enable_seqscan", "enable_hashjoin", "enable_mergejoin"}) {
    connection->set_variable(way, "off");
  }
  for (const Statement& statement : AllStatements()) {
    connection->prepare(statement.name, statement.sql);
  }
  return connection;
}

}  // namespace lethe::store
