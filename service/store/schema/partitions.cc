#include "store/schema/partitions.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "store/ids/id_generator.h"
#include "store/session/sql_errors.h"

namespace lethe::store {
namespace {

constexpr std::array kParents{"request", "request_item", "item_digest"};

std::string NumberOf(std::chrono::year_month month) {
  const int year = static_cast<int>(month.year());
  const int number = static_cast<int>(static_cast<unsigned>(month.month()));
  return std::to_string(year * 100 + number);
}

std::int64_t IdBound(std::chrono::year_month month) {
  return IdFloor(TimePoint(std::chrono::sys_days{month / 1}));
}

bool EnsurePartition(pqxx::connection& connection, const std::string& parent,
                     std::chrono::year_month month) {
  pqxx::work work(connection);
  const auto rows =
      work.exec_params("select lethe_make_partition($1, $2, $3, $4)", parent, NumberOf(month),
                       IdBound(month), IdBound(month + std::chrono::months(1)));
  work.commit();
  return rows[0][0].as<bool>();
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
