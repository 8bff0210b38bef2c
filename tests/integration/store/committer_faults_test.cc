#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "integration/store/cutting_proxy.h"
#include "integration/store/world.h"

namespace lethe::store {
namespace {

class CommitterFaults : public testing::Test {
 protected:
  CommitterFaults() { MakePartitions(database_); }
  ~CommitterFaults() override { ExpectSound(database_); }

  /// The next `times` commits that write a key terminate their own session.
  void DieAtCommit(int times) {
    database_.Run(
        "create sequence death; grant usage on sequence death to lethe; "
        "create function die() returns trigger language plpgsql as $$ begin "
        "  if nextval('death') <= " +
        std::to_string(times) +
        " then perform pg_terminate_backend(pg_backend_pid()); perform 1; end if; "
        "  return null; end $$; "
        "create constraint trigger die after insert on idempotency_key "
        "deferrable initially deferred for each row execute function die()");
  }

  std::int64_t Requests() { return Number(database_, "select count(*) from request"); }

  FakeClock clock_;
  TestDatabase database_;
  Flushes flushes_;
};

TEST_F(CommitterFaults, CallersHearAtOnceThatTheDatabaseIsAway) {
  Committer committer(
      Options([] { return Result<std::string>("postgresql:///lethe?host=/nowhere"); }, flushes_),
      clock_);
  for (const char* key : {"a", "b"}) {
    const Result<Admission> answer = Submit(committer, Sealed(key));
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(answer.error().reason, "STORE_UNAVAILABLE");
  }
  EXPECT_FALSE(flushes_.reports().at(0).committed);
}

TEST_F(CommitterFaults, ADatabaseThatComesBackIsUsedAgain) {
  std::atomic<bool> away = true;
  Committer committer(
      Options(
          [&] {
            return Result<std::string>(away ? "postgresql:///?host=/nowhere" : database_.url());
          },
          flushes_),
      clock_);
  ASSERT_FALSE(Submit(committer, Sealed("k")).ok());
  away = false;
  EXPECT_TRUE(Eventually([&] { return Submit(committer, Sealed("k")).ok(); }));
}

TEST_F(CommitterFaults, CallersDoNotNoticeThatAnIdleSessionWasCut) {
  Committer committer(Options(database_.source(), flushes_), clock_);
  for (const char* key : {"a", "b", "c"}) {
    EXPECT_TRUE(Submit(committer, Sealed(key)).ok());
    database_.CutConnections();
  }
  EXPECT_EQ(Requests(), 3);
}

TEST_F(CommitterFaults, AMissingTableIsASchemaThatIsOutOfDate) {
  database_.Run("alter table request rename to gone");
  Committer committer(Options(database_.source(), flushes_), clock_);
  const Result<Admission> answer = Submit(committer, Sealed("k"));
  database_.Run("alter table gone rename to request");
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().reason, "SCHEMA_OUT_OF_DATE");
}

TEST_F(CommitterFaults, AFlushThatDiedInItsCommitIsTriedAgain) {
  Committer committer(Options(database_.source(), flushes_), clock_);
  ASSERT_TRUE(Submit(committer, Sealed("before")).ok());
  DieAtCommit(1);
  const Result<Admission> answer = Submit(committer, Sealed("k"));
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_FALSE(answer->repeated);
  EXPECT_EQ(Requests(), 2);
}

TEST_F(CommitterFaults, AFlushThatAlwaysDiesInItsCommitIsGivenUpAndKeepsNothing) {
  Committer committer(Options(database_.source(), flushes_), clock_);
  DieAtCommit(1000);
  const Result<Admission> lost = Submit(committer, Sealed("k"));
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(Requests(), 0);
  database_.Run("drop trigger die on idempotency_key");
  const Result<Admission> answer = Submit(committer, Sealed("k"));
  ASSERT_TRUE(answer.ok());
  EXPECT_FALSE(answer->repeated);
}

/// The session is cut after the request was committed and before the committer hears of it.
class LostAnswers : public CommitterFaults, public testing::WithParamInterface<bool> {
 protected:
  /// Whether the flush has a repeat in it, so that it is written step by step.
  bool step_by_step() const { return GetParam(); }
};

TEST_P(LostAnswers, TheNextTryFindsThatTheRequestWasKept) {
  CuttingProxy proxy(database_.url());
  Committer committer(Options([&] { return Result<std::string>(proxy.url()); }, flushes_), clock_);
  std::future<Result<Admission>> held, repeat, lost;
  flushes_.HoldAt([&] { held = Start(committer, Sealed("before", 2)); });
  if (step_by_step()) repeat = Start(committer, Sealed("before", 2));
  lost = Start(committer, Sealed("k", 3));
  proxy.CutAfterNext(step_by_step() ? "COMMIT" : "write_requests");
  flushes_.Open();
  const Result<Admission> answer = lost.get();
  EXPECT_TRUE(proxy.has_cut());
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_FALSE(answer->repeated);
  const RequestId before = held.get()->id;
  if (step_by_step()) {
    const Result<Admission> repeated = repeat.get();
    ASSERT_TRUE(repeated.ok());
    EXPECT_TRUE(repeated->repeated);
    EXPECT_EQ(repeated->id, before);
  }
  EXPECT_EQ(Requests(), 2);
  EXPECT_EQ(flushes_.reports().back().accepted.size(), 1U);

  ASSERT_TRUE(Submit(committer, Sealed("after", 4)).ok());
  EXPECT_EQ(Number(database_, "select sum(hi + 1) from batch"), 9);
}

INSTANTIATE_TEST_SUITE_P(Of, LostAnswers, testing::Bool(), [](const auto& step_by_step) {
  return step_by_step.param ? "AFlushStepByStep" : "AFlushInOneStatement";
});

TEST_F(CommitterFaults, WhenTheDatabaseStaysAwayAfterACommitTheSameKeyFindsTheRequest) {
  CuttingProxy proxy(database_.url());
  std::atomic<bool> away = false;
  CommitterOptions options = Options(
      [&] { return Result<std::string>(away ? "postgresql:///?host=/nowhere" : proxy.url()); },
      flushes_);
  options.reopen_patience = 0ms;
  Committer committer(std::move(options), clock_);
  ASSERT_TRUE(Submit(committer, Sealed("before")).ok());
  proxy.CutAfterNext("write_requests");
  away = true;
  const Result<Admission> unknown = Submit(committer, Sealed("k"));
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().reason, "STORE_UNAVAILABLE");
  EXPECT_THAT(unknown.error().message, testing::HasSubstr("same key"));
  away = false;
  Result<Admission> answer = unknown;
  EXPECT_TRUE(Eventually([&] {
    answer = Submit(committer, Sealed("k"));
    return answer.ok();
  }));
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(answer->repeated);
  EXPECT_EQ(Requests(), 2);
}

TEST_F(CommitterFaults, AnAcceptedRequestIsKeptOnceWhicheverSessionsAreCut) {
  constexpr int kThreads = 8;
  constexpr int kEach = 30;
  std::map<std::string, std::optional<RequestId>> kept;
  {
    CommitterOptions options = Options(database_.source(), flushes_);
    options.writers = 2;
    Committer committer(std::move(options), clock_);
    std::mutex mutex;
    std::atomic<int> answered = 0;
    std::vector<std::jthread> callers;
    for (int thread = 0; thread < kThreads; ++thread) {
      callers.emplace_back([&, thread] {
        for (int i = 0; i < kEach; ++i) {
          const std::string key = std::to_string(thread) + "/" + std::to_string(i);
          const Result<Admission> answer = Submit(committer, Sealed(key, 1 + i % 7));
          if (!answer.ok()) {
            EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
          }
          {
            const std::lock_guard lock(mutex);
            kept[key] = answer.ok() ? std::optional(answer->id) : std::nullopt;
          }
          ++answered;
          answered.notify_all();
        }
      });
    }
    for (int seen = 0; seen < kThreads * kEach; seen = answered) {
      database_.CutConnections();
      answered.wait(seen);
    }
    callers.clear();

    ExpectSound(database_);
    for (const auto& [key, id] : kept) {
      const int thread_end = static_cast<int>(key.find('/'));
      const int i = std::stoi(key.substr(thread_end + 1));
      const Result<Admission> again = Submit(committer, Sealed(key, 1 + i % 7));
      ASSERT_TRUE(again.ok()) << again.error().message;
      if (id) {
        EXPECT_TRUE(again->repeated);
        EXPECT_EQ(again->id, *id);
      }
    }
  }
  EXPECT_EQ(Requests(), kThreads * kEach);
}

}  // namespace
}  // namespace lethe::store
