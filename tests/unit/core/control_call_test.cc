#include "core/control_call.h"

#include <gtest/gtest.h>

#include <string_view>

#include "lethe/operation_traits.h"

namespace lethe::core {
namespace {

TEST(ControlCall, IsOneThatTheOperationTakes) {
  for (const Operation operation : kAll<Operation>) {
    EXPECT_TRUE(Takes(operation, ControlCallFor(operation, 0.5).kind)) << Name(operation);
  }
}

TEST(ControlCall, IsADryRunExactlyWhereCleverTapHasOne) {
  for (const Operation operation : kAll<Operation>) {
    EXPECT_EQ(ControlCallFor(operation, 0.5).dry_run, HasDryRun(operation)) << Name(operation);
  }
}

TEST(ControlCall, WithoutADryRunNamesAnIdentityThatIsNewEachTime) {
  constexpr double kLeast = 1.0 / 9'007'199'254'740'992.0;  // as close as two draws can be
  for (const Operation operation : {Operation::kErasure, Operation::kDemerge}) {
    const auto identity = [operation](double random) {
      return ControlCallFor(operation, random).identifier;
    };
    EXPECT_EQ(ControlCallFor(operation, 0.5).kind, IdentifierKind::kIdentity);
    EXPECT_NE(identity(0.0), identity(0.5));
    EXPECT_NE(identity(0.5), identity(0.5 + kLeast));
    EXPECT_NE(identity(1.0 - kLeast), identity(1.0 - 2 * kLeast));
    EXPECT_TRUE(identity(0.5).Reveal().starts_with("lethe-control-call-"))
        << "no person's: an operator of the account must be able to tell";
  }
}

TEST(ControlCall, OfADisassociationNamesANumberThatIsSetAsideForFiction) {
  constexpr std::string_view kSetAside = "+120255501";
  for (const double random : {0.0, 0.5, 0.999999}) {
    const ControlCall control = ControlCallFor(Operation::kDisassociation, random);
    EXPECT_EQ(control.kind, IdentifierKind::kPhone);
    EXPECT_TRUE(control.identifier.Reveal().starts_with(kSetAside));
    EXPECT_EQ(control.identifier.Reveal().size(), kSetAside.size() + 2);
  }
}

}  // namespace
}  // namespace lethe::core
