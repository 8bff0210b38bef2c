#include "store/schema/reports.h"

namespace lethe::store {

void GrantReports(pqxx::connection& connection, const std::string& role) {
  pqxx::work work(connection);
  const std::string grantee = work.quote_name(role);
  work.exec("grant usage on schema lethe_report to " + grantee);
  work.exec("revoke all on all tables in schema lethe_report from " + grantee);
  work.exec("grant select on all tables in schema lethe_report to " + grantee);
  work.commit();
}

}  // namespace lethe::store
