#include "store/delivery/precedence.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "lethe/order.h"
#include "store/base/order_statements.h"
#include "store/base/values.h"

namespace lethe::store {
namespace {

std::map<int, Blocker> FindBlockers(pqxx::work& work, const Claim& claim, EnvelopeId others) {
  const std::string operation(Name(claim.route.operation));
  const bool attempted_before = claim.facts.call_count > 1;
  std::map<int, Blocker> blockers;
  for (const auto& row : work.exec_prepared(kFindEarlier.name, claim.route.account, operation,
                                            ToInt(claim.envelope), claim.facts.span.lo,
                                            claim.facts.span.hi, attempted_before, ToInt(others))) {
    blockers[row[0].as<int>()] = {EnvelopeId{row[1].as<std::int64_t>()},
                                  {row[2].as<int>(), row[3].as<int>()}};
  }
  return blockers;
}

/// Free runs but the one that is sent are the first in line when the next slot is free.
BatchState StateOf(const OrderedRun& run, const std::optional<Span>& sent) {
  if (run.blocked_by) return BatchState::kHeld;
  return run.span == sent ? BatchState::kSending : BatchState::kReady;
}

void Split(pqxx::work& work, const Claim& claim, const std::vector<OrderedRun>& runs,
           const std::optional<Span>& sent) {
  ArrayLiteral los, his, states, envelopes, blocker_los, blocker_his;
  for (const OrderedRun& run : runs) {
    los.Add(std::int64_t{run.span.lo});
    his.Add(std::int64_t{run.span.hi});
    states.AddText(Name(StateOf(run, sent)));
    const auto of_blocker = [&run](auto number) {
      return run.blocked_by ? std::optional<std::int64_t>(number(*run.blocked_by)) : std::nullopt;
    };
    envelopes.Add(of_blocker([](const Blocker& b) { return ToInt(b.envelope); }));
    blocker_los.Add(of_blocker([](const Blocker& b) { return b.span.lo; }));
    blocker_his.Add(of_blocker([](const Blocker& b) { return b.span.hi; }));
  }
  const auto moved = work.exec_prepared(kSplitByOrder.name, ToInt(claim.envelope),
                                        claim.facts.span.lo, los.str(), his.str(), states.str(),
                                        envelopes.str(), blocker_los.str(), blocker_his.str());
  if (moved.empty()) throw std::logic_error("a batch that was just taken is not being sent");
}

}  // namespace

std::map<Route, EnvelopeId> OldestOfOthers(pqxx::work& work, std::span<const Route> routes) {
  ArrayLiteral accounts, operations;
  for (const Route& route : routes) {
    accounts.AddText(route.account);
    operations.AddText(Name(route.operation));
  }
  std::map<Route, EnvelopeId> oldest;
  for (const auto& row :
       work.exec_prepared(kOldestOfOthers.name, accounts.str(), operations.str())) {
    oldest.emplace(routes[row[0].as<std::size_t>() - 1], EnvelopeId{row[1].as<std::int64_t>()});
  }
  return oldest;
}

std::optional<Span> HoldBackForOrder(pqxx::work& work, const Claim& claim, EnvelopeId others) {
  const std::map<int, Blocker> blockers = FindBlockers(work, claim, others);
  if (blockers.empty()) return claim.facts.span;

  const std::vector<OrderedRun> runs = CutByBlocker(claim.facts.span, blockers);
  const auto free = std::ranges::find_if(runs, [](const auto& run) { return !run.blocked_by; });
  const auto sent = free == runs.end() ? std::nullopt : std::optional(free->span);
  Split(work, claim, runs, sent);
  return sent;
}

}  // namespace lethe::store
