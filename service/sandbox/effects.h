#pragma once

#include "lethe/time.h"

namespace lethe::sandbox {

/// How often something took effect, and when.
struct Effects {
  int count = 0;
  TimePoint first = {};  ///< Means nothing if it never did.
  TimePoint last = {};

  friend bool operator==(const Effects&, const Effects&) = default;
};

}  // namespace lethe::sandbox
