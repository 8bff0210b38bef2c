#include "lethe/precedence.h"

namespace lethe {

std::vector<PrecedenceRun> CutByBlocker(Span span, const std::map<int, Blocker>& blockers) {
  std::vector<PrecedenceRun> runs;
  for (int pos = span.lo; pos <= span.hi; ++pos) {
    const auto found = blockers.find(pos);
    const auto blocker = found == blockers.end() ? std::nullopt : std::optional(found->second);
    if (runs.empty() || runs.back().blocked_by != blocker) {
      runs.push_back({.span = {pos, pos}, .blocked_by = blocker});
    }
    runs.back().span.hi = pos;
  }
  return runs;
}

}  // namespace lethe
