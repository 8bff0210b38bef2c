#include "lethe/chosen_run.h"

namespace lethe {

std::vector<ChosenRun> CutByChoice(Span span, std::span<const int> positions) {
  std::vector<ChosenRun> runs;
  auto next = positions.begin();
  for (int pos = span.lo; pos <= span.hi; ++pos) {
    const bool chosen = next != positions.end() && *next == pos;
    if (chosen) ++next;
    if (runs.empty() || runs.back().chosen != chosen) runs.push_back({{pos, pos}, chosen});
    runs.back().span.hi = pos;
  }
  return runs;
}

}  // namespace lethe
