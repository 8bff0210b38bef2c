#include "store/recovery/doubt.h"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "lethe/recovery.h"
#include "store/base/values.h"
#include "store/recovery/sql.h"

namespace lethe::store {
namespace {

/// A hundred thousand digests at most: locks for about a second.
constexpr int kForgottenAtATime = 100;

/// By position: when the earliest lost call about the item was made.
using CalledAt = std::map<int, TimePoint>;

CalledAt FindLostCalls(pqxx::work& work, const Claim& claim) {
  const sql::FindLostCalls find{.account = claim.route.account,
                                .operation = claim.route.operation,
                                .envelope = claim.envelope,
                                .lo = claim.facts.span.lo,
                                .hi = claim.facts.span.hi,
                                .repeats_within = kRepeatsComeWithin};
  CalledAt called;
  for (const auto& row : find.Run(work)) called[row.pos] = row.called_at;
  return called;
}

std::optional<TimePoint> TimeAt(const CalledAt& called, int pos) {
  const auto found = called.find(pos);
  return found == called.end() ? std::nullopt : std::optional(found->second);
}

int EndOfRun(const CalledAt& called, int lo, int last) {
  int hi = lo;
  while (hi < last && TimeAt(called, hi + 1) == TimeAt(called, lo)) ++hi;
  return hi;
}

}  // namespace

void MarkDoubtful(pqxx::work& work, Claim& claim) {
  const CalledAt called = FindLostCalls(work, claim);
  if (called.empty()) return;
  AttemptFacts& facts = claim.facts;
  const Span taken = facts.span;
  const std::optional<TimePoint> first = TimeAt(called, taken.lo);
  sql::MarkDoubtful mark{.envelope = claim.envelope, .lo = taken.lo};
  for (int lo = taken.lo; lo <= taken.hi;) {
    const int hi = EndOfRun(called, lo, taken.hi);
    mark.runs.Add({.lo = lo, .hi = hi, .called_at = TimeAt(called, lo)});
    if (lo == taken.lo) facts.span.hi = hi;
    lo = hi + 1;
  }
  if (mark.Run(work).empty()) {
    throw std::logic_error("a batch that was just taken is not being sent");
  }
  if (!first) return;
  facts.unknown_since = facts.unknown_since ? std::min(*facts.unknown_since, *first) : *first;
  facts.unchanged = false;  // The look-up was before the call.
}

bool ForgetLosses(pqxx::connection& connection) {
  pqxx::work work(connection);
  const sql::ForgetLosses forget{.matter_for = kLossesMatterFor, .calls = kForgottenAtATime};
  const bool may_be_more = OnlyRow(work, forget).calls == kForgottenAtATime;
  work.commit();
  return may_be_more;
}

}  // namespace lethe::store
