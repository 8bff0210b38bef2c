#include "bench/bench_database.h"

#include <pqxx/pqxx>
#include <string>

namespace lethe::bench {

BenchDatabase::BenchDatabase(test::Schema schema) : TestDatabase(schema) {
  pqxx::connection connection(superuser_url());
  pqxx::nontransaction work(connection);
  for (const char* setting :
       {"fsync = on", "full_page_writes = on", "synchronous_commit = on", "max_wal_size = '16GB'",
        "checkpoint_timeout = '1h'", "track_io_timing = on"}) {
    work.exec(std::string("alter system set ") + setting);
  }
  work.exec("select pg_reload_conf()");
}

}  // namespace lethe::bench
