#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "integration/store/world.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

NewRequest Demerge(const std::string& key, const std::vector<std::string>& identities) {
  NewRequest request = Erasure(key, identities);
  request.operation = Operation::kDemerge;
  return request;
}

/// Which requests are noted to have unlinked identities, and which are looked up.
class Unlinked : public testing::Test {
 protected:
  Unlinked() { EXPECT_TRUE(queue_.RegisterAccounts().ok()); }

  RequestId Keep(NewRequest request) {
    return Submit(store_.requests(), std::move(request)).value().id;
  }

  /// As if the flushes that wrote the requests had noted this.
  void Note(const std::string& may_be_unlinked) {
    database_.Run("update request set may_be_unlinked = " + may_be_unlinked);
  }

  bool Noted(RequestId id) {
    return Number(database_, "select may_be_unlinked::int from request where id = " +
                                 std::to_string(ToInt(id))) != 0;
  }

  /// The ordinals of the unlinked items; Get() and ListItems() must agree.
  std::vector<int> Read(RequestId id) {
    std::vector<int> ordinals;
    const auto page = store_.requests().ListItems({"acme", id, -1, 100}).value();
    for (const ItemView& item : page.rows) {
      if (item.unlinked) ordinals.push_back(item.ordinal);
    }
    EXPECT_EQ(store_.requests().Get("acme", id).value().unlinked_count, std::ssize(ordinals));
    return ordinals;
  }

  FakeClock clock_;
  TestDatabase database_;
  Flushes flushes_;
  test::PgStore store_{database_, clock_, {.on_flush = flushes_.observer()}};
  PgDeliveryQueue queue_{"test", Accounts(), store_.keys(), store_.pool()};
};

TEST_F(Unlinked, AreNotedInTheRequestsThatHaveThem) {
  const RequestId demerge = Keep(Demerge("d", {"ann"}));
  const RequestId one = Keep(Erasure("1", {"bob", "ann"}));
  const RequestId other = Keep(Erasure("2", {"bob"}));
  EXPECT_TRUE(Noted(one));
  EXPECT_FALSE(Noted(other));
  EXPECT_FALSE(Noted(demerge));
}

TEST_F(Unlinked, AreNotedByTheFlushThatWritesTheDemergeAsWell) {
  std::vector<std::future<Result<Admission>>> answers;
  flushes_.HoldAt([&] { answers.push_back(Start(store_.requests(), Erasure("first", {"joe"}))); });
  answers.push_back(Start(store_.requests(), Demerge("d", {"ann", "cem"})));
  answers.push_back(Start(store_.requests(), Erasure("1", {"ann"})));
  answers.push_back(Start(store_.requests(), Erasure("2", {"bob"})));
  answers.push_back(Start(store_.requests(), Erasure("3", {"bob", "cem"})));
  flushes_.Open();
  std::vector<RequestId> ids;
  for (auto& answer : answers) ids.push_back(answer.get().value().id);
  EXPECT_TRUE(Noted(ids[2]));
  EXPECT_FALSE(Noted(ids[3]));
  EXPECT_TRUE(Noted(ids[4]));
  EXPECT_THAT(Read(ids[4]), ElementsAre(1));
}

TEST_F(Unlinked, ASecondDemergeDoesNotWaitForADispatcherThatHasLockedTheAccount) {
  Keep(Demerge("1", {"ann"}));
  pqxx::connection session(database_.url());
  pqxx::work dispatcher(session);
  dispatcher.exec("select from account_state for no key update");
  EXPECT_TRUE(Submit(store_.requests(), Demerge("2", {"bob"})).ok());
}

TEST_F(Unlinked, AreLookedUpForRequestsOfTheReleaseBefore) {
  Keep(Demerge("d", {"ann"}));
  const RequestId erasure = Keep(Erasure("e", {"bob", "ann"}));
  Note("null");
  EXPECT_THAT(Read(erasure), ElementsAre(1));
}

TEST_F(Unlinked, AreNotLookedUpWhereNoneWereFound) {
  Keep(Demerge("d", {"ann"}));
  const RequestId erasure = Keep(Erasure("e", {"bob", "ann"}));
  Note("false");
  EXPECT_THAT(Read(erasure), IsEmpty());
}

TEST_F(Unlinked, AreNotedWhenTheErasureWaitsForWhatItsFlushDidNotSee) {
  Keep(Demerge("d", {"ann"}));
  const RequestId erasure = Keep(Erasure("e", {"bob", "ann"}));
  const RequestId neighbour = Keep(Erasure("f", {"joe"}));
  Note("false");
  const auto claim = queue_.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s}).value();
  ASSERT_TRUE(claim);
  EXPECT_THAT(Read(erasure), ElementsAre(1));
  EXPECT_FALSE(Noted(neighbour));
}

}  // namespace
}  // namespace lethe::store
