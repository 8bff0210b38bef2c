#pragma once

#include <chrono>
#include <functional>

#include "support/eventually.h"
#include "support/postgres.h"

namespace lethe::test {

/// Makes every identifier due that waits to be sent alone once more: those waits grow to minutes.
inline void EndLoneWaits(const TestDatabase& database) {
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
