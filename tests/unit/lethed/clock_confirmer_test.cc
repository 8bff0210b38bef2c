#include "lethed/clock_confirmer.h"

#include <gmock/gmock.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "fakes/fake_clock.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;
using clevertap::VendorTime;
using core::DatabaseClock;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using State = DatabaseClock::State;

class ClockConfirmerTest : public testing::Test {
 protected:
  static Account At(const std::string& name, const std::string& host) {
    return {.name = name,
            .base_url = host,
            .account_id = "",
            .passcode_file = "",
            .hours = {TimeZone::Find("UTC").value()}};
  }
  ClockConfirmer Confirmer(const std::vector<Account>& accounts) {
    return {accounts,
            {.clock = database_clock_,
             .ask =
                 [this](const Account& account) {
                   asked_.push_back(account.base_url);
                   return answers_[account.base_url];
                 },
             .metrics = metrics_}};
  }
  void DatabaseSays(TimePoint now) {
    database_clock_.Correct({now, clock_.Monotonic(), clock_.Monotonic()});
  }
  std::vector<std::string> TakeAsked() { return std::exchange(asked_, {}); }
  VendorTime Right() const { return {.date = clock_.Now()}; }

  static constexpr VendorTime kNoDate{};
  static constexpr VendorTime kAway{.ending = clevertap::Ending::kConnect};

  fakes::FakeClock clock_;
  DatabaseClock database_clock_{clock_};
  telemetry::Metrics metrics_{"1", {}};
  std::map<std::string, VendorTime> answers_;
  std::vector<std::string> asked_;
};

TEST_F(ClockConfirmerTest, AsksAtOnceAndThenNowAndThen) {
  ClockConfirmer confirmer = Confirmer({At("shop", "in")});
  answers_["in"] = Right();
  confirmer.Look();
  DatabaseSays(clock_.Now());
  confirmer.Look();
  EXPECT_EQ(database_clock_.state(), State::kTrusted);
  EXPECT_THAT(metrics_.Text(), HasSubstr("lethe_clock_trusted 1"));
  EXPECT_THAT(TakeAsked(), ElementsAre("in"));

  clock_.Advance(ClockConfirmer::kAskAgain - 1ms);
  confirmer.Look();
  EXPECT_THAT(TakeAsked(), IsEmpty());
  clock_.Advance(1ms);
  confirmer.Look();
  EXPECT_THAT(TakeAsked(), ElementsAre("in"));
}

TEST_F(ClockConfirmerTest, AsksSoonAgainUntilCleverTapAnswers) {
  ClockConfirmer confirmer = Confirmer({At("shop", "in")});
  answers_["in"] = kAway;
  DatabaseSays(clock_.Now());
  for (int i = 0; i < 100; ++i) {
    confirmer.Look();
    EXPECT_EQ(database_clock_.state(), State::kUnconfirmed);
    EXPECT_THAT(TakeAsked(), ElementsAre("in"));
    clock_.Advance(1s);
    confirmer.Look();
    EXPECT_THAT(TakeAsked(), IsEmpty());
    clock_.Advance(ClockConfirmer::kAskSoon - 1s);
    DatabaseSays(clock_.Now());
  }
  EXPECT_THAT(metrics_.Text(), HasSubstr("lethe_clock_trusted 0"));
  answers_["in"] = Right();
  confirmer.Look();
  EXPECT_EQ(database_clock_.state(), State::kTrusted);
}

TEST_F(ClockConfirmerTest, AsksAfterAJump) {
  ClockConfirmer confirmer = Confirmer({At("shop", "in")});
  answers_["in"] = Right();
  DatabaseSays(clock_.Now());
  confirmer.Look();
  clock_.Advance(ClockConfirmer::kAskSoon);
  TakeAsked();
  DatabaseSays(clock_.Now() + 50s);
  confirmer.Look();
  EXPECT_THAT(TakeAsked(), IsEmpty()) << "a step of seconds is corrected without a word";
  DatabaseSays(clock_.Now() + 6min);
  confirmer.Look();
  EXPECT_THAT(TakeAsked(), ElementsAre("in"));
}

TEST_F(ClockConfirmerTest, AsksTheHostsInTurnAndEachOnce) {
  ClockConfirmer confirmer =
      Confirmer({At("bank", "sg"), At("shop", "in"), At("fair", "sg"), At("cafe", "in")});
  answers_["in"] = answers_["sg"] = kAway;
  DatabaseSays(clock_.Now());
  for (int i = 0; i < 3; ++i) {
    confirmer.Look();
    clock_.Advance(ClockConfirmer::kAskSoon);
  }
  EXPECT_THAT(TakeAsked(), ElementsAre("in", "sg", "in"));
}

TEST_F(ClockConfirmerTest, OneHostThatIsAwayDoesNotMatter) {
  ClockConfirmer confirmer = Confirmer({At("shop", "in"), At("bank", "sg")});
  answers_["in"] = kAway;
  DatabaseSays(clock_.Now());
  confirmer.Look();
  clock_.Advance(ClockConfirmer::kAskSoon);
  DatabaseSays(clock_.Now());
  answers_["sg"] = Right();
  confirmer.Look();
  EXPECT_EQ(database_clock_.state(), State::kTrusted);
}

TEST_F(ClockConfirmerTest, GoesOnWithoutADateOnlyIfNoHostTellsIt) {
  ClockConfirmer confirmer = Confirmer({At("shop", "in"), At("bank", "sg")});
  answers_["in"] = answers_["sg"] = kNoDate;
  DatabaseSays(clock_.Now());
  confirmer.Look();
  EXPECT_EQ(database_clock_.state(), State::kUnconfirmed);
  clock_.Advance(ClockConfirmer::kAskSoon);
  DatabaseSays(clock_.Now());
  confirmer.Look();
  EXPECT_EQ(database_clock_.state(), State::kTrusted);
}

TEST_F(ClockConfirmerTest, KeepsTheTrustWhileCleverTapIsAway) {
  ClockConfirmer confirmer = Confirmer({At("shop", "in")});
  answers_["in"] = Right();
  DatabaseSays(clock_.Now());
  confirmer.Look();
  answers_["in"] = kAway;
  clock_.Advance(72h);
  DatabaseSays(clock_.Now());
  confirmer.Look();
  EXPECT_THAT(TakeAsked(), ElementsAre("in", "in"));
  EXPECT_EQ(database_clock_.state(), State::kTrusted);
}

TEST_F(ClockConfirmerTest, ASlowDriftOfBothClocksIsNoticed) {
  ClockConfirmer confirmer = Confirmer({At("shop", "in")});
  answers_["in"] = Right();
  DatabaseSays(clock_.Now());
  confirmer.Look();
  clock_.Advance(1h);
  DatabaseSays(clock_.Now());
  // The monotonic clock went with them.
  answers_["in"] = {.date = clock_.Now() - 6min};
  confirmer.Look();
  EXPECT_EQ(database_clock_.state(), State::kUnconfirmed);
  EXPECT_THAT(metrics_.Text(), HasSubstr("lethe_vendor_clock_offset_seconds -360"));
}

}  // namespace
}  // namespace lethe
