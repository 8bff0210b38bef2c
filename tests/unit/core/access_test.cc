#include "lethe/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "instants.h"

namespace lethe {
namespace {

using enum Permission;

const TimePoint kNow = At("2026-03-02 12:00 +0000");
constexpr auto kErasures = Operations{Operation::kErasure};

Principal With(Grant grant) { return {.name = "crm", .grants = {std::move(grant)}}; }

Grant OfShop(Role role, Operations operations = Operations::All()) {
  return {.role = role, .accounts = {"shop", "bank"}, .operations = operations};
}

Verdict JudgeShop(const Principal& principal, Permission permission, Operations operations = {},
                  TimePoint now = kNow) {
  return Judge(principal, {.permission = permission, .account = "shop", .operations = operations},
               now);
}

/// The matrix, written out once more: what is missing is denied.
const std::map<Role, std::set<Permission>> kMatrix{
    {Role::kSubmitter, {kSubmit, kRead}},
    {Role::kReader, {kRead, kInspect}},
    {Role::kOperator, {kRead, kInspect, kDecide, kAudit}},
    {Role::kApprover, {kRead, kInspect, kApprove}},
    {Role::kAuditor, {kRead, kInspect, kAudit}},
    {Role::kAdministrator, {kSubmit, kRead, kInspect, kDecide, kApprove, kAudit}},
};

TEST(Access, EveryRoleMayDoWhatItsRowOfTheMatrixSaysAndNoMore) {
  for (const Role role : kAll<Role>) {
    const Principal principal = With(OfShop(role));
    for (const Permission permission : kAll<Permission>) {
      SCOPED_TRACE(Text(role) + " " + Text(permission));
      const bool may = kMatrix.at(role).contains(permission);
      const Verdict verdict = may ? Verdict::kYes : Verdict::kDenied;
      EXPECT_EQ(JudgeShop(principal, permission), verdict);
      for (const Operation operation : kAll<Operation>) {
        EXPECT_EQ(JudgeShop(principal, permission, {operation}), verdict) << Name(operation);
      }
      EXPECT_EQ(JudgeShop(principal, permission, Operations::All()), verdict);
      EXPECT_EQ(OperationsFor(principal, permission, "shop", kNow),
                may ? Operations::All() : Operations());
    }
  }
}

TEST(Access, AnAccountOfNoGrantDoesNotExistWhateverTheRole) {
  for (const Role role : kAll<Role>) {
    const Principal principal = With(OfShop(role));
    EXPECT_FALSE(Sees(principal, "club", kNow));
    for (const Permission permission : kAll<Permission>) {
      for (const std::string account : {"club", "shop2", "sho", "", "*", "-"}) {
        EXPECT_EQ(Judge(principal, {.permission = permission, .account = account}, kNow),
                  Verdict::kNotSeen)
            << Name(role) << ' ' << Name(permission) << ' ' << account;
      }
    }
  }
}

TEST(Access, AGrantForEveryAccountHoldsForEachAndForAllAtOnce) {
  for (const Role role : kAll<Role>) {
    const Principal principal = With({.role = role, .every_account = true});
    for (const Permission permission : kAll<Permission>) {
      SCOPED_TRACE(Text(role) + " " + Text(permission));
      const Verdict verdict = Has(role, permission) ? Verdict::kYes : Verdict::kDenied;
      EXPECT_EQ(Judge(principal, {.permission = permission, .account = "club"}, kNow), verdict);
      EXPECT_EQ(Judge(principal, {.permission = permission, .of = Asked::Of::kEveryAccount}, kNow),
                verdict);
      EXPECT_EQ(Judge(principal, {.permission = permission, .of = Asked::Of::kSomeAccounts}, kNow),
                verdict);
    }
  }
}

TEST(Access, AGrantForSomeAccountsIsNoneForAllAtOnce) {
  const Principal principal = With(OfShop(Role::kAdministrator));
  EXPECT_EQ(Judge(principal, {.permission = kDecide, .of = Asked::Of::kEveryAccount}, kNow),
            Verdict::kDenied);
  EXPECT_EQ(Judge(principal, {.permission = kDecide, .of = Asked::Of::kSomeAccounts}, kNow),
            Verdict::kYes);
}

TEST(Access, OtherOperationsThanThoseOfTheGrantAreDenied) {
  const Principal principal = With(OfShop(Role::kSubmitter, kErasures));
  EXPECT_EQ(JudgeShop(principal, kSubmit, kErasures), Verdict::kYes);
  EXPECT_EQ(JudgeShop(principal, kSubmit, {Operation::kDemerge}), Verdict::kDenied);
  EXPECT_EQ(JudgeShop(principal, kSubmit, Operations::All()), Verdict::kDenied);
  EXPECT_EQ(JudgeShop(principal, kRead), Verdict::kYes);
  EXPECT_EQ(OperationsFor(principal, kRead, "shop", kNow), kErasures);
}

TEST(Access, OperationsOfTheWholeAreGrantedForTheWhole) {
  const Principal part =
      With({.role = Role::kOperator, .every_account = true, .operations = kErasures});
  const Asked everything{
      .permission = kDecide, .of = Asked::Of::kEveryAccount, .operations = Operations::All()};
  EXPECT_EQ(Judge(part, everything, kNow), Verdict::kDenied);
  Asked erasures = everything;
  erasures.operations = kErasures;
  EXPECT_EQ(Judge(part, erasures, kNow), Verdict::kYes);
}

TEST(Access, GrantsAddUp) {
  Principal principal = With(OfShop(Role::kSubmitter, kErasures));
  principal.grants.push_back(OfShop(Role::kSubmitter, {Operation::kDemerge}));
  principal.grants.push_back({.role = Role::kReader, .accounts = {"club"}});
  EXPECT_EQ(JudgeShop(principal, kSubmit, {Operation::kErasure, Operation::kDemerge}),
            Verdict::kYes);
  EXPECT_EQ(JudgeShop(principal, kSubmit, {Operation::kDisassociation}), Verdict::kDenied);
  EXPECT_EQ(Judge(principal, {.permission = kSubmit, .account = "club"}, kNow), Verdict::kDenied);
  EXPECT_EQ(JudgeShop(principal, kInspect), Verdict::kDenied);
}

TEST(Access, AGrantEndsAtItsEnd) {
  Grant grant = OfShop(Role::kOperator);
  grant.until = kNow;
  const Principal principal = With(grant);
  const TimePoint before = kNow - std::chrono::microseconds(1);
  EXPECT_EQ(JudgeShop(principal, kDecide, {}, before), Verdict::kYes);
  EXPECT_TRUE(Sees(principal, "shop", before));
  EXPECT_EQ(JudgeShop(principal, kDecide), Verdict::kNotSeen);
  EXPECT_FALSE(Sees(principal, "shop", kNow));
  EXPECT_EQ(Judge(principal, {.permission = kDecide, .of = Asked::Of::kSomeAccounts}, kNow),
            Verdict::kDenied);
}

TEST(Access, APrincipalWithoutGrantsSeesNothing) {
  const Principal nobody{.name = "nobody"};
  for (const Permission permission : kAll<Permission>) {
    EXPECT_EQ(JudgeShop(nobody, permission), Verdict::kNotSeen);
    for (const auto of : {Asked::Of::kEveryAccount, Asked::Of::kSomeAccounts}) {
      EXPECT_EQ(Judge(nobody, {.permission = permission, .of = of}, kNow), Verdict::kDenied);
    }
  }
}

TEST(Access, WithoutAnAccessFileEveryoneIsAnonymousAndMayDoEverything) {
  const Principal everyone = Everyone();
  EXPECT_EQ(everyone.name, "anonymous");
  for (const Permission permission : kAll<Permission>) {
    EXPECT_EQ(Judge(everyone,
                    {.permission = permission,
                     .of = Asked::Of::kEveryAccount,
                     .operations = Operations::All()},
                    kNow),
              Verdict::kYes);
    EXPECT_EQ(JudgeShop(everyone, permission, Operations::All()), Verdict::kYes);
  }
}

TEST(Operations, AreASet) {
  constexpr Operations kTwo{Operation::kErasure, Operation::kDisassociation};
  EXPECT_TRUE(kTwo.Contains(Operation::kErasure));
  EXPECT_FALSE(kTwo.Contains(Operation::kDemerge));
  EXPECT_TRUE(kTwo.Contains(kErasures));
  EXPECT_TRUE(kTwo.Contains(Operations()));
  EXPECT_FALSE(kErasures.Contains(kTwo));
  EXPECT_TRUE(Operations().empty());
  EXPECT_TRUE(Operations::All().Contains(kTwo));
  Operations sum = kTwo;
  sum.Add({Operation::kDemerge});
  EXPECT_EQ(sum, Operations::All());
}

}  // namespace
}  // namespace lethe
