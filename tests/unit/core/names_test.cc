#include <gtest/gtest.h>

#include <string>

#include "lethe/batch.h"
#include "lethe/operation.h"

namespace lethe {
namespace {

TEST(Names, AreReadBack) {
  for (Operation operation : kAll<Operation>)
    EXPECT_EQ(Parse<Operation>(Name(operation)), operation);
  for (BatchState state : kAll<BatchState>) EXPECT_EQ(Parse<BatchState>(Name(state)), state);
  for (auto kind : {IdentifierKind::kIdentity, IdentifierKind::kGuid, IdentifierKind::kPhone}) {
    EXPECT_EQ(Parse<IdentifierKind>(Name(kind)), kind);
  }
  for (const Api api : kAll<Api>) {
    EXPECT_EQ(Parse<Api>(Name(api)), api);
  }
}

TEST(Names, AnyOtherWordIsNone) {
  using std::string_literals::operator""s;
  for (const std::string& word : {""s, "Erasure"s, "erasure "s, "erasur"s, "open\0"s, "\xff"s}) {
    EXPECT_FALSE(Parse<Operation>(word));
    EXPECT_FALSE(Parse<BatchState>(word));
    EXPECT_FALSE(Parse<IdentifierKind>(word));
    EXPECT_FALSE(Parse<Api>(word));
  }
}

}  // namespace
}  // namespace lethe
