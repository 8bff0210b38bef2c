#include <gtest/gtest.h>

#include <string>

#include "lethe/batch.h"
#include "lethe/operation.h"

namespace lethe {
namespace {

TEST(Names, AreReadBack) {
  for (Operation operation : kOperations) EXPECT_EQ(ParseOperation(Name(operation)), operation);
  for (BatchState state : kBatchStates) EXPECT_EQ(ParseBatchState(Name(state)), state);
  for (auto kind : {IdentifierKind::kIdentity, IdentifierKind::kGuid, IdentifierKind::kPhone}) {
    EXPECT_EQ(ParseIdentifierKind(Name(kind)), kind);
  }
  for (const Api api : kApis) {
    EXPECT_EQ(ParseApi(Name(api)), api);
  }
}

TEST(Names, AnyOtherWordIsNone) {
  using std::string_literals::operator""s;
  for (const std::string& word : {""s, "Erasure"s, "erasure "s, "erasur"s, "open\0"s, "\xff"s}) {
    EXPECT_FALSE(ParseOperation(word));
    EXPECT_FALSE(ParseBatchState(word));
    EXPECT_FALSE(ParseIdentifierKind(word));
    EXPECT_FALSE(ParseApi(word));
  }
}

}  // namespace
}  // namespace lethe
