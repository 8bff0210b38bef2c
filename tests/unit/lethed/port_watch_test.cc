#include "lethed/port_watch.h"

#include <gtest/gtest.h>

namespace lethe {
namespace {

TEST(PortWatch, IsSilentAfterMissesInARowAndNotBefore) {
  bool answers = true;
  PortWatch watch([&] { return answers; });
  EXPECT_FALSE(watch.silent()) << "nothing was asked yet";

  answers = false;
  watch.Look();
  watch.Look();
  EXPECT_FALSE(watch.silent());
  answers = true;
  watch.Look();
  answers = false;
  watch.Look();
  watch.Look();
  EXPECT_FALSE(watch.silent()) << "an answer between";
  watch.Look();
  EXPECT_TRUE(watch.silent());

  answers = true;
  watch.Look();
  EXPECT_FALSE(watch.silent());
}

}  // namespace
}  // namespace lethe
