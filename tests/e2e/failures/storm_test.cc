#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/lone_waits.h"
#include "support/machine_clock.h"
#include "support/operator_client.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using sandbox::Endpoint;
using sandbox::FaultKind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace std::chrono_literals;

constexpr double kFaultyCalls = 0.2;

// Short, so that a storm outlasts them; judged when an attempt is written down, so a call may
// follow within its lease.
constexpr seconds kHorizon{20};
constexpr seconds kPhoneHorizon{5};
constexpr seconds kLease{3};

int FromEnvironment(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoi(text);
}

sandbox::RandomFaults Storm(int seed) {
  const auto after = [](sandbox::Fault fault) {
    fault.after_effect = true;
    return fault;
  };
  sandbox::RandomFaults storm{.probability = kFaultyCalls,
                              .seed = static_cast<std::uint64_t>(seed)};
  for (const int status : {500, 503}) {
    storm.kinds.push_back({.kind = FaultKind::kStatus, .status = status});
    storm.kinds.push_back(after({.kind = FaultKind::kStatus, .status = status}));
  }
  storm.kinds.push_back({.kind = FaultKind::kStatus, .status = 429});
  storm.kinds.push_back({.kind = FaultKind::kStatus, .status = 429, .retry_after = seconds(1)});
  for (const FaultKind kind : {FaultKind::kDrop, FaultKind::kEmpty, FaultKind::kNotJson}) {
    storm.kinds.push_back({.kind = kind});
    storm.kinds.push_back(after({.kind = kind}));
  }
  storm.kinds.push_back({.kind = FaultKind::kTruncated});
  storm.kinds.push_back({.kind = FaultKind::kFail});
  storm.kinds.push_back({.kind = FaultKind::kLatency, .delay = milliseconds(300)});
  // Longer than the call may take: the caller is gone when the answer comes.
  storm.kinds.push_back({.kind = FaultKind::kLatency, .delay = milliseconds(1300)});
  storm.kinds.push_back(after({.kind = FaultKind::kLatency, .delay = milliseconds(1300)}));
  storm.kinds.push_back({.kind = FaultKind::kPartial,
                         .api = Endpoint::kDisassociate,
                         .every = 9,
                         .codes = {516, 555, 555}});
  return storm;
}

Endpoint EndpointOf(Ask ask) {
  switch (ask) {
    case Ask::kEraseIdentities:
    case Ask::kEraseGuids: return Endpoint::kDelete;
    case Ask::kDemerge: return Endpoint::kDemerge;
    case Ask::kDisassociate: return Endpoint::kDisassociate;
  }
  return Endpoint::kDelete;
}

class StormTest : public ::testing::Test {
 protected:
  struct Accepted {
    std::string name;
    std::string account;
    Ask ask;
    std::vector<std::string> identifiers;
  };

  void HandOverAny(int number, std::mt19937& random) {
    constexpr std::array kSizes{1, 1, 2, 3, 7, 40, 130};
    const Ask ask = kAsks[random() % kAsks.size()];
    const std::string& account = accounts_[random() % accounts_.size()];
    const int size = kSizes[random() % kSizes.size()];
    const auto odd = static_cast<unsigned>(random());
    HandOver(number, account, ask, size, number % 10 == 0 ? std::optional(odd) : std::nullopt);
    if (number % 20 == 0) JumpClock(number / 20);
  }

  /// What CleverTap answers to every call with the identifier, or to one: by `choice`.
  void MakeOdd(const std::string& account, Ask ask, const std::string& identifier,
               unsigned choice) {
    constexpr std::array kStatuses{400, 400, 403, 404, 409, 413, 500, 502};
    const int status = kStatuses[choice % kStatuses.size()];
    const bool is_poison = choice % kStatuses.size() == 0;
    if (is_poison) {
      sandbox_->AddPoison("TEST-" + account, {identifier});
    } else {
      sandbox::Fault answer{.kind = FaultKind::kStatus,
                            .api = EndpointOf(ask),
                            .identifier = identifier,
                            .status = status};
      answer.times = status == 400 ? 1 : 0;
      sandbox_->AddFault(answer);
    }
    // A payload that is too large once it is a single identifier is one that CleverTap never takes.
    if (is_poison || status == 413) bad_.insert(identifier);
  }

  /// So many are refused in a storm, with so many other calls going wrong, that Lethe stops some
  /// routes.
  void ResumeRoutes(OperatorClient::Which which) const {
    for (const std::string& account : accounts_) operators_.Resume(account, which);
  }

  /// The clock of the second replica's machine: seconds away, minutes, days, and right again.
  void JumpClock(int jump) {
    constexpr std::array<seconds, 9> kAhead{5s, 10min, 0s, -7s, -72h, 40s, 72h, -55s, -10min};
    second_clock_.SetAhead(kAhead[static_cast<std::size_t>(jump) % kAhead.size()]);
  }

  /// `odd` chooses who is odd, and how.
  void HandOver(int number, const std::string& account, Ask ask, int size,
                std::optional<unsigned> odd = {}) {
    Accepted accepted{.name = {},
                      .account = account,
                      .ask = ask,
                      .identifiers = MakeIdentifiers(ask, number * 200, size)};
    if (odd)
      MakeOdd(accepted.account, ask, accepted.identifiers[*odd % accepted.identifiers.size()],
              *odd);
    const auto answer = (number % 2 == 0 ? first_api_ : second_api_)
                            .Create(MakeRequest(accepted.account, "key-" + std::to_string(number),
                                                ask, accepted.identifiers));
    ASSERT_TRUE(answer.ok()) << answer.status.error_message();
    accepted.name = answer.message.name();
    accepted_.push_back(std::move(accepted));
  }

  /// One answer to an identifier alone rejects nobody. CleverTap refuses a single phone in an
  /// answer for a part of the call.
  int RejectedAtTheFirstRefusal() const {
    return database_
        .Run(
            "select count(*) from batch b where state = 'rejected' and reason = "
            "'refused_by_vendor' "
            "and (select count(*) from attempt a where a.envelope = b.envelope and a.lo <= b.lo "
            "and a.hi >= b.hi and a.outcome_class in ('refused', 'partial')) < 2")[0][0]
        .as<int>();
  }

  /// What the calls with rejected identifiers came to, without identifiers.
  std::string RejectedAndTheirCalls() const {
    std::string told;
    for (const auto& row : database_.Run(
             "select b.operation, b.envelope, b.hi - b.lo + 1, a.hi - a.lo + 1, a.outcome_class, "
             "a.http_status, a.vendor_code from batch b join attempt a on a.envelope = b.envelope "
             "and a.lo <= b.lo and a.hi >= b.hi where b.state = 'rejected' order by b.envelope, "
             "b.lo, a.number")) {
      for (const auto& field : row) told += field.as<std::string>("-") + " ";
      told += "\n";
    }
    return told;
  }

  /// Every item is what CleverTap's own ledger says.
  void CompareWithTheLedger(const Accepted& accepted) {
    v1::ListPrivacyRequestItemsRequest page;
    page.set_parent(accepted.name);
    page.set_page_size(1000);
    const auto answer = first_api_.ListItems(page);
    ASSERT_TRUE(answer.ok()) << answer.status.error_message();
    ASSERT_EQ(answer.message.items_size(), static_cast<int>(accepted.identifiers.size()));
    for (const auto& item : answer.message.items()) {
      const auto effects =
          sandbox_->EffectsOn("TEST-" + accepted.account, EndpointOf(accepted.ask),
                              accepted.identifiers[static_cast<std::size_t>(item.ordinal())]);
      ++states_[item.state()];
      repeated_ += effects.count > 1;
      switch (item.state()) {
        case v1::ITEM_STATE_DONE: EXPECT_GE(effects.count, 1) << "called done, and is not"; break;
        case v1::ITEM_STATE_REJECTED:
          EXPECT_EQ(effects.count, 0) << "called rejected, and was taken";
          EXPECT_TRUE(bad_.contains(accepted.identifiers[static_cast<std::size_t>(item.ordinal())]))
              << "rejected, and CleverTap takes it";
          break;
        case v1::ITEM_STATE_NEEDS_REVIEW: EXPECT_FALSE(item.reason().empty()); break;
        default: ADD_FAILURE() << v1::ItemState_Name(item.state());
      }
      if (effects.count > 1) {
        const auto horizon = accepted.ask == Ask::kDisassociate ? kPhoneHorizon : kHorizon;
        EXPECT_LE(effects.last - effects.first, horizon + kLease) << "acted on past its horizon";
      }
    }
  }

  const std::vector<std::string> accounts_ = {"shop", "bank"};
  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
  LethedFiles files_{
      {.database_url = database_.url(),
       .vendor_url = sandbox_->base_url(),
       .accounts = accounts_,
       .resend_horizon = "{erasure: " + std::to_string(kHorizon.count()) +
                         "s, demerge: " + std::to_string(kHorizon.count()) +
                         "s, disassociation: " + std::to_string(kPhoneHorizon.count()) + "s}"}};
  std::unique_ptr<Lethed> first_ = files_.StartReady();
  const MachineClock second_clock_{files_.directory()};
  std::unique_ptr<Lethed> second_ = files_.StartReady("all", second_clock_.environment());
  ApiClient first_api_{first_->grpc_port()};
  ApiClient second_api_{second_->grpc_port()};
  OperatorClient operators_{first_->grpc_port()};
  std::vector<Accepted> accepted_;
  std::set<std::string> bad_;  ///< CleverTap takes them in no call.
  std::map<v1::ItemState, int> states_;
  int repeated_ = 0;
};

/// LETHE_STORM_SECONDS of load, LETHE_STORM_SEED. At full size: ten minutes.
TEST_F(StormTest, EveryItemEndsAsCleverTapsLedgerSaysWithAFifthOfTheCallsGoingWrong) {
  const seconds duration{FromEnvironment("LETHE_STORM_SECONDS", 15)};
  const int seed = FromEnvironment("LETHE_STORM_SEED", 1);
  std::mt19937 random(static_cast<unsigned>(seed));
  const auto began = std::chrono::steady_clock::now();
  sandbox_->SetRandomFaults(Storm(seed));
  int number = 0;
  for (; std::chrono::steady_clock::now() - began < duration; ++number) {
    HandOverAny(number, random);
    ASSERT_FALSE(HasFailure());
    // As fast as it is carried off, so that the storm lasts.
    const bool carried_off = Eventually(
        [&] {
          ResumeRoutes(OperatorClient::Which::kThatOnlyAnOperatorEnds);
          return database_.Run("select count(*) from batch where state in ('open', 'ready')")[0][0]
                     .as<int>() < 12;
        },
        seconds(300));
    ASSERT_TRUE(carried_off) << Undecided(database_);
  }
  sandbox_->SetRandomFaults({});
  second_clock_.SetAhead(0s);
  // Whoever was refused last is judged by who is accepted after that.
  for (const std::string& account : accounts_) {
    for (const Ask ask : kAsks) HandOver(number++, account, ask, 1);
  }
  ASSERT_TRUE(EventuallyWithoutLoneWaits(
      database_,
      [&] {
        // Nothing is left that could be the probe of the others.
        ResumeRoutes(OperatorClient::Which::kAll);
        return CountUndecided(database_) == 0;
      },
      seconds(300)))
      << Undecided(database_);

  for (const Accepted& accepted : accepted_) CompareWithTheLedger(accepted);
  EXPECT_EQ(RejectedAtTheFirstRefusal(), 0) << RejectedAndTheirCalls();
  const Books books = ReadBooks(database_);
  EXPECT_TRUE(books.balanced()) << books;
  EXPECT_GT(states_[v1::ITEM_STATE_DONE], books.accepted / 2);

  const sandbox::Report report = sandbox_->GetReport();
  EXPECT_THAT(report.total.violations, ::testing::IsEmpty());
  for (const auto& [account, of_account] : report.accounts) {
    for (const auto& [api, tally] : of_account.apis) {
      // Two by our own count, and one that CleverTap still works on though the caller has given up.
      EXPECT_LE(tally.peak_concurrency, 3) << account << " " << Name(api);
    }
  }
  EXPECT_GT(report.total.faults, 0);
  EXPECT_THAT(files_.Printed(), ::testing::HasSubstr("clock.differs"));
  std::printf(
      "seed %d: %d s of storm, %zu requests, %d calls, %d of them faulty, %d items: %d done, "
      "%d rejected, %d need review; %d acted on more than once\n",
      seed, static_cast<int>(duration.count()), accepted_.size(),
      static_cast<int>(report.total.calls), static_cast<int>(report.total.faults),
      static_cast<int>(books.accepted), states_[v1::ITEM_STATE_DONE],
      states_[v1::ITEM_STATE_REJECTED], states_[v1::ITEM_STATE_NEEDS_REVIEW], repeated_);
}

}  // namespace
}  // namespace lethe::test
