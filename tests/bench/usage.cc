#include "bench/usage.h"

#include <unistd.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/eventually.h"

namespace lethe::bench {
namespace {

struct ProcessTimes {
  pid_t parent = 0;
  double own_ticks = 0;
  double ended_children_ticks = 0;
};

ProcessTimes ReadTimes(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return {};
  std::istringstream rest(line.substr(line.rfind(')') + 1));  // The name may hold anything.
  std::string state, skipped;
  ProcessTimes times;
  rest >> state >> times.parent;
  for (int i = 0; i < 9; ++i) rest >> skipped;
  double user = 0, system = 0, children_user = 0, children_system = 0;
  rest >> user >> system >> children_user >> children_system;
  times.own_ticks = user + system;
  times.ended_children_ticks = children_user + children_system;
  return times;
}

double ToMicros(double ticks) { return ticks * 1e6 / static_cast<double>(sysconf(_SC_CLK_TCK)); }

/// Of a process and its children, those that have ended included.
double FamilyCpuMicros(pid_t parent) {
  const ProcessTimes own = ReadTimes(parent);
  double ticks = own.own_ticks + own.ended_children_ticks;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (!std::isdigit(static_cast<unsigned char>(name.front()))) continue;
    const ProcessTimes times = ReadTimes(std::stoi(name));
    if (times.parent == parent) ticks += times.own_ticks;
  }
  return ToMicros(ticks);
}

}  // namespace

double CpuMicros(pid_t pid) { return ToMicros(ReadTimes(pid).own_ticks); }

UsageMeter::UsageMeter(const BenchDatabase& database)
    : database_(database), connection_(database.superuser_url()) {
  for (const char* statement :
       {"create extension if not exists pg_walinspect", "alter system set autovacuum = off",
        "select pg_reload_conf()", "vacuum", "checkpoint"}) {
    pqxx::nontransaction(connection_).exec(statement);
  }
  begin_ = Read();
}

Usage UsageMeter::End() {
  const auto others = [this] {
    return pqxx::nontransaction(connection_)
        .exec1(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid() "
            "and backend_type = 'client backend'")[0]
        .as<int>();
  };
  if (!test::Eventually([&] { return others() == 0; })) {
    throw std::runtime_error("sessions do not end");
  }
  pqxx::nontransaction(connection_).exec("vacuum");
  const Counts end = Read();
  // Only what is flushed can be inspected, and this commit flushes it.
  pqxx::nontransaction(connection_).exec("select pg_logical_emit_message(true, 'bench', '')");
  pqxx::nontransaction work(connection_);
  const auto wal = work.exec_params1(
      "select pg_wal_lsn_diff($2, $1), (select sum(fpi_size) from pg_get_wal_stats($1, $2))",
      begin_.lsn, end.lsn);
  return {.wal_bytes = wal[0].as<double>(),
          .full_page_bytes = wal[1].as<double>(),
          .rows_written = end.rows_written - begin_.rows_written,
          .dead_rows = end.dead_rows - begin_.dead_rows,
          .cpu_micros = end.cpu_micros - begin_.cpu_micros};
}

UsageMeter::Counts UsageMeter::Read() {
  pqxx::nontransaction work(connection_);
  work.exec("select pg_stat_force_next_flush()");
  const auto row = work.exec1(
      "select pg_current_wal_insert_lsn(), sum(n_tup_ins + n_tup_upd), sum(n_tup_upd + n_tup_del) "
      "from pg_stat_user_tables");
  const pid_t postmaster = ReadTimes(connection_.backendpid()).parent;
  return {.lsn = row[0].c_str(),
          .rows_written = row[1].as<double>(0),
          .dead_rows = row[2].as<double>(0),
          .cpu_micros = FamilyCpuMicros(postmaster)};
}

}  // namespace lethe::bench
