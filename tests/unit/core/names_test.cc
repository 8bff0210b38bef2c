#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "lethe/access.h"
#include "lethe/audit.h"
#include "lethe/batch.h"
#include "lethe/operation.h"
#include "lethe/read_back.h"
#include "lethe/reasons.h"
#include "lethe/vendor.h"
#include "lethe/verification_queue.h"

namespace lethe {
namespace {

template <typename T>
class Names : public testing::Test {};

using Enumerations =
    testing::Types<Operation, IdentifierKind, Api, BatchState, Resume, OutcomeClass, LookUpOutcome,
                   ReadBack, LookPurpose, AuditAction, Reason, BlockReason, AccountState, CallCode,
                   ErrorReason, Permission, Role>;

struct FirstWord {
  template <typename T>
  static std::string GetName(int) {
    return "OfAnEnumerationThatBeginsWith_" + Text(kAll<T>.front());
  }
};
TYPED_TEST_SUITE(Names, Enumerations, FirstWord);

TYPED_TEST(Names, AreReadBack) {
  for (const TypeParam value : kAll<TypeParam>) EXPECT_EQ(Parse<TypeParam>(Name(value)), value);
}

TYPED_TEST(Names, DifferFromEachOther) {
  std::set<std::string_view> words;
  for (const TypeParam value : kAll<TypeParam>) words.insert(Name(value));
  EXPECT_EQ(words.size(), kAll<TypeParam>.size());
}

TYPED_TEST(Names, AreTheOnlyWordsThatAreRead) {
  const std::string word(Name(kAll<TypeParam>.front()));
  for (const std::string& other :
       {std::string(), word + " ", word.substr(1), word + '\0', std::string("\xff")}) {
    EXPECT_FALSE(Parse<TypeParam>(other)) << other;
  }
}

TEST(AllNamed, HasEveryValueInOrder) {
  EXPECT_EQ(kAll<Api>,
            (std::array{Api::kDelete, Api::kDemerge, Api::kDisassociate, Api::kProfile}));
}

}  // namespace
}  // namespace lethe
