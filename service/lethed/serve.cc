#include "lethed/serve.h"

#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>

#include "lethed/process.h"
#include "runtime/secrets.h"
#include "store/accounts/projects.h"
#include "store/keys/ring_register.h"
#include "store/schema/migrations.h"
#include "store/session/connection.h"
#include "telemetry/logging.h"

namespace lethe {

using telemetry::Log;
using telemetry::LogLevel;

namespace {

/// Whether the files with secrets can be used, and, if the database can be asked, whether it knows
/// the accounts as the same projects and admits the ring. A database that is away or has to be
/// migrated first is asked later, by DatabaseUpkeep.
Status CheckStart(const runtime::Config& config) {
  const auto keys = runtime::LoadKeys(config);
  if (!keys.ok()) return keys.error();
  const auto url = runtime::DatabaseUrlSource(config.database)();
  if (!url.ok()) return url.error();
  try {
    const auto session = store::Connect(runtime::DatabaseUrlSource(config.database));
    return session->UseFor(store::kAdmitRingWithin, [&]() -> Status {
      const Status schema = store::CheckSchema(*session, store::EmbeddedMigrations());
      if (!schema.ok()) return Ok();
      Status projects = store::CheckProjects(*session, config.accounts);
      return projects.ok() ? store::AdmitRing(*session, *keys) : projects;
    });
  } catch (const std::exception&) {
    return Ok();
  }
}

}  // namespace

int Serve(const runtime::Config& config, Roles roles) {
  const auto fail = [](const Error& error) {
    std::cerr << error.message << "\n";
    return 1;
  };
  if (const Status checked = CheckStart(config); !checked.ok()) return fail(checked.error());

  // Blocked before the first thread starts, so that only sigwait() sees them.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  telemetry::SetUpLogging(config.log);
  auto process = std::make_unique<Process>(config, roles);
  if (const Status started = process->Start(); !started.ok()) return fail(started.error());

  int signal = 0;
  sigwait(&signals, &signal);
  Log(LogLevel::kInfo, "lethed.stopping", {{"signal", signal}});
  auto stopped = std::async(std::launch::async, [&process] {
    process->Stop();
    process.reset();
  });
  if (stopped.wait_for(config.shutdown_grace) == std::future_status::timeout) {
    // Calls in flight are left to their leases: another process finds them and judges them as of
    // unknown outcome.
    Log(LogLevel::kWarning, "lethed.stopped_with_calls_in_flight");
    static_cast<void>(std::fflush(stdout));
    std::_Exit(0);
  }
  Log(LogLevel::kInfo, "lethed.stopped");
  return 0;
}

}  // namespace lethe
