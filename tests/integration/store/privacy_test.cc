#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include "integration/store/world.h"
#include "store/changing/pg_subject_holds.h"
#include "store/delivery/pg_delivery_queue.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Hex(const std::string& text) {
  std::string hex(text.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(text.data()),
                 text.size());
  hex.pop_back();
  return hex;
}

/// Every row of every table, as text.
std::string Dump(const TestDatabase& database) {
  std::string dump;
  for (const auto& table : database.Run("select relname from pg_class where relkind = 'r' "
                                        "and relnamespace = 'public'::regnamespace")) {
    const std::string name = table[0].c_str();
    for (const auto& row : database.Run("select t::text from " + name + " t")) {
      dump += name + ": " + row[0].c_str() + "\n";
    }
  }
  return dump;
}

TEST(Privacy, NoTableHoldsAnIdentifierOrAnIdempotencyKey) {
  const std::string identifier = "canary.person@example.com";
  const std::string key = "canary-key-of-the-caller";
  const FakeClock clock;
  const TestDatabase database;
  test::PgStore store(database, clock);
  CallMemory memory;
  const HistoryCheck history({.holder = "test",
                              .memory = memory,
                              .give_up_ids = [] { return std::optional<NodeRenewal>(); },
                              .on_lost = [](const LostHistory&) {}});
  PgDeliveryQueue queue("test", Accounts(), store.keys(), store.pool(), &history);
  ASSERT_TRUE(queue.RegisterAccounts().ok());

  const RequestId id = Submit(store.requests(), Erasure(key, {"someone", identifier})).value().id;
  ASSERT_TRUE(Submit(store.requests(), Erasure(key, {"someone", identifier}))->repeated);
  ASSERT_FALSE(Submit(store.requests(), Erasure(key, {identifier})).ok());
  const Claim claim =
      queue.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s}).value().value();
  ASSERT_EQ(claim.identifiers[1].Reveal(), identifier);
  ASSERT_TRUE(
      queue
          .Record(
              claim, {.outcome = OutcomeClass::kPartial, .http_status = 200, .code = "516"},
              {.transitions = {{.span = {0, 0},
                                .to = BatchState::kAccepted,
                                .accepted_at = clock.Now(),
                                .window_end = clock.Now()},
                               {.span = {1, 1}, .to = BatchState::kRejected, .reason = "refused"}}})
          .ok());
  ASSERT_EQ(queue.CloseWindows(clock.Now(), 10).value(), 1);
  ASSERT_EQ(store.requests().Get("acme", id)->item_count, 2);

  PgSubjectHolds holds(store.keys(), store.pool());
  const Operator jane{.principal = "jane", .justification = "OPS-17"};
  const Identifier subject(identifier);
  ASSERT_TRUE(
      holds
          .Change(
              {.by = jane, .account = "acme", .subject = subject, .holds = true, .preview = false})
          .ok());

  database.Run("update attempt set started_at = started_at + interval '1 second'");
  history.Check(*Connect(database.source()));  // The call counts as lost.

  const std::string dump = Dump(database);
  for (const char* table : {"request_item", "idempotency_key", "attempt", "batch", "slot",
                            "lost_attempt: ", "lost_digest: ", "subject_digest: "}) {
    EXPECT_THAT(dump, HasSubstr(table)) << "nothing to look at";
  }
  EXPECT_THAT(dump, HasSubstr("anonymous"));
  for (const std::string& secret : {identifier, key, std::string("canary")}) {
    EXPECT_THAT(dump, Not(HasSubstr(secret)));
    EXPECT_THAT(dump, Not(HasSubstr(Hex(secret))));
  }
}

TEST(Privacy, EqualIdentifiersAreSealedDifferently) {
  const FakeClock clock;
  const TestDatabase database;
  test::PgStore store(database, clock);
  ASSERT_TRUE(Submit(store.requests(), Erasure("a", {"ann"})).ok());
  ASSERT_TRUE(Submit(store.requests(), Erasure("b", {"ann"})).ok());
  EXPECT_EQ(Number(database, "select count(distinct sealed) from request_item"), 2);
  EXPECT_EQ(Number(database, "select count(distinct digest) from request_item"), 1);
}

}  // namespace
}  // namespace lethe::store
