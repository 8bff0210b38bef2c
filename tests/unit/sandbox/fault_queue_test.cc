#include "sandbox/fault_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace lethe::sandbox {
namespace {

const std::vector<std::string> kIdentifiers{"ann", "bob"};

FaultTarget Delete(std::string_view account = "A") {
  return {Endpoint::kDelete, account, CallKind::kIdentity, kIdentifiers};
}

TEST(FaultQueue, IsEmptyAtFirst) { EXPECT_FALSE(FaultQueue().Take(Delete())); }

TEST(FaultQueue, HarmsAsOftenAsItSaysAfterSkipping) {
  FaultQueue faults;
  faults.Add({.skip = 2, .times = 2});
  std::vector<bool> harmed;
  for (int i = 0; i < 6; ++i) harmed.push_back(faults.Take(Delete()).has_value());
  EXPECT_EQ(harmed, (std::vector<bool>{false, false, true, true, false, false}));
}

TEST(FaultQueue, HarmsForEverWithTimesZero) {
  FaultQueue faults;
  faults.Add({.times = 0});
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(faults.Take(Delete()));
  faults.Clear();
  EXPECT_FALSE(faults.Take(Delete()));
}

TEST(FaultQueue, KeepsTheOrder) {
  FaultQueue faults;
  faults.Add({.kind = FaultKind::kDrop});
  faults.Add({.kind = FaultKind::kEmpty});
  EXPECT_EQ(faults.Take(Delete())->kind, FaultKind::kDrop);
  EXPECT_EQ(faults.Take(Delete())->kind, FaultKind::kEmpty);
}

TEST(FaultQueue, MeetsOnlyTheCallsThatAreMeant) {
  FaultQueue faults;
  faults.Add({.api = Endpoint::kDemerge});
  faults.Add({.account_id = "B"});
  faults.Add({.identifier = "carl"});
  EXPECT_FALSE(faults.Take(Delete()));
  EXPECT_TRUE(faults.Take(Delete("B")));
  EXPECT_FALSE(faults.Take(Delete("B")));
  EXPECT_TRUE(faults.Take({Endpoint::kDemerge, "A", CallKind::kIdentity, kIdentifiers}));
  const std::vector<std::string> carl{"carl"};
  EXPECT_TRUE(faults.Take({Endpoint::kDelete, "A", CallKind::kIdentity, carl}));
}

TEST(FaultQueue, MeetsOnlyTheKindOfIdentifierThatIsMeant) {
  FaultQueue faults;
  faults.Add({.identifier_kind = CallKind::kGuid});
  EXPECT_FALSE(faults.Take(Delete()));
  EXPECT_FALSE(faults.Take({Endpoint::kProfile, "A", std::nullopt, kIdentifiers}));
  EXPECT_TRUE(faults.Take({Endpoint::kDelete, "A", CallKind::kGuid, kIdentifiers}));
}

std::vector<std::optional<FaultKind>> Draw(FaultQueue& faults, int count) {
  std::vector<std::optional<FaultKind>> drawn;
  for (int i = 0; i < count; ++i) {
    const auto fault = faults.Take(Delete());
    drawn.push_back(fault ? std::optional(fault->kind) : std::nullopt);
  }
  return drawn;
}

TEST(FaultQueue, TheSeedDecidesRandomFaults) {
  const RandomFaults random{
      .probability = 0.5, .seed = 7, .kinds = {{FaultKind::kDrop}, {FaultKind::kEmpty}}};
  FaultQueue one;
  FaultQueue other;
  one.SetRandom(random);
  other.SetRandom(random);
  const auto drawn = Draw(one, 200);
  EXPECT_EQ(drawn, Draw(other, 200));
  EXPECT_NE(drawn, Draw(one, 200));
  for (const std::optional<FaultKind> kind :
       {std::optional<FaultKind>(), std::optional(FaultKind::kDrop),
        std::optional(FaultKind::kEmpty)}) {
    EXPECT_GT(std::ranges::count(drawn, kind), 20);
  }
}

TEST(FaultQueue, ProbabilityHasItsEnds) {
  FaultQueue faults;
  faults.SetRandom({.probability = 0, .kinds = {{FaultKind::kDrop}}});
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(faults.Take(Delete()));
  faults.SetRandom({.probability = 1, .kinds = {{FaultKind::kDrop}}});
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(faults.Take(Delete()));
}

TEST(FaultQueue, RandomFaultsMeetOnlyTheCallsThatAreMeant) {
  FaultQueue faults;
  faults.SetRandom(
      {.probability = 1, .kinds = {{.kind = FaultKind::kDrop, .api = Endpoint::kDemerge}}});
  EXPECT_FALSE(faults.Take(Delete()));
}

}  // namespace
}  // namespace lethe::sandbox
