#include "clevertap/folding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lethe::clevertap {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Identifier> Identifiers(std::initializer_list<const char*> texts) {
  std::vector<Identifier> identifiers;
  for (const char* text : texts) identifiers.emplace_back(text);
  return identifiers;
}

TEST(Fold, LeavesDifferentIdentifiersAsTheyAre) {
  const auto call = Identifiers({"b", "a", "B"});
  const Folded folded = Fold(call);
  EXPECT_EQ(folded.distinct, call);
  EXPECT_THAT(folded.distinct_of, ElementsAre(0, 1, 2));
}

TEST(Fold, KeepsTheFirstOfEquals) {
  const Folded folded = Fold(Identifiers({"a", "b", "a", "c", "b", "a"}));
  EXPECT_EQ(folded.distinct, Identifiers({"a", "b", "c"}));
  EXPECT_THAT(folded.distinct_of, ElementsAre(0, 1, 0, 2, 1, 0));
}

TEST(Unfold, PutsAFaultAtEachPlaceOfItsIdentifierInOrder) {
  const Folded folded = Fold(Identifiers({"a", "b", "a", "c", "b"}));
  const VendorReply reply{
      .outcome = OutcomeClass::kPartial,
      .http_status = 200,
      .faults = {{0, FaultKind::kPermanent, "516"}, {2, FaultKind::kTransient, "555"}}};
  EXPECT_THAT(Unfold(reply, folded).faults, ElementsAre(Fault{0, FaultKind::kPermanent, "516"},
                                                        Fault{2, FaultKind::kPermanent, "516"},
                                                        Fault{3, FaultKind::kTransient, "555"}));
}

TEST(Unfold, LeavesAnAnswerWithoutFaultsAsItIs) {
  const VendorReply reply{.outcome = OutcomeClass::kAccepted, .http_status = 200};
  const VendorReply unfolded = Unfold(reply, Fold(Identifiers({"a", "a"})));
  EXPECT_EQ(unfolded.outcome, OutcomeClass::kAccepted);
  EXPECT_THAT(unfolded.faults, IsEmpty());
}

}  // namespace
}  // namespace lethe::clevertap
