#include "store/schema/partitions.h"

#include <array>
#include <chrono>
#include <string>

#include "store/ids/id_generator.h"
#include "store/session/sql_errors.h"

namespace lethe::store {
namespace {

constexpr std::array kParents{"request", "request_item", "item_digest"};

std::string PartitionName(const std::string& parent, std::chrono::year_month month) {
  const int year = static_cast<int>(month.year());
  const int number = static_cast<int>(static_cast<unsigned>(month.month()));
  return parent + '_' + std::to_string(year * 100 + number);
}

std::string IdBound(std::chrono::year_month month) {
  return std::to_string(IdFloor(TimePoint(std::chrono::sys_days{month / 1})));
}

bool EnsurePartition(pqxx::connection& connection, const std::string& parent,
                     std::chrono::year_month month) {
  const std::string name = PartitionName(parent, month);
  pqxx::work work(connection);
  work.exec("set local lock_timeout = '2s'");
  work.exec("select pg_advisory_xact_lock(hashtext('lethe.partitions'))");
  const auto found = work.exec("select to_regclass(" + work.quote(name) + ") is not null");
  if (found[0][0].as<bool>()) return false;
  // CREATE .. PARTITION OF would lock out the whole parent behind any reader; ATTACH does not.
  work.exec("create table " + name + " (like " + parent + " including all)");
  work.exec("alter table " + parent + " attach partition " + name + " for values from (" +
            IdBound(month) + ") to (" + IdBound(month + std::chrono::months(1)) + ")");
  work.commit();
  return true;
}

}  // namespace

Result<int> EnsurePartitions(pqxx::connection& connection, TimePoint now) {
  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
  const std::chrono::year_month current = today.year() / today.month();
  try {
    int made = 0;
    for (int offset = -1; offset <= kMonthsAhead; ++offset) {
      for (const char* parent : kParents) {
        made += EnsurePartition(connection, parent, current + std::chrono::months(offset));
      }
    }
    return made;
  } catch (const std::exception& error) {
    return ToError(error);
  }
}

}  // namespace lethe::store
