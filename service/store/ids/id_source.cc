#include "store/ids/id_source.h"

#include <stdexcept>

#include "store/ids/sql.h"

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
  sql::LockNodes{}.Run(work);
  const auto node = FirstRow(
      work, sql::AcquireNode{.holder = holder_, .now_ms = now_ms, .reserve_ms = kReservationMs});
  if (!node) throw std::runtime_error("all node numbers are in use");
  work.commit();
  number_ = node->number;
  reserved_until_ms_ = node->reserved_until_ms;
  generator_.emplace(number_, node->floor_ms, reserved_until_ms_);
}

bool IdSource::Renew(pqxx::connection& connection, std::int64_t now_ms) {
  pqxx::work work(connection);
  const auto node = FirstRow(
      work,
      sql::RenewNode{
          .number = number_, .holder = holder_, .now_ms = now_ms, .reserve_ms = kReservationMs});
  work.commit();
  if (!node) return false;
  reserved_until_ms_ = node->reserved_until_ms;
  generator_->Extend(reserved_until_ms_);
  return true;
}

}  // namespace lethe::store
