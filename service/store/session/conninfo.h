#pragma once

#include <string>

#include "store/session/limits.h"

namespace lethe::store {

/// `url` in libpq's keyword form, with the limits of the network in it that it does not set itself,
/// and the name of this program. A URL that libpq cannot read is returned as it is: to connect with
/// it fails.
std::string WithLimits(const std::string& url, const SessionLimits& limits);

}  // namespace lethe::store
