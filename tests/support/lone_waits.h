#pragma once

#include <chrono>
#include <functional>

#include "support/eventually.h"
#include "support/postgres.h"

namespace lethe::test {

/// Makes every identifier due that waits to be sent alone once more: those waits grow to minutes.
/// The next control call as well: by itself it is always due before what it vouches for.
inline void EndLoneWaits(const TestDatabase& database) {
  database.Run("update slot set control_at = lethe_now() where control_at > lethe_now()");
  database.Run(
      "update batch set not_before = lethe_now() where lone_refusals > 0 and not_before > "
      "lethe_now()");
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
