#pragma once

#include <span>
#include <vector>

#include "lethe/batch.h"

namespace lethe {

/// A part of a batch that a decision is about, or that it leaves alone.
struct ChosenRun {
  Span span;
  bool chosen;

  friend bool operator==(const ChosenRun&, const ChosenRun&) = default;
};

/// Cuts the span where chosen positions begin and end. `positions`: within the span, ascending,
/// each once.
std::vector<ChosenRun> CutByChoice(Span span, std::span<const int> positions);

}  // namespace lethe
