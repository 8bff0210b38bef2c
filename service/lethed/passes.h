#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lethe/time.h"
#include "lethed/clock_confirmer.h"
#include "lethed/database_upkeep.h"
#include "lethed/delivery_worker.h"
#include "lethed/roles.h"
#include "lethed/verification_worker.h"
#include "runtime/loop.h"

namespace lethe {

/// One thing that a process does in the background, again and again.
struct Pass {
  enum class RunsIn { kEveryRole, kDispatcher };
  enum class Needs { kNothing, kDatabase, kTrustedClock };

  std::string name;  ///< Unique; as Loop::Job::name.
  milliseconds interval;
  RunsIn runs_in;
  Needs needs;  ///< kDatabase: the pass rests while the process is not ready. kTrustedClock:
                ///< also while its clock may not decide.
  std::function<runtime::Next()> run;
};

/// What the passes are made of. All must outlive them.
struct PassParts {
  milliseconds poll;  ///< Config::Dispatcher::poll.
  DatabaseUpkeep& database;
  ClockConfirmer& clock;
  DeliveryWorker& delivery;
  VerificationWorker& verification;
};

/// Every pass, with how often it runs and why so often.
std::vector<Pass> AllPasses(const PassParts& on);

/// Those of the passes that a process with these roles makes, in their order.
std::vector<Pass> PassesOf(Roles roles, std::vector<Pass> passes);

}  // namespace lethe
