#include "store/reading/tallies.h"

#include "store/reading/sql.h"

namespace lethe::store {

void FoldTallies(pqxx::connection& connection) {
  pqxx::work work(connection);
  sql::FoldAccepted{}.Run(work);
  sql::FoldFinished{}.Run(work);
  work.commit();
}

}  // namespace lethe::store
