#include <gtest/gtest.h>

#include "runtime/config_values.h"

namespace lethe::runtime {
namespace {

TEST(BaseUrl, AUserNamedLikeTheHostIsRefusedAsAnyOther) {
  EXPECT_FALSE(ParseBaseUrl("https://api.example.com@api.example.com").ok());
  EXPECT_FALSE(ParseBaseUrl("https://api.example.com:word@api.example.com").ok());
}

}  // namespace
}  // namespace lethe::runtime
