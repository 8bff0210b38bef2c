#pragma once

namespace lethe::test {

/// Personal data that must show up nowhere: tests put it into input and search what comes out.
inline constexpr char kCanary[] = "canary-5e1f";

}  // namespace lethe::test
