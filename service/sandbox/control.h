#pragma once

#include "sandbox/exchange.h"
#include "sandbox/vendor.h"

namespace lethe::sandbox {

inline constexpr const char* kControlPrefix = "/sandbox/";

/// Answers a call of the control interface that sandbox.h describes.
Answer HandleControl(Vendor& vendor, const HttpCall& call);

}  // namespace lethe::sandbox
