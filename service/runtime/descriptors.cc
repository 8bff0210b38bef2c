#include "runtime/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

namespace lethe::runtime {
namespace {

/// Standard streams, listeners, what gRPC and the loops wait on (40 were counted), and files that
/// are read now and then.
constexpr std::size_t kOther = 64;

}  // namespace

std::size_t RaiseDescriptorLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return limit.rlim_cur;
}

std::size_t CallerConnections(std::size_t limit, const OwnDescriptors& own) {
  const std::size_t needed = own.database + own.vendor + own.operations + kOther;
  return std::max(limit > needed ? limit - needed : 0, limit / 4);
}

}  // namespace lethe::runtime
