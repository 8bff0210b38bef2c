#include "lethe/operation_traits.h"

#include <gtest/gtest.h>

namespace lethe {
namespace {

using enum IdentifierKind;

TEST(OperationTraits, GiveEachOperationAnEndpointOfItsOwnThatTakesSomething) {
  for (const Operation operation : kAll<Operation>) {
    int kinds = 0;
    for (const IdentifierKind kind : kAll<IdentifierKind>) kinds += Takes(operation, kind) ? 1 : 0;
    EXPECT_GT(kinds, 0) << Name(operation);
    EXPECT_NE(ApiOf(operation), Api::kProfile) << "look-ups have slots of their own";
    for (const Operation other : kAll<Operation>) {
      EXPECT_EQ(ApiOf(operation) == ApiOf(other), operation == other);
    }
  }
}

TEST(OperationTraits, CaptureAndUnlinkOnlyKindsThatTheOperationTakes) {
  for (const OperationTraits& traits : kOperationTraits) {
    for (const IdentifierKind kind : kAll<IdentifierKind>) {
      if (traits.kinds.contains(kind)) continue;
      EXPECT_FALSE(traits.can_be_unlinked.contains(kind)) << Name(traits.operation);
      EXPECT_FALSE(traits.captured.contains(kind)) << Name(traits.operation);
    }
  }
}

TEST(OperationTraits, AreThoseThatCleverTapDocuments) {
  EXPECT_EQ(EnvelopeCapacity(Operation::kErasure), 100);
  EXPECT_EQ(EnvelopeCapacity(Operation::kDemerge), 100);
  EXPECT_EQ(EnvelopeCapacity(Operation::kDisassociation), 1000);
  EXPECT_TRUE(Takes(Operation::kErasure, kIdentity));
  EXPECT_TRUE(Takes(Operation::kErasure, kGuid));
  EXPECT_FALSE(Takes(Operation::kErasure, kPhone));
  EXPECT_TRUE(Takes(Operation::kDemerge, kIdentity));
  EXPECT_FALSE(Takes(Operation::kDemerge, kGuid));
  EXPECT_TRUE(Takes(Operation::kDisassociation, kPhone));
  EXPECT_FALSE(Takes(Operation::kDisassociation, kIdentity));
  EXPECT_FALSE(HasDryRun(Operation::kErasure));
  EXPECT_FALSE(HasDryRun(Operation::kDemerge));
  EXPECT_TRUE(HasDryRun(Operation::kDisassociation));
}

}  // namespace
}  // namespace lethe
