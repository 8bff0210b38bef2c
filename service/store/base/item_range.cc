#include "store/base/item_range.h"

#include <limits>

namespace lethe::store {

ItemRange RangeOf(const Placement& placement, int item_count) {
  const std::int64_t first = ToInt(placement.first_envelope);
  const bool alone = placement.envelope_count > 1;
  return {.first_envelope = first,
          .last_envelope = first + placement.envelope_count - 1,
          .first_pos = placement.first_pos,
          .last_pos = alone ? std::numeric_limits<std::int16_t>::max()
                            : placement.first_pos + item_count - 1};
}

}  // namespace lethe::store
