#include "store/intake/idempotency_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lethe::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

SealedRequest Request(const std::string& principal, const std::string& key) {
  return {.principal = principal,
          .lane = {"acme", Operation::kErasure, IdentifierKind::kIdentity},
          .key_forms = {{key, "acme:" + key, "payload"}},
          .items = {},
          .duplicate_count = 0,
          .submit_time = {},
          .due_time = {}};
}

std::vector<bool> FirstOf(const std::vector<SealedRequest>& requests) {
  std::vector<NumberedRequest> numbered;
  for (const SealedRequest& request : requests) {
    numbered.push_back({RequestId{std::ssize(numbered) + 1}, &request});
  }
  return FirstOfTheirKeys(numbered);
}

TEST(FirstOfTheirKeys, IsNothingOfNothing) { EXPECT_THAT(FirstOf({}), IsEmpty()); }

TEST(FirstOfTheirKeys, AKeyThatComesAgainIsFirstOnce) {
  EXPECT_THAT(FirstOf({Request("ann", "a"), Request("ann", "b"), Request("ann", "a"),
                       Request("ann", "a"), Request("ann", "b")}),
              ElementsAre(true, true, false, false, false));
}

TEST(FirstOfTheirKeys, EveryPrincipalHasKeysOfItsOwn) {
  EXPECT_THAT(FirstOf({Request("ann", "k"), Request("bob", "k"), Request("ann", "k")}),
              ElementsAre(true, true, false));
}

TEST(FirstOfTheirKeys, PrincipalAndKeyDoNotRunTogether) {
  EXPECT_THAT(FirstOf({Request("ab", "c"), Request("a", "bc")}), ElementsAre(true, true));
}

}  // namespace
}  // namespace lethe::store
