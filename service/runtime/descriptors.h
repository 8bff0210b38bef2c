#pragma once

#include <cstddef>

namespace lethe::runtime {

/// Lets the process have as many descriptors as the system allows it: the soft limit becomes the
/// hard one. The limit that holds from then on.
std::size_t RaiseDescriptorLimit();

/// What the process needs descriptors for besides callers, at most.
struct OwnDescriptors {
  std::size_t database;    ///< Sessions.
  std::size_t vendor;      ///< Connections to CleverTap.
  std::size_t operations;  ///< Connections to the operations port.
};

/// How many connections callers may have open under a limit of `limit` descriptors: what the
/// process does not need itself, but a quarter of all in any case, for its own needs seldom come
/// together.
std::size_t CallerConnections(std::size_t limit, const OwnDescriptors& own);

}  // namespace lethe::runtime
