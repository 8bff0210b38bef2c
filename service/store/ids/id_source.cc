#include "store/ids/id_source.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "store/ids/sql.h"
#include "store/session/sql_errors.h"

namespace lethe::store {
namespace {

/// How far ids are reserved ahead. Longer means fewer round trips, and a larger jump of ids after a
/// restart.
constexpr std::int64_t kReservationMs = 20'000;

/// What a flush may use up before it asks again.
constexpr std::int64_t kHeadroomMs = 10'000;

/// A clock that goes back by more than a correction asks again at once.
constexpr std::int64_t kCorrectionMs = 1'000;

/// A reservation may end this much later than it would with the clocks as they are. The database's
/// clock may have gone back by an hour, and the ids of a process are in the order in which it made
/// them only if it goes on where it was. What lies further ahead was reserved by a clock that was
/// wrong.
constexpr std::int64_t kMostAheadMs = 2 * 3'600'000;

TimePoint DatabaseTime(pqxx::connection& connection) {
  pqxx::nontransaction work(connection);
  return OnlyRow(work, sql::NodeTime{}).present;
}

}  // namespace

std::optional<NodeRenewal> IdSource::Prepare(pqxx::connection& connection, TimePoint now) {
  const std::int64_t now_ms = IdMillis(now);
  const std::optional<int> number = NumberToPrepare(now_ms);
  if (!number) return {};
  const TimePoint database = DatabaseTime(connection);
  if (std::chrono::abs(now - database) > kMostDifference) throw ClockDiffers();
  const Moment moment{.database = database,
                      .now_ms = std::max({now_ms, IdMillis(database), GivenUpUntil()}),
                      .latest_ms = IdMillis(database) + kMostAheadMs};
  std::optional<NodeRenewal> renewed;
  if (*number != kNoNumber) renewed = Renew(connection, *number, moment);
  if (!renewed) renewed = Acquire(connection, *number, moment);
  const std::lock_guard lock(mutex_);
  prepared_at_ms_ = now_ms;
  return renewed;
}

std::optional<int> IdSource::NumberToPrepare(std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (generator_ && prepared_at_ms_ <= now_ms + kCorrectionMs &&
      now_ms + kHeadroomMs <= reserved_until_ms_) {
    return std::nullopt;
  }
  return number_;
}

std::int64_t IdSource::Take(TimePoint now, int count) {
  std::lock_guard lock(mutex_);
  const auto first = generator_ ? generator_->Next(IdMillis(now), count) : std::nullopt;
  if (!first) throw std::runtime_error("the reserved ids are used up");
  return *first;
}

std::optional<NodeRenewal> IdSource::GiveUp() {
  const std::lock_guard lock(mutex_);
  if (number_ == kNoNumber) return given_up_;
  given_up_ = NodeRenewal{.number = number_,
                          .holder = holder_,
                          .reserved_until_ms = reserved_until_ms_,
                          .renewed_at = renewed_at_};
  number_ = kNoNumber;
  reserved_until_ms_ = 0;
  generator_.reset();
  return given_up_;
}

std::int64_t IdSource::GivenUpUntil() {
  const std::lock_guard lock(mutex_);
  return given_up_ ? given_up_->reserved_until_ms : 0;
}

NodeRenewal IdSource::Acquire(pqxx::connection& connection, int lost_number, const Moment& moment) {
  pqxx::work work(connection);
  sql::LockNodes{}.Run(work);
  const auto node = FirstRow(work, sql::AcquireNode{.holder = holder_,
                                                    .now_ms = moment.now_ms,
                                                    .reserve_ms = kReservationMs,
                                                    .latest_ms = moment.latest_ms});
  if (!node) throw std::runtime_error("all node numbers are in use");
  work.commit();
  NodeRenewal acquired{node->number, holder_, node->reserved_until_ms, moment.database};
  const std::lock_guard lock(mutex_);
  // Another thread was faster. This number is left to run out.
  if (number_ != lost_number) return acquired;
  number_ = node->number;
  reserved_until_ms_ = node->reserved_until_ms;
  renewed_at_ = moment.database;
  generator_.emplace(number_, node->floor_ms, reserved_until_ms_);
  return acquired;
}

std::optional<NodeRenewal> IdSource::Renew(pqxx::connection& connection, int number,
                                           const Moment& moment) {
  pqxx::work work(connection);
  const auto node = FirstRow(work, sql::RenewNode{.number = number,
                                                  .holder = holder_,
                                                  .now_ms = moment.now_ms,
                                                  .reserve_ms = kReservationMs,
                                                  .latest_ms = moment.latest_ms});
  work.commit();
  if (!node) return {};
  const std::lock_guard lock(mutex_);
  // Another thread may have renewed further, or lost the number and taken another.
  if (number_ == number && node->reserved_until_ms > reserved_until_ms_) {
    reserved_until_ms_ = node->reserved_until_ms;
    renewed_at_ = moment.database;
    generator_->Extend(reserved_until_ms_);
  }
  return NodeRenewal{number, holder_, node->reserved_until_ms, moment.database};
}

}  // namespace lethe::store
