#include "store/reading/database_time.h"

#include "store/reading/sql.h"

namespace lethe::store {

TimePoint ReadDatabaseTime(pqxx::connection& connection) {
  pqxx::nontransaction work(connection);
  return OnlyRow(work, sql::Present{}).present;
}

}  // namespace lethe::store
