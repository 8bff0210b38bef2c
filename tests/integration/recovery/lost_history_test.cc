// An older state of the database comes up under the same address.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "integration/recovery/replica.h"

namespace lethe::store {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class LostHistories : public LostHistoryTest {};

TEST_F(LostHistories, PauseEverythingBeforeASessionIsUsed) {
  AddBatch();
  database_.KeepCopy();
  const auto sent = Take(one_);
  ASSERT_TRUE(sent.ok() && *sent);
  database_.PutCopyBack();

  const auto again = Take(one_);
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_FALSE(*again) << "it was sent already";
  ASSERT_THAT(one_.told, SizeIs(1));
  EXPECT_EQ(one_.told[0].remembered, 1);
  EXPECT_EQ(one_.told[0].missing, 1);
  EXPECT_FALSE(one_.told[0].node_row);
  EXPECT_EQ(one_.told[0].since, (*sent)->facts.started_at);
  EXPECT_FALSE(one_.told[0].complete_until);
  const auto pauses = Pauses();
  ASSERT_THAT(pauses, SizeIs(1));
  EXPECT_EQ(pauses[0].kind, PauseKind::kLostHistory);
  EXPECT_EQ(pauses[0].scope, PauseScope{});
  EXPECT_THAT(pauses[0].reason, AllOf(HasSubstr(one_.told[0].since_of_all), HasSubstr("lacks 1")));

  const auto other = Take(two_);
  ASSERT_TRUE(other.ok());
  EXPECT_FALSE(*other) << "a replica that has sent nothing is stopped as well";
  EXPECT_THAT(two_.told, IsEmpty());
}

TEST_F(LostHistories, AreToldOnce) {
  AddBatch();
  database_.KeepCopy();
  ASSERT_TRUE(*Take(one_));
  database_.PutCopyBack();
  ASSERT_FALSE(*Take(one_));
  database_.Run("delete from pause");

  database_.CutConnections();
  ASSERT_TRUE(*Take(one_)) << "an operator has decided";
  EXPECT_THAT(one_.told, SizeIs(1));
  EXPECT_THAT(Pauses(), IsEmpty());
}

TEST_F(LostHistories, AreToldAgainAfterAnotherRestore) {
  AddBatch();
  database_.KeepCopy();
  ASSERT_TRUE(*Take(one_));
  database_.PutCopyBack();
  database_.KeepCopy();
  ASSERT_FALSE(*Take(one_));
  database_.PutCopyBack();
  ASSERT_FALSE(*Take(one_));
  EXPECT_THAT(one_.told, SizeIs(2));
  EXPECT_THAT(Pauses(), SizeIs(1));
}

TEST_F(LostHistories, AreNoneWhereConnectionsWereLost) {
  AddBatch();
  AddBatch();
  const auto first = Take(one_);
  ASSERT_TRUE(first.ok() && *first);
  ASSERT_TRUE(Renew(one_));
  database_.CutConnections();
  const auto second = Take(one_);
  ASSERT_TRUE(second.ok());
  EXPECT_THAT(one_.told, IsEmpty());
  EXPECT_THAT(Pauses(), IsEmpty());
}

TEST_F(LostHistories, AreFoundThoughTheBatchWasClaimedAgain) {
  AddBatch();
  database_.KeepCopy();
  ASSERT_TRUE(*Take(one_));
  database_.PutCopyBack();
  const auto again = Take(two_);
  ASSERT_TRUE(again.ok() && *again) << "the only one that knows is away";
  EXPECT_EQ((*again)->call_number(), 1);
  ASSERT_TRUE(Take(one_).ok());
  EXPECT_THAT(one_.told, SizeIs(1)) << "an attempt of the same number is not the same";
}

TEST_F(LostHistories, AreFoundByAReplicaThatSentNothing) {
  AddBatch();
  ASSERT_TRUE(Renew(two_));
  database_.KeepCopy();
  clock_.Advance(15s);
  database_.RunClockFrom(clock_.Now());
  const auto renewed = Renew(two_);
  ASSERT_TRUE(renewed);
  database_.PutCopyBack();

  EXPECT_FALSE(*Take(two_));
  ASSERT_THAT(two_.told, SizeIs(1));
  EXPECT_TRUE(two_.told[0].node_row);
  EXPECT_EQ(two_.told[0].missing, 0);
  EXPECT_EQ(two_.told[0].since, renewed->renewed_at);
  EXPECT_THAT(Pauses(), SizeIs(1));

  database_.Run("delete from pause");
  database_.CutConnections();
  EXPECT_TRUE(*Take(two_));
  EXPECT_THAT(two_.told, SizeIs(1)) << "told once";
}

TEST_F(LostHistories, TakeAnotherHoldersNewerNodeRowForNone) {
  ASSERT_TRUE(Renew(two_));
  clock_.Advance(2min);
  database_.RunClockFrom(clock_.Now());
  IdSource next("three");
  ASSERT_TRUE(one_.pool
                  .With([&](pqxx::connection& connection) -> Status {
                    next.Prepare(connection, clock_.Now());
                    return Ok();
                  })
                  .ok());
  database_.CutConnections();
  ASSERT_TRUE(Take(two_).ok());
  EXPECT_THAT(two_.told, IsEmpty());
}

TEST_F(LostHistories, AreFoundThoughAnotherProcessHasTheNodeRowNow) {
  database_.KeepCopy();
  const auto renewed = Renew(two_);
  ASSERT_TRUE(renewed);
  clock_.Advance(1s);
  database_.PutCopyBack();
  database_.RunClockFrom(clock_.Now());
  const auto taken = Renew(one_);
  ASSERT_TRUE(taken);
  ASSERT_EQ(taken->number, renewed->number);
  ASSERT_GT(taken->reserved_until_ms, renewed->reserved_until_ms);

  EXPECT_FALSE(*Take(two_));
  EXPECT_THAT(two_.told, SizeIs(1)) << "it held the number, and its lease had not run out";
}

TEST_F(LostHistories, LetNoIdBeMadeTwice) {
  database_.RunClockFrom(clock_.Now());
  database_.KeepCopy();
  const auto lost = Renew(two_);
  ASSERT_TRUE(lost);
  const std::int64_t last = two_.ids.Take(clock_.Now(), 1);
  database_.PutCopyBack();
  ASSERT_FALSE(*Take(two_));
  EXPECT_THROW(two_.ids.Take(clock_.Now(), 1), std::runtime_error) << "of a number that was lost";

  const auto next = Renew(two_);
  ASSERT_TRUE(next);
  EXPECT_GT(two_.ids.Take(clock_.Now(), 1), last);
  EXPECT_GT(Number(database_, "select min(reserved_until_ms) from node where number = " +
                                  std::to_string(lost->number)),
            0);
  const auto other = Renew(one_);
  ASSERT_TRUE(other);
  EXPECT_GT(one_.ids.Take(clock_.Now(), 1), last) << "another process has the number next";
}

TEST_F(LostHistories, DoNotCountClaimsThatWereNotCommitted) {
  AddBatch();
  // The answer to the commit is lost: no call is made, so none is remembered.
  database_.Run(
      "create function cut() returns trigger language plpgsql as $$ begin "
      "perform pg_terminate_backend(pg_backend_pid()); return null; end $$; "
      "create constraint trigger cut after insert on attempt deferrable initially deferred "
      "for each row execute function cut()");
  EXPECT_FALSE(one_.queue.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s}).ok());
  EXPECT_TRUE(one_.memory.contents().empty());
  database_.Run("drop trigger cut on attempt");
  ASSERT_TRUE(*Take(one_));
  EXPECT_THAT(one_.memory.contents().calls, SizeIs(1));
  EXPECT_THAT(one_.told, IsEmpty());
}

TEST_F(LostHistories, StopACallThatWasClaimedWhileAnotherSessionWasChecked) {
  AddBatch();
  // The claim ends while it is held up, and its attempt is gone: as if the database had been
  // replaced between its commit and the moment at which the process remembers it.
  database_.Run(
      "create function lose() returns trigger language plpgsql security definer as $$ begin "
      "perform pg_advisory_xact_lock(42); delete from attempt; return null; end $$; "
      "create constraint trigger lose after insert on attempt deferrable initially deferred "
      "for each row execute function lose()");
  pqxx::connection holder(database_.owner_url());
  pqxx::work hold(holder);
  hold.exec("select pg_advisory_xact_lock(42)");
  auto claim = std::async(std::launch::async, [this] { return Take(one_); });
  ASSERT_TRUE(Eventually([this] {
    return Number(database_, "select count(*) from pg_locks where objid = 42 and not granted") > 0;
  }));
  const auto another = one_.pool.With([](pqxx::connection& connection) -> Status {
    pqxx::nontransaction(connection).exec("select 1");
    return Ok();
  });
  ASSERT_TRUE(another.ok());
  hold.commit();

  const auto taken = claim.get();
  EXPECT_FALSE(taken.ok() && *taken) << "no call may be made";
  EXPECT_THAT(one_.told, SizeIs(1));
  EXPECT_THAT(Pauses(), SizeIs(1));
}

TEST_F(LostHistories, GiveNoSessionThatCouldNotBeChecked) {
  AddBatch();
  ASSERT_TRUE(*Take(one_));
  database_.Run("alter table lost_attempt rename to away");
  database_.CutConnections();
  for (int tries = 0; tries < 2; ++tries) {
    const auto refused = one_.queue.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s});
    ASSERT_FALSE(refused.ok());
    EXPECT_TRUE(tries == 0 || refused.error().reason == "SCHEMA_OUT_OF_DATE");
  }
  database_.Run("alter table away rename to lost_attempt");
  EXPECT_TRUE(Take(one_).ok());
}

TEST_F(LostHistories, KeepWhatIsKnownOfTheCalls) {
  AddBatch();
  database_.KeepCopy();
  ASSERT_TRUE(*Take(one_));
  database_.PutCopyBack();
  ASSERT_FALSE(*Take(one_));
  EXPECT_EQ(Number(database_,
                   "select count(*) from lost_attempt l join lost_digest d on d.attempt = l.id "
                   "join request_item i on i.envelope = l.envelope and i.digest = d.digest"),
            2);
  const auto event =
      database_.Run("select action, principal, account, state_after from audit_event");
  ASSERT_EQ(event.size(), 1U);
  EXPECT_EQ(event[0][0].as<std::string>(), "pause");
  EXPECT_EQ(event[0][1].as<std::string>(), "lethe");
}

}  // namespace
}  // namespace lethe::store
