#include <gmock/gmock.h>

#include <chrono>
#include <set>
#include <stop_token>

#include "core/verifier.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_profile_reader.h"
#include "fakes/fake_verification_queue.h"
#include "fakes/queue_rows.h"

namespace lethe::core {
namespace {

using namespace std::chrono_literals;
using fakes::IdentifierAt;
using fakes::ReadBackRow;
using testing::IsSupersetOf;

const Route kErase{"acme", Operation::kErasure};

class LookUps : public testing::Test {
 protected:
  fakes::FakeClock clock_;
  fakes::FakeVerificationQueue queue_{clock_, {.concurrency = 2, .second_look = 24h}};
  fakes::FakeProfileReader profiles_;
  std::stop_source stop_;
  Verifier verifier_{{.queue = queue_,
                      .profiles = profiles_,
                      .clock = clock_,
                      .jitter = [] { return 0.0; },
                      .stop = stop_.get_token()},
                     {.linger = 2s, .lease = 90s, .call_timeout = 30s}};
};

TEST_F(LookUps, AnAnswerBetweenUnansweredOnesLetsTheClaimGoOn) {
  queue_.AddBatch({.route = kErase, .size = 6, .sampled = {0, 1, 2, 3, 4, 5}});
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < kUnansweredInARow - 1; ++i) {
      profiles_.AnswerNext({.outcome = LookUpOutcome::kUnknown});
    }
    profiles_.AnswerNext({.outcome = LookUpOutcome::kAbsent});
  }
  const LookReport report = verifier_.LookOnce(kErase);
  EXPECT_EQ(report.of(LookUpOutcome::kAbsent), 2);
  EXPECT_EQ(report.of(LookUpOutcome::kUnknown), 4);
}

TEST_F(LookUps, ABlockedAccountIsAskedOnce) {
  queue_.AddBatch({.route = kErase, .size = 5, .sampled = {0, 1, 2, 3, 4}});
  profiles_.AnswerNext({.outcome = LookUpOutcome::kBlocked});
  EXPECT_EQ(verifier_.LookOnce(kErase).of(LookUpOutcome::kBlocked), 1);
  EXPECT_EQ(profiles_.asked().size(), 1u);
}

TEST_F(LookUps, TheSecondLookSaysWhichPersonCameBack) {
  const EnvelopeId envelope = queue_.AddBatch({.route = kErase, .size = 2, .sampled = {0, 1}});
  verifier_.LookOnce(kErase);
  clock_.Advance(24h);
  profiles_.Put(IdentifierAt(envelope, 1), {.first_seen = clock_.Now()});
  verifier_.LookOnce(kErase);
  const auto seen = [&](int pos, ReadBack result) {
    return ReadBackRow{
        .envelope = envelope, .pos = pos, .call_number = 1, .look = 2, .result = result};
  };
  EXPECT_THAT(queue_.read_backs(),
              IsSupersetOf({seen(0, ReadBack::kAbsent), seen(1, ReadBack::kReappeared)}));
}

}  // namespace
}  // namespace lethe::core
