#pragma once

#include <mutex>
#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "lethe/time.h"
#include "store/ids/id_generator.h"

namespace lethe::store {

/// A process's row in the table of nodes, as it has committed it. The row of a number never goes
/// back.
struct NodeRenewal {
  int number = 0;
  std::string holder = {};
  std::int64_t reserved_until_ms = 0;
  TimePoint renewed_at = {};  ///< By the database's clock.

  friend bool operator==(const NodeRenewal&, const NodeRenewal&) = default;
};

/// Ids for one process. Holds a node number that no other live process has, and reserves time for
/// it ahead, so that an id is never made twice even if the number changes hands or clocks go back.
/// Thread-safe, and no thread waits for another's session: where several prepare at once, each asks
/// the database. Throws what pqxx throws.
class IdSource {
 public:
  /// A time that is further away from the database's is implausible.
  static constexpr milliseconds kMostDifference{60'000};

  /// `holder` names the process.
  explicit IdSource(std::string holder) : holder_(std::move(holder)) {}

  /// Makes sure that ids can be made for a while. Own transactions; call it outside of any. Throws
  /// ClockDiffers for an implausible time, before anything is written, and std::runtime_error if
  /// all node numbers are in use. What it has renewed holds once the use of the session has ended
  /// well; nothing if there was no need.
  std::optional<NodeRenewal> Prepare(pqxx::connection& connection, TimePoint now);

  /// The first of `count` consecutive ids. Throws std::runtime_error if far more were made since
  /// Prepare() than clocks allow, or all were given up: prepare again.
  std::int64_t Take(TimePoint now, int count);

  /// The database may lack what it has confirmed: no further id of this reservation is made, and
  /// those of the next one come after it. Answers what was given up last, if anything ever was.
  std::optional<NodeRenewal> GiveUp();

 private:
  static constexpr int kNoNumber = -1;

  /// `_ms` in milliseconds of ids.
  struct Moment {
    TimePoint database;
    std::int64_t now_ms;
    std::int64_t latest_ms;  ///< A reservation that ends later was made by a clock that was wrong.
  };

  /// The node number; nothing if the ids that are reserved last for a while.
  std::optional<int> NumberToPrepare(std::int64_t now_ms);
  std::int64_t GivenUpUntil();
  NodeRenewal Acquire(pqxx::connection& connection, int lost_number, const Moment& moment);
  std::optional<NodeRenewal> Renew(pqxx::connection& connection, int number, const Moment& moment);

  const std::string holder_;
  std::mutex mutex_;  ///< Never held during a round trip.
  int number_ = kNoNumber;
  std::int64_t reserved_until_ms_ = 0;
  std::int64_t prepared_at_ms_ = 0;
  TimePoint renewed_at_ = {};
  std::optional<IdGenerator> generator_;
  std::optional<NodeRenewal> given_up_;
};

}  // namespace lethe::store
