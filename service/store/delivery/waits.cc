#include "store/delivery/waits.h"

#include "store/delivery/sql.h"

namespace lethe::store {

int BoundWaits(pqxx::connection& connection, milliseconds lease, milliseconds rest) {
  // A transaction each, so that no two sets of locks are held together.
  pqxx::nontransaction work(connection);
  return sql::BoundSlots{.lease = lease, .rest = rest}.Run(work) +
         sql::BoundBatches{.rest = rest}.Run(work) + sql::BoundLooks{.rest = rest}.Run(work) +
         sql::BoundProbes{.rest = rest}.Run(work) + sql::BoundRouteProbes{.rest = rest}.Run(work);
}

}  // namespace lethe::store
