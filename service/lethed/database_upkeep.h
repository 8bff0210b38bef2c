#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "core/database_clock.h"
#include "lethe/account.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "lethed/key_upkeep.h"
#include "lethed/observer.h"
#include "lethed/readiness.h"
#include "runtime/loop.h"
#include "store/delivery/pg_delivery_queue.h"
#include "store/intake/committer.h"
#include "store/recovery/call_memory.h"
#include "store/session/pool.h"
#include "telemetry/metrics.h"

namespace lethe {

/// The passes that every process makes for the database that it works on. Each is for one thread.
class DatabaseUpkeep {
 public:
  /// What it works with. All must outlive it.
  struct Parts {
    store::Pool& pool;
    store::Pool& readiness_pool;  ///< With a session that no one else uses: readers may be many.
    KeyUpkeep& keys;
    store::PgDeliveryQueue& queue;
    core::DatabaseClock& clock;
    store::Committer& committer;
    store::CallMemory& memory;
    std::string host;
    bool takes_requests;
    milliseconds lease;  ///< Config::Dispatcher::lease.
    Readiness& readiness;
    Observer& observer;
    telemetry::Metrics& metrics;
    const std::vector<Account>& accounts;
  };

  explicit DatabaseUpkeep(const Parts& parts);

  /// Finds out whether the database can be worked on, and tells Readiness; takes up a changed key
  /// file. The first time that it can, also makes what must be there, partitions and the accounts'
  /// rows, and tells what accounts that have left the configuration have left unfinished. Reads the
  /// database's clock, and mends what waits if that went back.
  runtime::Next CheckReadiness();

  /// An older state of the database has come up: it may lack what was prepared. Any thread.
  void PrepareAgain() { prepared_ = false; }

  /// Calls off a readiness that was not confirmed in time, because CheckReadiness() hangs. For
  /// another thread.
  runtime::Next ExpireReadiness();

  /// Makes the partitions of the months to come.
  runtime::Next MakePartitions();

  /// Keeps what the gauges read small.
  runtime::Next FoldTallies();

  /// Writes what became of the requests that became final.
  runtime::Next WriteOutcomes();

  /// Deletes what was lost and settled so long ago that it matters no more.
  runtime::Next ForgetLosses();

  /// Sets the queue's gauges.
  runtime::Next PublishSnapshot();

 private:
  Status Prepare();
  Status PrepareFirst();
  Status RegisterJournal();
  Status ReadClock();
  void ShowClock(std::optional<milliseconds> step);
  Status BoundWaits();
  Status ProveWritable();
  Status PrepareIds();
  Status EnsurePartitions();
  void NotReady(ReadyState state, const Error& error);
  void TellPromise(bool synchronous_standby);
  Status TellWhatIsLeftBehind();

  const Parts parts_;
  std::atomic<bool> prepared_{false};
  std::string told_;  ///< Why the process is not ready, as the log has it.
  bool clock_differs_ = false;
  std::optional<bool> promised_standby_;        ///< As the log has it.
  std::optional<milliseconds> bound_waits_to_;  ///< As soon as possible.
};

}  // namespace lethe
