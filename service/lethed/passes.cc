#include "lethed/passes.h"

#include <chrono>

namespace lethe {

using namespace std::chrono_literals;

std::vector<Pass> AllPasses(const PassParts& on) {
  using enum Pass::RunsIn;
  using enum Pass::Needs;
  return {
      // A database that goes or comes back is noticed within a second, by one short query.
      {"readiness", 1s, kEveryRole, kNothing, [on] { return on.database.CheckReadiness(); }},

      // In a thread of its own, because the pass above hangs when the database does.
      {"ready_expires", 1s, kEveryRole, kNothing, [on] { return on.database.ExpireReadiness(); }},

      // Partitions are made three months ahead: many tries before one is missing.
      {"partitions", 1h, kEveryRole, kDatabase, [on] { return on.database.MakePartitions(); }},

      // Fresh for each scrape of the metrics, and rare enough for sums over the whole queue.
      {"snapshot", 5s, kEveryRole, kDatabase, [on] { return on.database.PublishSnapshot(); }},

      // Yesterday's shards are folded within the hour: what the snapshots read stays small.
      {"fold_tallies", 1h, kDispatcher, kDatabase, [on] { return on.database.FoldTallies(); }},

      // They were kept for a year: an hour is soon enough.
      {"forget_losses", 1h, kDispatcher, kTrustedClock,
       [on] { return on.database.ForgetLosses(); }},

      // A jump is noticed, and CleverTap asked about it, within a second each.
      {"confirm_clock", 1s, kDispatcher, kNothing, [on] { return on.clock.Look(); }},

      // Configured: a sendable batch waits this long at most while the senders are idle.
      {"offer_routes", on.poll, kDispatcher, kTrustedClock,
       [on] { return on.delivery.OfferRoutes(); }},

      // A second is little beside a lease, and a pass that finds nothing is cheap.
      {"rescue", 1s, kDispatcher, kTrustedClock, [on] { return on.delivery.RescueAbandoned(); }},

      // The sender that held a refusal judges at once. This pass adds what only a later acceptance,
      // perhaps by another replica, can prove.
      {"judge_refusals", 1s, kDispatcher, kTrustedClock,
       [on] { return on.delivery.JudgeRefusals(); }},

      // A mended passcode file, or a probe that is due, is noticed within a second.
      {"probe_accounts", 1s, kDispatcher, kDatabase, [on] { return on.delivery.ProbeAccounts(); }},

      // A request is reported as done within a second of the end of its window.
      {"close_windows", 1s, kDispatcher, kTrustedClock,
       [on] { return on.delivery.CloseWindows(); }},

      // What waited for an earlier operation goes on within a second of its end.
      {"release_held", 1s, kDispatcher, kDatabase, [on] { return on.delivery.ReleaseHeld(); }},

      // Lists and sums have a request among the finished ones a second after its last item.
      {"write_outcomes", 1s, kDispatcher, kDatabase, [on] { return on.database.WriteOutcomes(); }},

      // As offer_routes, for look-ups.
      {"offer_look_ups", on.poll, kDispatcher, kTrustedClock,
       [on] { return on.verification.OfferRoutes(); }},

      // Personal data that a final batch no longer needs. It was kept for days: minutes are soon
      // enough.
      {"forget_captures", 10min, kDispatcher, kDatabase,
       [on] { return on.verification.ForgetCaptures(); }},
  };
}

std::vector<Pass> PassesOf(Roles roles, std::vector<Pass> passes) {
  std::erase_if(passes, [roles](const Pass& pass) {
    return pass.runs_in == Pass::RunsIn::kDispatcher && !roles.dispatcher;
  });
  return passes;
}

}  // namespace lethe
