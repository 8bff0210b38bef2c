#include "runtime/descriptors.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace lethe::runtime {
namespace {

TEST(Descriptors, AreAsManyAsTheSystemAllows) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit low{.rlim_cur = before.rlim_max / 2, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &low);

  EXPECT_EQ(RaiseDescriptorLimit(), before.rlim_max);
  rlimit after{};
  getrlimit(RLIMIT_NOFILE, &after);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST(Descriptors, CallersGetWhatTheProcessDoesNotNeed) {
  const OwnDescriptors own{.database = 40, .vendor = 60, .operations = 96};
  EXPECT_EQ(CallerConnections(1024, own), 1024 - 40 - 60 - 96 - 64);
  EXPECT_EQ(CallerConnections(256, own), 64) << "a quarter, where there are few";
}

}  // namespace
}  // namespace lethe::runtime
