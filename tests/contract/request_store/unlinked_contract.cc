#include "contract/request_store/unlinked_contract.h"

#include <gmock/gmock.h>

#include <vector>

namespace lethe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

NewRequest Ask(Operation operation, IdentifierKind kind, const std::string& key,
               const std::vector<std::string>& identifiers) {
  NewRequest request{.principal = "anonymous",
                     .account = "acme",
                     .idempotency_key = key,
                     .operation = operation,
                     .kind = kind,
                     .items = {},
                     .submit_time = {},
                     .due_time = {}};
  for (const std::string& identifier : identifiers) {
    request.items.push_back({Identifier(identifier), static_cast<int>(request.items.size())});
  }
  return request;
}

NewRequest Erase(const std::string& key, const std::vector<std::string>& identities) {
  return Ask(Operation::kErasure, IdentifierKind::kIdentity, key, identities);
}
NewRequest Demerge(const std::string& key, const std::vector<std::string>& identities) {
  return Ask(Operation::kDemerge, IdentifierKind::kIdentity, key, identities);
}

TEST_P(UnlinkedIdentities, AreThoseOfAnEarlierDemerge) {
  Keep(Demerge("d", {"ann", "cem"}));
  const Admission erasure = Keep(Erase("e", {"ann", "bob", "cem"}));
  EXPECT_EQ(erasure.unlinked_count, 2);
  EXPECT_THAT(Unlinked(erasure), ElementsAre(0, 2));
}

TEST_P(UnlinkedIdentities, AreThoseOfAnEarlierDisassociation) {
  Keep(Ask(Operation::kDisassociation, IdentifierKind::kPhone, "d", {"+4915112345678"}));
  const Admission erasure = Keep(Erase("e", {"+4915112345678"}));
  EXPECT_EQ(erasure.unlinked_count, 1);
  EXPECT_THAT(Unlinked(erasure), ElementsAre(0));
}

TEST_P(UnlinkedIdentities, AreNotThoseOfALaterOne) {
  const Admission erasure = Keep(Erase("e", {"ann"}));
  Keep(Demerge("d", {"ann"}));
  EXPECT_EQ(erasure.unlinked_count, 0);
  EXPECT_THAT(Unlinked(erasure), IsEmpty());
}

TEST_P(UnlinkedIdentities, AreNotThoseOfAnotherAccount) {
  NewRequest elsewhere = Demerge("d", {"ann"});
  elsewhere.account = "globex";
  Keep(std::move(elsewhere));
  Keep(Demerge("o", {"other"}));
  EXPECT_THAT(Unlinked(Keep(Erase("e", {"ann"}))), IsEmpty());
}

TEST_P(UnlinkedIdentities, AreNotThoseOfAnEarlierErasure) {
  Keep(Demerge("o", {"other"}));
  Keep(Erase("1", {"ann"}));
  EXPECT_THAT(Unlinked(Keep(Erase("2", {"ann"}))), IsEmpty());
}

TEST_P(UnlinkedIdentities, AreOfErasuresByIdentityOnly) {
  Keep(Demerge("d", {"ann"}));
  const Admission by_guid = Keep(Ask(Operation::kErasure, IdentifierKind::kGuid, "g", {"ann"}));
  const Admission again = Keep(Demerge("d2", {"ann"}));
  for (const Admission& admission : {by_guid, again}) {
    EXPECT_EQ(admission.unlinked_count, 0);
    EXPECT_THAT(Unlinked(admission), IsEmpty());
  }
}

TEST_P(UnlinkedIdentities, StayUnlinkedWhenTheDemergeIsDone) {
  const Admission demerge = Keep(Demerge("d", {"ann"}));
  const Admission before = Keep(Erase("1", {"ann"}));
  Settle(demerge.id, BatchState::kDone);
  EXPECT_EQ(Keep(Erase("2", {"ann"})).unlinked_count, 1);
  EXPECT_THAT(Unlinked(before), ElementsAre(0));
}

TEST_P(UnlinkedIdentities, AreNotThoseOfARejectedOrCancelledDemerge) {
  for (const BatchState state : {BatchState::kRejected, BatchState::kCancelled}) {
    const std::string name(Name(state));
    const Admission demerge = Keep(Demerge("d" + name, {name}));
    const Admission erasure = Keep(Erase("e" + name, {name}));
    EXPECT_EQ(erasure.unlinked_count, 1);
    Settle(demerge.id, state);
    EXPECT_THAT(Unlinked(erasure), IsEmpty()) << name;
    EXPECT_EQ(Keep(Erase("f" + name, {name})).unlinked_count, 0);
  }
}

TEST_P(UnlinkedIdentities, AreFewerOnceAnEarlierRequestIsRejected) {
  const Admission demerge = Keep(Demerge("d", {"ann"}));
  Keep(Ask(Operation::kDisassociation, IdentifierKind::kPhone, "p", {"+4915112345678"}));
  const Admission erasure = Keep(Erase("e", {"ann", "+4915112345678"}));
  EXPECT_THAT(Unlinked(erasure), ElementsAre(0, 1));
  Settle(demerge.id, BatchState::kRejected);
  EXPECT_THAT(Unlinked(erasure), ElementsAre(1));
}

TEST_P(UnlinkedIdentities, AreFoundOnEveryPageAndInEveryEnvelope) {
  std::vector<std::string> people, unlinked;
  for (int i = 0; i < 250; ++i) {
    people.push_back("user-" + std::to_string(i));
    if (i == 0 || i == 99 || i == 100 || i == 249) unlinked.push_back(people.back());
  }
  Keep(Demerge("d", unlinked));
  Keep(Erase("neighbour", {"joe"}));
  const Admission erasure = Keep(Erase("e", people));
  EXPECT_EQ(erasure.unlinked_count, 4);
  EXPECT_THAT(Unlinked(erasure), ElementsAre(0, 99, 100, 249));
  const auto page = store().ListItems({"acme", erasure.id, 98, 2}).value();
  ASSERT_EQ(page.rows.size(), 2U);
  EXPECT_TRUE(page.rows[0].unlinked && page.rows[1].unlinked);
}

TEST_P(UnlinkedIdentities, AreCountedOnlyForTheRequestThatNamesThem) {
  Keep(Demerge("d", {"ann"}));
  const Admission one = Keep(Erase("1", {"ann"}));
  const Admission two = Keep(Erase("2", {"bob"}));
  EXPECT_THAT(Unlinked(one), ElementsAre(0));
  EXPECT_THAT(Unlinked(two), IsEmpty());
  const auto page = store().ListRequests({"acme", {}, 10}).value();
  for (const RequestView& view : page.rows) EXPECT_EQ(view.unlinked_count, 0);
}

TEST_P(UnlinkedIdentities, AreNotCountedInTheAnswerToARepeat) {
  Keep(Demerge("d", {"ann"}));
  Keep(Erase("e", {"ann"}));
  const Admission repeat = Keep(Erase("e", {"ann"}));
  EXPECT_TRUE(repeat.repeated);
  EXPECT_EQ(repeat.unlinked_count, 0);
  EXPECT_THAT(Unlinked(repeat), ElementsAre(0));
}

}  // namespace
}  // namespace lethe
