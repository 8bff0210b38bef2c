#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "support/eventually.h"
#include "support/postgres.h"

namespace lethe::test {

/// Makes the batches due that wait and are as `condition` says. Leaves out those that lethed has
/// locked: to wait for them could be a deadlock.
inline void EndWaits(const TestDatabase& database, const std::string& condition) {
  database.Run(
      "update batch b set not_before = lethe_now() from (select envelope, lo from batch where "
      "not_before > lethe_now() and " +
      condition +
      " for update skip locked) waiting where b.envelope = waiting.envelope and b.lo = waiting.lo");
}

/// Makes every identifier due that waits to be sent alone once more: those waits grow to minutes.
/// The next control call as well: by itself it is always due before what it vouches for.
inline void EndLoneWaits(const TestDatabase& database) {
  database.Run(
      "update slot s set control_at = lethe_now() from (select account, api, number from slot "
      "where "
      "control_at > lethe_now() for update skip locked) waiting where s.account = waiting.account "
      "and s.api = waiting.api and s.number = waiting.number");
  EndWaits(database, "lone_refusals > 0");
}

/// Eventually(), without the waits of identifiers that are sent alone.
inline bool EventuallyWithoutLoneWaits(const TestDatabase& database,
                                       const std::function<bool()>& condition,
                                       std::chrono::seconds deadline = std::chrono::seconds(60)) {
  return Eventually(
      [&] {
        EndLoneWaits(database);
        return condition();
      },
      deadline);
}

}  // namespace lethe::test
