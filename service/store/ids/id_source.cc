#include "store/ids/id_source.h"

#include <stdexcept>

#include "store/base/statements.h"

namespace lethe::store {
namespace {

/// How far ids are reserved ahead. Longer means fewer round trips, and a larger jump of ids after a
/// restart.
constexpr std::int64_t kReservationMs = 20'000;

/// What a flush may use up before it asks again.
constexpr std::int64_t kHeadroomMs = 10'000;

}  // namespace

void IdSource::Prepare(pqxx::connection& connection, TimePoint now) {
  const std::int64_t now_ms = IdMillis(now);
  std::lock_guard lock(mutex_);
  if (generator_ && now_ms + kHeadroomMs <= reserved_until_ms_) return;
  if (!generator_ || !Renew(connection, now_ms)) Acquire(connection, now_ms);
}

std::int64_t IdSource::Take(TimePoint now, int count) {
  std::lock_guard lock(mutex_);
  const auto first = generator_->Next(IdMillis(now), count);
  if (!first) throw std::runtime_error("the reserved ids are used up");
  return *first;
}

void IdSource::Acquire(pqxx::connection& connection, std::int64_t now_ms) {
  pqxx::work work(connection);
  // One process at a time, so that two new ones don't invent the same next number.
  work.exec_prepared(kLockNodes.name);
  const pqxx::result row = work.exec_prepared(kAcquireNode.name, holder_, now_ms, kReservationMs);
  if (row.empty()) throw std::runtime_error("all node numbers are in use");
  work.commit();
  number_ = row[0][0].as<int>();
  reserved_until_ms_ = row[0][2].as<std::int64_t>();
  generator_.emplace(number_, row[0][1].as<std::int64_t>(), reserved_until_ms_);
}

bool IdSource::Renew(pqxx::connection& connection, std::int64_t now_ms) {
  pqxx::work work(connection);
  const pqxx::result row =
      work.exec_prepared(kRenewNode.name, number_, holder_, now_ms, kReservationMs);
  work.commit();
  if (row.empty()) return false;
  reserved_until_ms_ = row[0][0].as<std::int64_t>();
  generator_->Extend(reserved_until_ms_);
  return true;
}

}  // namespace lethe::store
