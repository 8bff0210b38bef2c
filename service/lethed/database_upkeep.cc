#include "lethed/database_upkeep.h"

#include <pqxx/pqxx>

#include "lethe/reasons.h"
#include "store/reading/snapshot.h"
#include "store/schema/migrations.h"
#include "store/schema/partitions.h"
#include "telemetry/logging.h"

namespace lethe {

using runtime::Next;

Next DatabaseUpkeep::CheckReadiness() {
  const Status status = Prepare();
  if (status.ok()) {
    if (parts_.readiness.Become(ReadyState::kReady)) {
      telemetry::Log(telemetry::LogLevel::kInfo, "store.available");
    }
    return Next::kWait;
  }
  const Error& error = status.error();
  const auto state = error.code != ErrorCode::kFailedPrecondition ? ReadyState::kDatabaseUnavailable
                     : error.reason == Name(ErrorReason::kSchemaOutOfDate)
                         ? ReadyState::kSchemaOutOfDate
                         : ReadyState::kKeysRefused;
  if (parts_.readiness.Become(state)) {
    parts_.observer.ShowFailure("store.unavailable", status.error());
  }
  return Next::kWait;
}

Status DatabaseUpkeep::Prepare() {
  Status schema = parts_.pool.WithRetry([](pqxx::connection& connection) {
    return store::CheckSchema(connection, store::EmbeddedMigrations());
  });
  if (!schema.ok()) return schema;
  if (Status keys = parts_.keys.Look(); !keys.ok() || prepared_) return keys;
  if (Status made = EnsurePartitions(); !made.ok()) return made;
  if (Status registered = parts_.queue.RegisterAccounts(); !registered.ok()) return registered;
  prepared_ = true;
  return Ok();
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

Next DatabaseUpkeep::PublishSnapshot() {
  const auto snapshot = parts_.pool.With([](pqxx::connection& connection) {
    return Result<QueueSnapshot>(store::TakeSnapshot(connection));
  });
  if (snapshot.ok()) {
    parts_.metrics.Publish(*snapshot);
  } else {
    parts_.observer.ShowFailure("snapshot.failed", snapshot.error());
  }
  return Next::kWait;
}

}  // namespace lethe
