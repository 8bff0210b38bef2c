#include "store/intake/committer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <thread>

#include "integration/store/world.h"
#include "store/delivery/pg_delivery_queue.h"

namespace lethe::store {
namespace {

class CommitterTest : public testing::Test {
 protected:
  CommitterTest() { MakePartitions(database_); }
  ~CommitterTest() override {
    flushes_.Open();
    committer_.reset();
    ExpectSound(database_);
  }

  Committer& committer() { return *committer_; }

  /// Stops the committer and counts the statements of all sessions that failed.
  std::int64_t Failures() {
    committer_.reset();
    EXPECT_TRUE(Eventually([&] {  // The sessions have left their statistics.
      return Number(database_,
                    "select count(*) from pg_stat_activity "
                    "where datname = current_database() and pid <> pg_backend_pid()") == 0;
    }));
    return Number(database_,
                  "select xact_rollback from pg_stat_database "
                  "where datname = current_database()");
  }

  /// The requests that `submits` submits are one flush.
  void InOneFlush(const std::function<void()>& submits) {
    std::future<Result<Admission>> first;
    flushes_.HoldAt([&] { first = Start(committer(), Sealed("the one that holds the others")); });
    submits();
    flushes_.Open();
    first.wait();
  }

  void Restart(CommitterOptions options) {
    committer_.reset();
    committer_ = std::make_unique<Committer>(std::move(options), clock_);
  }

  FakeClock clock_;
  TestDatabase database_;
  Flushes flushes_;
  std::unique_ptr<Committer> committer_ =
      std::make_unique<Committer>(Options(database_.source(), flushes_), clock_);
};

TEST_F(CommitterTest, AnIdleCommitterCommitsEachRequestByItself) {
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(Submit(committer(), Sealed(key, 2)).ok());
  const std::vector<FlushReport> reports = flushes_.reports();
  ASSERT_EQ(reports.size(), 3U);
  for (const FlushReport& report : reports) {
    EXPECT_EQ(report.requests, 1);
    EXPECT_TRUE(report.committed);
    ASSERT_EQ(report.accepted.size(), 1U);
    EXPECT_EQ(report.accepted[0].account, "acme");
    EXPECT_EQ(report.accepted[0].items, 2);
  }
}

TEST_F(CommitterTest, RequestsThatWaitTogetherAreOneFlush) {
  constexpr int kRequests = 200;
  std::vector<std::future<Result<Admission>>> answers;
  InOneFlush([&] {
    for (int i = 0; i < kRequests; ++i) {
      answers.push_back(Start(committer(), Sealed(std::to_string(i))));
    }
  });
  for (auto& answer : answers) EXPECT_TRUE(answer.get().ok());
  ASSERT_EQ(flushes_.reports().size(), 2U);
  EXPECT_EQ(flushes_.reports()[1].requests, kRequests);
}

TEST_F(CommitterTest, AFlushTakesNoMoreItemsThanItsLimit) {
  constexpr int kEach = 500;
  std::vector<std::future<Result<Admission>>> answers;
  InOneFlush([&] {
    for (int items = 0; items <= kMaxItemsPerFlush; items += kEach) {
      answers.push_back(Start(committer(), Sealed(std::to_string(items), kEach)));
    }
  });
  for (auto& answer : answers) EXPECT_TRUE(answer.get().ok());
  ASSERT_EQ(flushes_.reports().size(), 3U);
  EXPECT_EQ(flushes_.reports()[1].requests, kMaxItemsPerFlush / kEach);
  EXPECT_EQ(flushes_.reports()[2].requests, 1);
}

TEST_F(CommitterTest, ARequestOfAFewOvertakesTheBulkAndDoesNotStopIt) {
  constexpr int kBulk = 1000;
  constexpr int kFlushes = 3;
  std::vector<std::future<Result<Admission>>> answers;
  InOneFlush([&] {
    for (int i = 0; i < kFlushes * kMaxItemsPerFlush / kBulk; ++i) {
      answers.push_back(Start(committer(), Sealed("bulk " + std::to_string(i), kBulk)));
    }
    for (int i = 0; i < kMaxItemsPerFlush; i += kMaxItemsOfAFew) {
      answers.push_back(Start(committer(), Sealed("few " + std::to_string(i), kMaxItemsOfAFew)));
    }
  });
  for (auto& answer : answers) EXPECT_TRUE(answer.get().ok());
  const auto reports = flushes_.reports();
  ASSERT_EQ(reports.size(), 5U);
  EXPECT_EQ(reports[1].requests, 250 + 2 + 50)
      << "half and half, and small ones where no bulk fits";
  EXPECT_EQ(reports[2].requests, 200 + 3);
  EXPECT_EQ(reports[3].requests, 5) << "bulk is all that is left";
}

TEST_F(CommitterTest, TheBulkLeavesRoomInTheLineForAFew) {
  CommitterOptions options = Options(database_.source(), flushes_);
  options.max_waiting_items = 100;
  Restart(std::move(options));
  std::vector<std::future<Result<Admission>>> answers;
  InOneFlush([&] {
    answers.push_back(Start(committer(), Sealed("bulk", 90)));
    auto refused = Start(committer(), Sealed("more", 11)).get();
    EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
    answers.push_back(Start(committer(), Sealed("few", kMaxItemsOfAFew)));
  });
  for (auto& answer : answers) EXPECT_TRUE(answer.get().ok());
}

TEST_F(CommitterTest, ASecondWriterHelpsWhileManyWait) {
  CommitterOptions options = Options(database_.source(), flushes_);
  options.writers = 2;
  Restart(std::move(options));
  std::vector<std::future<Result<Admission>>> answers;
  flushes_.HoldAt([&] { answers.push_back(Start(committer(), Sealed("held"))); });
  for (int i = 0; i < 20; ++i) {
    answers.push_back(Start(committer(), Sealed(std::to_string(i), 5)));
  }
  EXPECT_TRUE(Eventually([&] { return flushes_.reports().size() == 2; }));
  flushes_.Open();
  for (auto& answer : answers) EXPECT_TRUE(answer.get().ok());
}

TEST_F(CommitterTest, ASecondWriterRestsWhileFewWaitSoThatEnvelopesFill) {
  CommitterOptions options = Options(database_.source(), flushes_);
  options.writers = 2;
  Restart(std::move(options));
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Submit(committer(), Sealed(std::to_string(i))).ok());
  EXPECT_EQ(Number(database_, "select count(*) from batch"), 1);
}

TEST_F(CommitterTest, AKeyThatComesTwiceInOneFlushIsKeptOnce) {
  std::future<Result<Admission>> first, again, other_payload;
  InOneFlush([&] {
    first = Start(committer(), Sealed("k"));
    again = Start(committer(), Sealed("k"));
    other_payload = Start(committer(), Sealed("k", 1, "another"));
  });
  const Result<Admission> original = first.get();
  const Result<Admission> repeated = again.get();
  const Result<Admission> refused = other_payload.get();
  ASSERT_TRUE(original.ok() && repeated.ok());
  EXPECT_FALSE(original->repeated);
  EXPECT_TRUE(repeated->repeated);
  EXPECT_EQ(repeated->id, original->id);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(refused.error().reason, "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(flushes_.reports()[1].accepted.size(), 1U);
}

TEST_F(CommitterTest, ARepeatIsNotReportedAsAccepted) {
  ASSERT_TRUE(Submit(committer(), Sealed("k")).ok());
  ASSERT_TRUE(Submit(committer(), Sealed("k"))->repeated);
  EXPECT_TRUE(flushes_.reports()[1].accepted.empty());
}

TEST_F(CommitterTest, ARepeatCausesNoErrorInTheDatabase) {
  ASSERT_TRUE(Submit(committer(), Sealed("k")).ok());
  ASSERT_TRUE(Submit(committer(), Sealed("k"))->repeated);
  EXPECT_EQ(Failures(), 0);
}

TEST_F(CommitterTest, AKeyThatComesTwiceInOneFlushCausesNoErrorInTheDatabase) {
  std::future<Result<Admission>> first, again;
  InOneFlush([&] {
    first = Start(committer(), Sealed("k"));
    again = Start(committer(), Sealed("k"));
  });
  ASSERT_TRUE(first.get().ok() && again.get().ok());
  EXPECT_EQ(Failures(), 0);
}

TEST_F(CommitterTest, TwoPrincipalsWithOneKeyInOneFlushAreBothKept) {
  std::future<Result<Admission>> one, other, repeat;
  const auto of = [](const std::string& principal) {
    SealedRequest request = Sealed("k");
    request.principal = principal;
    return request;
  };
  InOneFlush([&] {
    one = Start(committer(), of("ann"));
    other = Start(committer(), of("bob"));
    repeat = Start(committer(), of("bob"));  // so that the keys are inserted on their own
  });
  const Result<Admission> anns = one.get();
  const Result<Admission> bobs = other.get();
  ASSERT_TRUE(anns.ok() && bobs.ok());
  EXPECT_FALSE(anns->repeated);
  EXPECT_FALSE(bobs->repeated);
  EXPECT_NE(anns->id, bobs->id);
  EXPECT_EQ(repeat.get()->id, bobs->id);
}

struct Poison {
  std::string name;
  std::function<void(SealedRequest&)> spoil;
};
void PrintTo(const Poison& poison, std::ostream* out) { *out << poison.name; }

class PoisonTest : public CommitterTest, public testing::WithParamInterface<Poison> {};

TEST_P(PoisonTest, FailsAlone) {
  constexpr int kRequests = 20;
  for (const int place : {0, 7, kRequests - 1}) {
    std::vector<std::future<Result<Admission>>> answers;
    InOneFlush([&] {
      for (int i = 0; i < kRequests; ++i) {
        SealedRequest request = Sealed(std::to_string(place) + "/" + std::to_string(i), 3);
        if (i == place) GetParam().spoil(request);
        answers.push_back(Start(committer(), std::move(request)));
      }
    });
    for (int i = 0; i < kRequests; ++i) {
      const Result<Admission> answer = answers[i].get();
      EXPECT_EQ(answer.ok(), i != place) << i;
      if (!answer.ok()) {
        EXPECT_EQ(answer.error().code, ErrorCode::kInternal) << answer.error().message;
      }
    }
  }
}

std::string Incompressible(std::size_t size) {
  std::mt19937 random(1);
  std::string text;
  while (text.size() < size) text += static_cast<char>('!' + random() % 90);
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Requests, PoisonTest,
    testing::Values(Poison{"Check", [](SealedRequest& r) { r.items[1].ordinal = -1; }},
                    Poison{"NotUtf8", [](SealedRequest& r) { r.principal = "\xff"; }},
                    Poison{"Nul", [](SealedRequest& r) { r.principal = std::string("a\0b", 3); }},
                    Poison{"OutOfRange", [](SealedRequest& r) { r.items[2].ordinal = 40'000; }},
                    Poison{"TooLongForAnIndex",
                           [](SealedRequest& r) { r.principal = Incompressible(9000); }}),
    [](const auto& poison) { return poison.param.name; });

TEST_F(CommitterTest, TheWaitingLineTakesItsLimitAndNotOneMore) {
  CommitterOptions options = Options(database_.source(), flushes_);
  options.max_waiting_items = 10;
  Restart(std::move(options));
  std::vector<std::future<Result<Admission>>> waiting;
  InOneFlush([&] {
    waiting.push_back(Start(committer(), Sealed("nine", 9)));
    const Result<Admission> two = Submit(committer(), Sealed("two", 2));
    waiting.push_back(Start(committer(), Sealed("one", 1)));
    EXPECT_EQ(committer().waiting_items(), 10);
    const Result<Admission> one_more = Submit(committer(), Sealed("one more", 1));
    for (const Result<Admission>& refused : {two, one_more}) {
      ASSERT_FALSE(refused.ok());
      EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
      EXPECT_EQ(refused.error().reason, "TOO_BUSY");
      EXPECT_GT(refused.error().retry_after.value(), 0ms);
    }
  });
  for (auto& answer : waiting) EXPECT_TRUE(answer.get().ok());
  EXPECT_EQ(committer().waiting_items(), 0);
  EXPECT_TRUE(Submit(committer(), Sealed("one more", 1)).ok());
}

TEST_F(CommitterTest, ItCommitsWhatWaitsBeforeItStopsAndRefusesWhatComesThen) {
  std::vector<std::future<Result<Admission>>> waiting;
  flushes_.HoldAt([&] { waiting.push_back(Start(committer(), Sealed("first"))); });
  for (int i = 0; i < 50; ++i) {
    waiting.push_back(Start(committer(), Sealed(std::to_string(i))));
  }
  Committer& stopped = committer();
  std::jthread stopping([this] { committer_.reset(); });
  std::optional<Result<Admission>> refused;
  ASSERT_TRUE(Eventually([&, probes = 0]() mutable {
    auto probe = Start(stopped, Sealed("probe " + std::to_string(++probes)));
    if (!Answered(probe)) {
      waiting.push_back(std::move(probe));
      return false;
    }
    refused = probe.get();
    return true;
  }));
  EXPECT_EQ(refused->error().reason, "STORE_UNAVAILABLE");
  flushes_.Open();
  stopping.join();
  for (auto& answer : waiting) EXPECT_TRUE(answer.get().ok());
}

TEST_F(CommitterTest, AnEnvelopeThatADispatcherClaimedGrowsNoMore) {
  crypto::KeyRing keys = crypto::KeyRing::Parse(crypto::KeyRing::GenerateFile()).value();
  Pool pool(database_.source(), 1);
  PgDeliveryQueue queue("test", Accounts(), keys, pool);
  ASSERT_TRUE(queue.RegisterAccounts().ok());
  const auto request = [&](const std::string& key) {
    SealedRequest sealed = Sealed(key);
    sealed.items[0].sealed = keys.Seal(Identifier(key), "acme");
    return sealed;
  };
  ASSERT_TRUE(Submit(committer(), request("a")).ok());
  ASSERT_TRUE(Submit(committer(), request("b")).ok());
  const auto claim = queue.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s});
  ASSERT_TRUE(claim.ok() && *claim);
  EXPECT_EQ((*claim)->identifiers.size(), 2U);

  ASSERT_TRUE(Submit(committer(), request("c")).ok());
  ASSERT_TRUE(Submit(committer(), request("d")).ok());
  EXPECT_EQ(Number(database_, "select hi from batch where state = 'sending'"), 1);
  EXPECT_EQ(Number(database_, "select hi from batch where state = 'open'"), 1);
}

TEST_F(CommitterTest, AnEnvelopeThatWasClaimedGrowsNoMoreInAFlushWithARepeat) {
  ASSERT_TRUE(Submit(committer(), Sealed("a")).ok());
  std::future<Result<Admission>> repeat, next;
  InOneFlush([&] {
    database_.Run("update batch set state = 'ready'");
    repeat = Start(committer(), Sealed("a"));
    next = Start(committer(), Sealed("b"));
  });
  EXPECT_TRUE(repeat.get()->repeated);
  const Result<Admission> added = next.get();
  ASSERT_TRUE(added.ok());
  EXPECT_FALSE(added->repeated);
  EXPECT_EQ(Number(database_, "select hi from batch where state = 'open'"), 0);
  EXPECT_EQ(Number(database_, "select sum(hi + 1) from batch"), 3);
}

TEST_F(CommitterTest, AnEnvelopeIsReadyWhenItIsFull) {
  ASSERT_TRUE(Submit(committer(), Sealed("a", 60)).ok());
  ASSERT_TRUE(Submit(committer(), Sealed("b", 39)).ok());
  EXPECT_EQ(Number(database_, "select count(*) from batch where state = 'open' and hi = 98"), 1);
  ASSERT_TRUE(Submit(committer(), Sealed("c", 1)).ok());
  EXPECT_EQ(Number(database_, "select count(*) from batch where state = 'ready' and hi = 99"), 1);
  ASSERT_TRUE(Submit(committer(), Sealed("d", 1)).ok());
  EXPECT_EQ(Number(database_, "select count(*) from batch where state = 'open' and hi = 0"), 1);
}

TEST_F(CommitterTest, ANewEnvelopeThatIsFullIsReadyAtOnce) {
  ASSERT_TRUE(Submit(committer(), Sealed("exactly", 100)).ok());
  EXPECT_EQ(Number(database_, "select count(*) from batch where state = 'ready' and hi = 99"), 1);
  ASSERT_TRUE(Submit(committer(), Sealed("one over", 101)).ok());
  EXPECT_EQ(Number(database_, "select count(*) from batch where state = 'ready'"), 3);
}

TEST_F(CommitterTest, AfterARestartItAppendsToNoEnvelopeOfBefore) {
  ASSERT_TRUE(Submit(committer(), Sealed("a")).ok());
  Restart(Options(database_.source(), flushes_));
  ASSERT_TRUE(Submit(committer(), Sealed("b")).ok());
  EXPECT_EQ(Number(database_, "select count(*) from batch where hi = 0"), 2);
}

}  // namespace
}  // namespace lethe::store
