#pragma once

#include <optional>
#include <string_view>

#include "lethe/request.h"
#include "lethe/words.h"

namespace lethe {

/// What became of a request, once all of its items are final. Written once: what happens later is a
/// fact of its own.
enum class RequestOutcome {
  kComplete,   ///< Every item is done.
  kInPart,     ///< Some items are done, the others were rejected or cancelled.
  kDenied,     ///< No item is done; at least one was rejected.
  kCancelled,  ///< Every item was cancelled.
};

constexpr std::string_view Name(RequestOutcome outcome) {
  switch (outcome) {
    case RequestOutcome::kComplete: return "complete";
    case RequestOutcome::kInPart: return "in_part";
    case RequestOutcome::kDenied: return "denied";
    case RequestOutcome::kCancelled: return "cancelled";
  }
  return "";
}

template <>
inline constexpr auto kAll<RequestOutcome> = AllNamed<RequestOutcome>();

/// Nothing while an item is not final, and where items have left the history: what is left of them
/// proves nothing.
std::optional<RequestOutcome> OutcomeOf(const ItemCounts& counts, int item_count);

/// The state that a request with this outcome is shown in.
RequestState StateOf(RequestOutcome outcome);

}  // namespace lethe
