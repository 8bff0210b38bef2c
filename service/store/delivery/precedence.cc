#include "store/delivery/precedence.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/chosen_run.h"
#include "lethe/precedence.h"
#include "lethe/reasons.h"
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

std::vector<int> FindHeldSubjects(pqxx::work& work, const Claim& claim) {
  std::vector<int> positions;
  const sql::FindHeldSubjects find{.account = claim.route.account,
                                   .envelope = claim.envelope,
                                   .lo = claim.facts.span.lo,
                                   .hi = claim.facts.span.hi};
  for (const auto& row : find.Run(work)) positions.push_back(row.pos);
  return positions;
}

/// Neighbours that are sent, or held for the same reason.
struct Run {
  Span span;
  std::optional<Blocker> blocked_by = {};
  bool subject_on_hold = false;

  bool is_free() const { return !blocked_by && !subject_on_hold; }
};

std::vector<Run> Cut(Span whole, const std::vector<int>& on_hold,
                     const std::map<int, Blocker>& blockers) {
  std::vector<Run> runs;
  for (const auto& [span, chosen] : CutByChoice(whole, on_hold)) {
    if (chosen) {
      runs.push_back({.span = span, .subject_on_hold = true});
      continue;
    }
    for (const PrecedenceRun& run : CutByBlocker(span, blockers)) {
      runs.push_back({.span = run.span, .blocked_by = run.blocked_by});
    }
  }
  return runs;
}

/// Runs that need not wait, but the one that is sent, are the first in line for the next free slot.
BatchState StateOf(const Run& run, const std::optional<Span>& sent) {
  if (!run.is_free()) return BatchState::kHeld;
  return run.span == sent ? BatchState::kSending : BatchState::kReady;
}

std::string_view ReasonOf(const Run& run) {
  if (run.subject_on_hold) return Name(Reason::kSubjectOnHold);
  return run.blocked_by ? Name(Reason::kEarlierOperation) : std::string_view();
}

void Split(pqxx::work& work, const Claim& claim, const std::vector<Run>& runs,
           const std::optional<Span>& sent) {
  sql::SplitByPrecedence split{.envelope = claim.envelope, .lo = claim.facts.span.lo};
  for (const Run& run : runs) {
    const auto of_blocker = [&run](auto part) {
      return run.blocked_by ? std::optional(part(*run.blocked_by)) : std::nullopt;
    };
    split.runs.Add({.lo = run.span.lo,
                    .hi = run.span.hi,
                    .state = StateOf(run, sent),
                    .reason = ReasonOf(run),
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

std::optional<Span> HoldItems(pqxx::work& work, const Claim& claim, const WhyToHold& why) {
  const std::vector<int> on_hold =
      why.subjects_on_hold ? FindHeldSubjects(work, claim) : std::vector<int>();
  const std::map<int, Blocker> blockers =
      why.others ? FindBlockers(work, claim, *why.others) : std::map<int, Blocker>();
  if (on_hold.empty() && blockers.empty()) return claim.facts.span;

  const std::vector<Run> runs = Cut(claim.facts.span, on_hold, blockers);
  const auto free = std::ranges::find_if(runs, &Run::is_free);
  const auto sent = free == runs.end() ? std::nullopt : std::optional(free->span);
  Split(work, claim, runs, sent);
  return sent;
}

}  // namespace lethe::store
