#include "store/schema/rights.h"

#include "store/schema/sql.h"

namespace lethe::store {

std::vector<std::string> MissingRights(pqxx::connection& connection) {
  pqxx::nontransaction work(connection);
  std::vector<std::string> missing;
  for (const auto& row : sql::MissingRights{}.Run(work)) {
    missing.push_back(row.owned ? "the database's role may not read and write the table " + row.name
                                : "the database's role does not own the table " + row.name +
                                      ", so it cannot make the partitions of coming months");
  }
  return missing;
}

}  // namespace lethe::store
