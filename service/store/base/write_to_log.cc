#include "store/base/write_to_log.h"

#include "store/base/sql.h"
#include "store/base/values.h"

namespace lethe::store {

bool WriteToLog(pqxx::transaction_base& work) {
  const auto row = OnlyRow(work, sql::WriteToLog{});
  if (row.read_only) throw pqxx::sql_error("the database is read-only", "write_to_log", "25006");
  return row.synchronous_standby;
}

}  // namespace lethe::store
