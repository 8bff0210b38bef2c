#pragma once

#include <cstdint>

#include "lethe/batch.h"

namespace lethe::store {

/// Where a request's items go: positions from (first_envelope, first_pos) on. With more than one
/// envelope they have consecutive ids, first_pos is 0, and the request has them to itself.
struct Placement {
  EnvelopeId first_envelope;
  int first_pos;
  int envelope_count;
};

/// The items of one request: in each of the envelopes the positions `first_pos..last_pos`, as far
/// as they exist. A request with several envelopes has them to itself.
struct ItemRange {
  std::int64_t first_envelope;
  std::int64_t last_envelope;
  int first_pos;
  int last_pos;
};
ItemRange RangeOf(const Placement& placement, int item_count);

}  // namespace lethe::store
