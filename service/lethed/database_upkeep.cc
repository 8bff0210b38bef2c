#include "lethed/database_upkeep.h"

#include <chrono>
#include <pqxx/pqxx>

#include "lethe/reasons.h"
#include "store/accounts/former_accounts.h"
#include "store/base/write_to_log.h"
#include "store/delivery/waits.h"
#include "store/outcomes/outcome_writer.h"
#include "store/reading/database_time.h"
#include "store/reading/snapshot.h"
#include "store/reading/tallies.h"
#include "store/recovery/call_journal.h"
#include "store/recovery/doubt.h"
#include "store/recovery/journal_register.h"
#include "store/schema/migrations.h"
#include "store/schema/partitions.h"
#include "store/schema/rights.h"
#include "telemetry/logging.h"

namespace lethe {

using core::DatabaseClock;
using runtime::Next;

namespace {

using namespace std::chrono_literals;

/// The longest that anything waits by the rules: a `Retry-After`.
constexpr milliseconds kLongestRest = 1h;

/// After the database's clock went back nothing tells how much of a wait is over. As long as a slot
/// rests in an outage at most.
constexpr milliseconds kRestAfterStep = 1min;

ReadyState StateFor(const Error& error) {
  if (error.code != ErrorCode::kFailedPrecondition) return ReadyState::kDatabaseUnavailable;
  if (error.reason == Name(ErrorReason::kProjectChanged)) return ReadyState::kProjectChanged;
  return error.reason == Name(ErrorReason::kSchemaOutOfDate) ? ReadyState::kSchemaOutOfDate
                                                             : ReadyState::kKeysRefused;
}

}  // namespace

DatabaseUpkeep::DatabaseUpkeep(const Parts& parts)
    : parts_(parts),
      // The clock may have gone back while no process ran.
      bound_waits_to_(kLongestRest) {}

Next DatabaseUpkeep::CheckReadiness() {
  if (const Status status = Prepare(); !status.ok()) {
    NotReady(StateFor(status.error()), status.error());
  } else if (const Status writable = ProveWritable(); !writable.ok()) {
    NotReady(ReadyState::kDatabaseUnavailable, writable.error());
  } else if (const Status ids = PrepareIds(); !ids.ok()) {
    NotReady(ReadyState::kNoIds, ids.error());
  } else {
    told_.clear();
    if (parts_.readiness.Become(ReadyState::kReady)) {
      telemetry::Log(telemetry::LogLevel::kInfo, "store.available");
    }
  }
  return Next::kWait;
}

Next DatabaseUpkeep::ExpireReadiness() {
  if (parts_.readiness.Expire()) {
    parts_.observer.ShowFailure("store.unavailable",
                                store::Unavailable("the database does not answer"));
  }
  return Next::kWait;
}

void DatabaseUpkeep::NotReady(ReadyState state, const Error& error) {
  const bool changed = parts_.readiness.Become(state);
  if (!changed && told_ == error.message) return;
  told_ = error.message;
  parts_.observer.ShowFailure("store.unavailable", error);
}

Status DatabaseUpkeep::ProveWritable() {
  if (const auto refusal = parts_.committer.Refusal()) return *refusal;
  return parts_.readiness_pool.WithRetry([this](pqxx::connection& connection) -> Status {
    pqxx::work work(connection);
    const bool synchronous_standby = store::WriteToLog(work);
    work.commit();
    TellPromise(synchronous_standby);
    return Ok();
  });
}

void DatabaseUpkeep::TellPromise(bool synchronous_standby) {
  if (promised_standby_ == synchronous_standby) return;
  promised_standby_ = synchronous_standby;
  const char* promise = synchronous_standby
                            ? "what is acknowledged is on the disks of the database and of a "
                              "synchronous standby: it survives a failover"
                            : "what is acknowledged is on the database's disk, and on no "
                              "synchronous standby: a failover may lose the latest of it";
  telemetry::Log(telemetry::LogLevel::kInfo, "store.promise",
                 {{"synchronous_standby", synchronous_standby},
                  {"detail", telemetry::LogValue::Public(promise)}});
}

Status DatabaseUpkeep::Prepare() {
  Status schema = parts_.readiness_pool.WithRetry([](pqxx::connection& connection) {
    const Status current = store::CheckSchema(connection, store::EmbeddedMigrations());
    return current.ok() ? store::CheckRights(connection) : current;
  });
  if (!schema.ok()) return schema;
  if (Status keys = parts_.keys.Look(); !keys.ok()) return keys;
  if (Status read = ReadClock(); !read.ok()) return read;
  if (Status bound = BoundWaits(); !bound.ok()) return bound;
  if (prepared_.exchange(true)) return Ok();
  Status started = PrepareFirst();
  if (!started.ok()) prepared_ = false;
  return started;
}

Status DatabaseUpkeep::PrepareFirst() {
  if (Status made = EnsurePartitions(); !made.ok()) return made;
  if (Status registered = parts_.queue.RegisterAccounts(); !registered.ok()) return registered;
  if (Status journal = RegisterJournal(); !journal.ok()) return journal;
  return TellWhatIsLeftBehind();
}

Status DatabaseUpkeep::RegisterJournal() {
  const store::CallJournal* journal = parts_.memory.journal();
  if (journal == nullptr) return Ok();
  const std::string place = parts_.host + ':' + journal->directory();
  const auto before =
      parts_.readiness_pool.With([&](pqxx::connection& connection) -> Result<std::string> {
        return store::NoteJournal(connection, place, journal->id());
      });
  if (!before.ok()) return before.error();
  if (!before->empty() && *before != journal->id()) parts_.observer.ShowJournalLost();
  return Ok();
}

Status DatabaseUpkeep::ReadClock() {
  const auto reading = parts_.readiness_pool.With(
      [this](pqxx::connection& connection) -> Result<DatabaseClock::Reading> {
        const milliseconds asked_at = parts_.clock.Monotonic();
        const TimePoint database = store::ReadDatabaseTime(connection);
        return DatabaseClock::Reading{database, asked_at, parts_.clock.Monotonic()};
      });
  if (!reading.ok()) return reading.error();
  ShowClock(parts_.clock.Correct(*reading));
  return Ok();
}

void DatabaseUpkeep::ShowClock(std::optional<milliseconds> step) {
  using telemetry::Log, telemetry::LogLevel;
  const milliseconds ahead = parts_.clock.machine_ahead();
  parts_.metrics.SetClockOffset(ahead);
  if (step) {
    parts_.metrics.DatabaseClockStepped();
    Log(LogLevel::kWarning, "clock.database_stepped", {{"by_ms", step->count()}});
    if (*step < 0ms) bound_waits_to_ = kRestAfterStep;
  }
  const DatabaseClock::State state = parts_.clock.state();
  const bool differs = state == DatabaseClock::State::kDiffers;
  if (state == DatabaseClock::State::kStale || differs == clock_differs_) return;
  clock_differs_ = differs;
  if (differs) {
    Log(LogLevel::kError, "clock.differs",
        {{"ahead_ms", ahead.count()},
         {"detail",
          "this machine's clock and the database's are too far apart: nothing is sent or "
          "called done until they agree"}});
  } else {
    Log(LogLevel::kInfo, "clock.agrees", {{"ahead_ms", ahead.count()}});
  }
}

Status DatabaseUpkeep::BoundWaits() {
  if (!bound_waits_to_) return Ok();
  const auto bound =
      parts_.readiness_pool.With([this](pqxx::connection& connection) -> Result<int> {
        return store::BoundWaits(connection, parts_.lease, *bound_waits_to_);
      });
  if (!bound.ok()) return bound.error();
  bound_waits_to_.reset();
  if (*bound > 0) {
    telemetry::Log(telemetry::LogLevel::kInfo, "clock.waits_bounded", {{"rows", *bound}});
  }
  return Ok();
}

Status DatabaseUpkeep::PrepareIds() {
  using Renewal = std::optional<store::NodeRenewal>;
  const auto renewed =
      parts_.readiness_pool.With([this](pqxx::connection& connection) -> Result<Renewal> {
        return parts_.committer.PrepareIds(connection);
      });
  if (renewed.ok()) {
    if (*renewed) parts_.memory.Remember(**renewed);
    return Ok();
  }
  // A process that takes no requests has a node row only to notice an older one.
  return parts_.takes_requests ? Status(renewed.error()) : Ok();
}

Status DatabaseUpkeep::TellWhatIsLeftBehind() {
  return parts_.readiness_pool.WithRetry([this](pqxx::connection& connection) -> Status {
    pqxx::nontransaction work(connection);
    for (const auto& left : store::FindLeftBehind(work, parts_.accounts)) {
      parts_.observer.Show(left);
    }
    return Ok();
  });
}

Next DatabaseUpkeep::MakePartitions() {
  if (const Status made = EnsurePartitions(); !made.ok()) {
    parts_.observer.ShowFailure("partitions.failed", made.error());
  }
  return Next::kWait;
}

Status DatabaseUpkeep::EnsurePartitions() {
  const auto made = parts_.pool.With([this](pqxx::connection& connection) {
    return store::EnsurePartitions(connection, parts_.clock.Now());
  });
  return made.ok() ? Ok() : Status(made.error());
}

Next DatabaseUpkeep::FoldTallies() {
  const Status folded = parts_.pool.With([](pqxx::connection& connection) -> Status {
    store::FoldTallies(connection);
    return Ok();
  });
  if (!folded.ok()) parts_.observer.ShowFailure("tallies.failed", folded.error());
  return Next::kWait;
}

Next DatabaseUpkeep::WriteOutcomes() {
  const auto more = parts_.pool.With([](pqxx::connection& connection) -> Result<bool> {
    return store::WriteOutcomes(connection);
  });
  if (!more.ok()) parts_.observer.ShowFailure("outcomes.failed", more.error());
  return more.ok() && *more ? Next::kAgain : Next::kWait;
}

Next DatabaseUpkeep::ForgetLosses() {
  const auto more = parts_.pool.With(
      [](pqxx::connection& connection) -> Result<bool> { return store::ForgetLosses(connection); });
  if (!more.ok()) parts_.observer.ShowFailure("losses.failed", more.error());
  return more.ok() && *more ? Next::kAgain : Next::kWait;
}

Next DatabaseUpkeep::PublishSnapshot() {
  const auto snapshot = parts_.pool.With([](pqxx::connection& connection) {
    return Result<QueueSnapshot>(store::TakeSnapshot(connection));
  });
  if (snapshot.ok()) {
    parts_.metrics.Publish(*snapshot);
    parts_.observer.ShowPauses(snapshot->pauses);
  } else {
    parts_.observer.ShowFailure("snapshot.failed", snapshot.error());
  }
  return Next::kWait;
}

}  // namespace lethe
