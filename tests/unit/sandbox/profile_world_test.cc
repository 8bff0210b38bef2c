#include "sandbox/profile_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lethe::sandbox {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kPhone = "+919213231415";

Profile Merged() {
  return {.identities = {"ann", kPhone},
          .devices = {{"guid-1", "Android"}, {"guid-2", "iOS"}},
          .email = "ann@example.com",
          .phone = kPhone,
          .events = {{"App Launched", {.count = 3, .first_seen = 100, .last_seen = 200}}}};
}

class ProfileWorldTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(world_.Add(Merged())); }
  ProfileWorld world_;
};

TEST_F(ProfileWorldTest, FindsAMergedProfileByEachOfItsKeys) {
  for (const char* identity : {"ann", kPhone}) {
    EXPECT_EQ(world_.Find(ProfileKey::kIdentity, identity), Merged());
  }
  EXPECT_EQ(world_.Find(ProfileKey::kGuid, "guid-2"), Merged());
  EXPECT_EQ(world_.Find(ProfileKey::kEmail, "ann@example.com"), Merged());
  EXPECT_FALSE(world_.Find(ProfileKey::kIdentity, "guid-1"));
  EXPECT_FALSE(world_.Find(ProfileKey::kEmail, ""));
}

TEST_F(ProfileWorldTest, RefusesProfilesThatShareAKeyOrHaveNoDevice) {
  EXPECT_FALSE(world_.Add({.identities = {"ann"}, .devices = {{"guid-3"}}}));
  EXPECT_FALSE(world_.Add({.identities = {"bob"}, .devices = {{"guid-1"}}}));
  EXPECT_FALSE(world_.Add({.identities = {"bob", "bob"}, .devices = {{"guid-3"}}}));
  EXPECT_FALSE(world_.Add({.identities = {"bob"}, .devices = {{"guid-3"}, {"guid-3"}}}));
  EXPECT_FALSE(world_.Add({.identities = {"bob"}}));
  EXPECT_EQ(world_.Counts().profiles, 1);
}

TEST_F(ProfileWorldTest, DeletesAtNightAndWhole) {
  world_.MarkForDeletion(ProfileKey::kIdentity, "ann");
  EXPECT_TRUE(world_.Find(ProfileKey::kIdentity, "ann"));
  EXPECT_EQ(world_.Counts().marked_for_deletion, 1);

  world_.Night();
  EXPECT_FALSE(world_.Find(ProfileKey::kIdentity, kPhone));
  EXPECT_FALSE(world_.Find(ProfileKey::kGuid, "guid-2"));
  EXPECT_EQ(world_.Counts().deleted, 1);
  EXPECT_EQ(world_.Counts().marked_for_deletion, 0);
}

TEST_F(ProfileWorldTest, DeletesByGuid) {
  world_.MarkForDeletion(ProfileKey::kGuid, "guid-2");
  world_.Night();
  EXPECT_FALSE(world_.Find(ProfileKey::kIdentity, "ann"));
}

TEST_F(ProfileWorldTest, ALateRepeatDeletesWhoCameBack) {
  world_.MarkForDeletion(ProfileKey::kIdentity, "ann");
  world_.Night();
  ASSERT_TRUE(world_.Add({.identities = {"ann"}, .devices = {{"guid-new"}}}));
  world_.Night();
  EXPECT_TRUE(world_.Find(ProfileKey::kIdentity, "ann"));

  world_.MarkForDeletion(ProfileKey::kIdentity, "ann");
  world_.Night();
  EXPECT_FALSE(world_.Find(ProfileKey::kIdentity, "ann"));
}

TEST_F(ProfileWorldTest, DemergeDropsAllIdentitiesAndSplitsTheDevices) {
  world_.MarkForDemerge("ann");
  EXPECT_TRUE(world_.Find(ProfileKey::kIdentity, "ann"));
  world_.Night();

  EXPECT_FALSE(world_.Find(ProfileKey::kIdentity, "ann"));
  EXPECT_FALSE(world_.Find(ProfileKey::kIdentity, kPhone));
  EXPECT_FALSE(world_.Find(ProfileKey::kEmail, "ann@example.com"));
  const auto first = world_.Find(ProfileKey::kGuid, "guid-1");
  const auto second = world_.Find(ProfileKey::kGuid, "guid-2");
  ASSERT_TRUE(first && second);
  EXPECT_THAT(first->identities, IsEmpty());
  EXPECT_THAT(first->devices, ElementsAre(Device{"guid-1", "Android"}));
  EXPECT_EQ(first->events, Merged().events);
  EXPECT_THAT(second->events, IsEmpty());
  EXPECT_EQ(world_.Counts().profiles, 2);
  EXPECT_EQ(world_.Counts().demerged, 1);
}

TEST_F(ProfileWorldTest, AnErasureAfterTheDemergeFindsNothing) {
  world_.MarkForDemerge("ann");
  world_.Night();
  world_.MarkForDeletion(ProfileKey::kIdentity, "ann");
  world_.Night();
  EXPECT_TRUE(world_.Find(ProfileKey::kGuid, "guid-1"));
  EXPECT_EQ(world_.Counts().deleted, 0);
}

TEST_F(ProfileWorldTest, DeletionComesBeforeDemergeInTheSameNight) {
  world_.MarkForDemerge("ann");
  world_.MarkForDeletion(ProfileKey::kIdentity, "ann");
  world_.Night();
  EXPECT_EQ(world_.Counts().profiles, 0);
  EXPECT_EQ(world_.Counts().demerged, 0);
}

TEST_F(ProfileWorldTest, DisassociatesAtOnceAndOnlyThePhone) {
  world_.Disassociate(kPhone);
  EXPECT_FALSE(world_.Find(ProfileKey::kIdentity, kPhone));
  const auto profile = world_.Find(ProfileKey::kIdentity, "ann");
  ASSERT_TRUE(profile);
  EXPECT_THAT(profile->identities, ElementsAre("ann"));
  EXPECT_EQ(profile->phone, "");
  EXPECT_EQ(world_.Counts().disassociated, 1);
}

TEST_F(ProfileWorldTest, LeavesAPhoneThatIsNoIdentity) {
  ASSERT_TRUE(
      world_.Add({.identities = {"bob"}, .devices = {{"guid-3"}}, .phone = "+14155550100"}));
  world_.Disassociate("+14155550100");
  EXPECT_EQ(world_.Find(ProfileKey::kIdentity, "bob")->phone, "+14155550100");
  EXPECT_EQ(world_.Counts().disassociated, 0);
}

TEST_F(ProfileWorldTest, UnknownIdentifiersChangeNothing) {
  world_.MarkForDeletion(ProfileKey::kIdentity, "nobody");
  world_.MarkForDemerge("nobody");
  world_.Disassociate("+14155550100");
  world_.Night();
  EXPECT_EQ(world_.Find(ProfileKey::kIdentity, "ann"), Merged());
}

}  // namespace
}  // namespace lethe::sandbox
