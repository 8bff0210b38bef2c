#pragma once

#include <cstdint>
#include <pqxx/pqxx>

#include "crypto/key_ring.h"
#include "lethe/batch.h"
#include "lethe/time.h"
#include "store/intake/placement.h"
#include "support/postgres.h"

namespace lethe::test {

/// Years of work in a database, made in minutes. Items come in groups of 2,000 of one account,
/// operation and kind: a request of 1,000 in ten envelopes, five of 100 in one each, fifty of 10
/// that share five. Three groups of four are `shop`'s, one is `bank`'s; two of ten are demerges and
/// disassociations, the others erasures. What is finished is done, but for an envelope that was
/// rejected in every fiftieth group and one that needs a review in another; the last thirtieth of
/// it is still in CleverTap's window.
class History {
 public:
  static constexpr int kGroup = 2'000;

  struct Options {
    std::int64_t finished;  ///< Items; of the months before `now`.
    std::int64_t waiting;   ///< Items; of the last hour. They open with `keys`.
    int months;
    TimePoint now;
  };

  /// `database` is migrated and empty. At the end it is vacuumed and analysed.
  History(const TestDatabase& database, const crypto::KeyRing& keys, Options options);

  std::int64_t finished_groups() const { return options_.finished / kGroup; }
  std::int64_t waiting_groups() const { return options_.waiting / kGroup; }

  /// The group's request of 1,000, the first of its five of 100, the first of its fifty of 10.
  RequestId LargeRequest(std::int64_t group) const { return RequestId{Base(group)}; }
  RequestId MiddleRequest(std::int64_t group) const { return RequestId{Base(group) + 1}; }
  RequestId SmallRequest(std::int64_t group) const { return RequestId{Base(group) + 6}; }
  store::ItemRange MiddleItems(std::int64_t group) const;
  /// Of `shop` and an erasure by identity.
  bool IsErasureOfShop(std::int64_t group) const;

 private:
  std::int64_t FirstMillis() const;
  std::int64_t FirstWaitingMillis() const;
  std::int64_t FinishedStep() const;  ///< Milliseconds from group to group.
  std::int64_t WaitingStep() const;
  std::int64_t Base(std::int64_t group) const;
  void AddPartitions(pqxx::connection& connection) const;

  Options options_;
};

}  // namespace lethe::test
