#include "store/delivery/precedence.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "lethe/precedence.h"
#include "store/delivery/sql.h"

namespace lethe::store {
namespace {

std::map<int, Blocker> FindBlockers(pqxx::work& work, const Claim& claim, EnvelopeId others) {
  const sql::FindBlockers find{.account = claim.route.account,
                               .operation = claim.route.operation,
                               .attempted = claim.facts.call_count > 1,
                               .others = others,
                               .envelope = claim.envelope,
                               .lo = claim.facts.span.lo,
                               .hi = claim.facts.span.hi};
  std::map<int, Blocker> blockers;
  for (const auto& row : find.Run(work)) {
    blockers[row.pos] = {row.envelope, {row.lo, row.hi}};
  }
  return blockers;
}

/// Runs that need not wait, but the one that is sent, are the first in line for the next free slot.
BatchState StateOf(const PrecedenceRun& run, const std::optional<Span>& sent) {
  if (run.blocked_by) return BatchState::kHeld;
  return run.span == sent ? BatchState::kSending : BatchState::kReady;
}

void Split(pqxx::work& work, const Claim& claim, const std::vector<PrecedenceRun>& runs,
           const std::optional<Span>& sent) {
  sql::SplitByPrecedence split{.envelope = claim.envelope, .lo = claim.facts.span.lo};
  for (const PrecedenceRun& run : runs) {
    const auto of_blocker = [&run](auto part) {
      return run.blocked_by ? std::optional(part(*run.blocked_by)) : std::nullopt;
    };
    split.runs.Add({.lo = run.span.lo,
                    .hi = run.span.hi,
                    .state = StateOf(run, sent),
                    .blocked_by_envelope = of_blocker([](const Blocker& b) { return b.envelope; }),
                    .blocked_by_lo = of_blocker([](const Blocker& b) { return b.span.lo; }),
                    .blocked_by_hi = of_blocker([](const Blocker& b) { return b.span.hi; })});
  }
  if (split.Run(work) == 0) {
    throw std::logic_error("a batch that was just taken is not being sent");
  }
  sql::HurryBlockers{.envelope = claim.envelope, .lo = claim.facts.span.lo}.Run(work);
}

}  // namespace

std::map<Route, EnvelopeId> OldestOfOthers(pqxx::work& work, std::span<const Route> routes) {
  sql::OldestOfOthers oldest_of_others;
  for (const Route& route : routes) {
    oldest_of_others.routes.Add({.account = route.account, .operation = route.operation});
  }
  std::map<Route, EnvelopeId> oldest;
  for (const auto& row : oldest_of_others.Run(work)) {
    oldest.emplace(routes[row.route - 1], row.envelope);
  }
  return oldest;
}

std::optional<Span> HoldBlockedItems(pqxx::work& work, const Claim& claim, EnvelopeId others) {
  const std::map<int, Blocker> blockers = FindBlockers(work, claim, others);
  if (blockers.empty()) return claim.facts.span;

  const std::vector<PrecedenceRun> runs = CutByBlocker(claim.facts.span, blockers);
  const auto free = std::ranges::find_if(runs, [](const auto& run) { return !run.blocked_by; });
  const auto sent = free == runs.end() ? std::nullopt : std::optional(free->span);
  Split(work, claim, runs, sent);
  return sent;
}

}  // namespace lethe::store
