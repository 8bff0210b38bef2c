#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/lone_waits.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using sandbox::Endpoint;
using std::chrono::seconds;

class Refusals : public ::testing::Test {
 protected:
  std::string Erase(const std::string& key, int first, int count) {
    const auto answer = api_.Create(MakeRequest(
        "shop", key, Ask::kEraseIdentities, MakeIdentifiers(Ask::kEraseIdentities, first, count)));
    EXPECT_TRUE(answer.ok()) << answer.status.error_message();
    return answer.message.name();
  }
  v1::PrivacyRequest Get(const std::string& name) const { return api_.Get(name).message; }
  bool Reaches(const std::string& name, v1::PrivacyRequest::State state) const {
    return EventuallyWithoutLoneWaits(database_, [&] { return Get(name).state() == state; });
  }
  int EffectCount(int identity) const {
    return sandbox_->EffectCount("TEST-shop", Endpoint::kDelete,
                                 MakeIdentifiers(Ask::kEraseIdentities, identity, 1).front());
  }
  std::string BlockedReason() const {
    const auto rows = database_.Run("select blocked_reason from route_block");
    return rows.empty() ? "" : rows[0][0].c_str();
  }
  /// A blocked account looks at its credentials at once. Once a block: moving the look's time would
  /// take it from the look that is under way.
  void EndWaitOfBlockedAccount() {
    const auto rows = database_.Run(
        "select blocked_since || ' ' || probe_count from account_state where resume_by = "
        "'connect'");
    const std::string block = rows.empty() ? "" : rows[0][0].c_str();
    if (block.empty() || std::exchange(ended_block_, block) == block) return;
    database_.Run("update account_state set probe_at = lethe_now() where resume_by = 'connect'");
  }
  void EndWaitsAfterUnknownOutcomes() { EndWaits(database_, "reason = 'unknown_outcome'"); }
  void ExpectEverythingAccountedFor() const {
    EXPECT_TRUE(Eventually(
        [&] { return lethed_->Metric("lethe_items_accepted") == ReadBooks(database_).accepted; }));
    EXPECT_EQ(lethed_->Metric("lethe_items_unaccounted"), 0);
    EXPECT_TRUE(ReadBooks(database_).balanced());
  }

  TestDatabase database_;
  std::string ended_block_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
  LethedFiles files_{{.database_url = database_.url(), .vendor_url = sandbox_->base_url()}};
  std::unique_ptr<Lethed> lethed_ = files_.StartReady();
  ApiClient api_{lethed_->grpc_port()};
};

TEST_F(Refusals, OnePoisonedIdentityOfAThousandIsRejectedAndTheOthersComplete) {
  constexpr int kItems = 1000;
  constexpr int kPoisoned = 437;
  sandbox_->AddPoison("TEST-shop", MakeIdentifiers(Ask::kEraseIdentities, kPoisoned, 1));
  const std::string name = Erase("one-poison", 0, kItems);
  ASSERT_TRUE(Reaches(name, v1::PrivacyRequest::STATE_PARTIALLY_COMPLETED))
      << Get(name).ShortDebugString();
  EXPECT_EQ(Get(name).item_counts().done(), kItems - 1);
  EXPECT_EQ(Get(name).item_counts().rejected(), 1);

  v1::ListPrivacyRequestItemsRequest page;
  page.set_parent(name);
  page.set_page_size(kItems);
  const auto items = api_.ListItems(page).message;
  ASSERT_EQ(items.items_size(), kItems);
  for (const auto& item : items.items()) {
    const bool is_poisoned = item.ordinal() == kPoisoned;
    EXPECT_EQ(item.state(), is_poisoned ? v1::ITEM_STATE_REJECTED : v1::ITEM_STATE_DONE);
    EXPECT_EQ(item.reason(), is_poisoned ? "refused_by_vendor" : "");
    EXPECT_EQ(EffectCount(item.ordinal()), is_poisoned ? 0 : 1);
  }

  const sandbox::Report report = sandbox_->GetReport();
  EXPECT_THAT(report.total.violations, ::testing::IsEmpty());
  // Two halves at each of seven levels, five times more alone, and up to eight control calls before
  // each if nothing else was sent in between.
  const auto extra = report.total.calls - kItems / 100;
  EXPECT_LE(extra, 2 * std::ceil(std::log2(100)) + 6 + 6 * 8);
  ExpectEverythingAccountedFor();

  const auto retry = api_.Retry(name, "again");
  ASSERT_TRUE(retry.ok()) << retry.status.error_message();
  EXPECT_EQ(retry.message.retry_of(), name);
  EXPECT_EQ(retry.message.item_count(), 1);
  EXPECT_EQ(retry.message.due_time().seconds(), Get(name).due_time().seconds());
  EXPECT_EQ(api_.Retry(name, "again").message.name(), retry.message.name());
  EXPECT_EQ(Get(name).state(), v1::PrivacyRequest::STATE_PARTIALLY_COMPLETED);
}

TEST_F(Refusals, AChangedRuleBlocksTheRouteFinalisesNobodyAndTheBlockEndsByItself) {
  sandbox_->AddFault(
      {.kind = sandbox::FaultKind::kStatus, .api = Endpoint::kDelete, .times = 0, .status = 400});
  const std::string name = Erase("everything-refused", 0, 300);
  ASSERT_TRUE(Eventually([&] { return !BlockedReason().empty(); }));
  EXPECT_THAT(BlockedReason(), ::testing::ContainsRegex(
                                   "erasure refused for [0-9]+ identifiers sent alone, and none "
                                   "taken since"));
  EXPECT_EQ(Get(name).item_counts().rejected(), 0);
  EXPECT_LT(sandbox_->GetReport().total.calls, 150) << "it went on through the queue";
  EXPECT_TRUE(Eventually([&] {
    return lethed_->Metric("lethe_route_blocked{account=\"shop\",api=\"delete\"}") == 1;
  }));
  EXPECT_TRUE(api_.Create(MakeRequest("shop", "during", Ask::kDemerge, {"user-1000"})).ok());

  sandbox_->ClearFaults();
  ASSERT_TRUE(Reaches(name, v1::PrivacyRequest::STATE_COMPLETED)) << Get(name).ShortDebugString();
  for (int identity = 0; identity < 300; ++identity) EXPECT_EQ(EffectCount(identity), 1);
  EXPECT_THAT(BlockedReason(), "");
  ExpectEverythingAccountedFor();
}

TEST_F(Refusals, OfManyBadIdentitiesAFewAreRejectedAndAnOperatorDecidesAboutTheOthers) {
  sandbox_->AddPoison("TEST-shop", MakeIdentifiers(Ask::kEraseIdentities, 20, 10));
  const std::string name = Erase("many-poisoned", 0, 1000);
  ASSERT_TRUE(EventuallyWithoutLoneWaits(database_, [&] {
    const auto counts = Get(name).item_counts();
    return counts.done() == 990 && counts.rejected() + counts.needs_review() == 10;
  })) << Get(name).ShortDebugString();
  EXPECT_LE(Get(name).item_counts().rejected(), 5);
  EXPECT_EQ(BlockedReason(), "") << "the account goes on";
  ExpectEverythingAccountedFor();
}

/// What each call that carries one identity is answered.
struct Odd {
  const char* name;
  sandbox::Fault fault;
};

TEST_F(Refusals, AnAnswerThatOnlyOnePayloadGetsIsAboutThatPayload) {
  const auto status = [](int code) {
    return sandbox::Fault{.kind = sandbox::FaultKind::kStatus, .status = code};
  };
  sandbox::Fault fail = status(200);
  fail.body = R"({"status":"fail","error":"An unknown error occurred","code":500})";
  int first = 0;
  for (const auto& [what, odd] :
       {Odd{"firewall", status(403)}, Odd{"credentials", status(401)}, Odd{"path", status(404)},
        Odd{"too-large", status(413)}, Odd{"conflict", status(409)}, Odd{"broken", status(500)},
        Odd{"gateway", status(502)}, Odd{"fail-500", fail}}) {
    SCOPED_TRACE(what);
    sandbox::Fault fault = odd;
    fault.api = Endpoint::kDelete;
    fault.identifier = MakeIdentifiers(Ask::kEraseIdentities, first + 437, 1).front();
    fault.times = 0;
    sandbox_->AddFault(fault);
    const std::string name = Erase(what, first, 1000);
    EXPECT_TRUE(EventuallyWithoutLoneWaits(database_, [&] {
      EndWaitOfBlockedAccount();
      EndWaitsAfterUnknownOutcomes();
      const auto counts = Get(name).item_counts();
      return counts.done() == 999 && counts.rejected() + counts.needs_review() == 1;
    })) << Get(name).ShortDebugString();
    EXPECT_EQ(EffectCount(first + 437), 0);
    sandbox_->ClearFaults();
    first += 1000;
  }
  EXPECT_EQ(lethed_->Metric("lethe_account_blocked{account=\"shop\"}"), 0);
  ExpectEverythingAccountedFor();
}

TEST_F(Refusals, OnAQuietAccountTheBadAreRejectedAndTheGoodAreDoneWithoutAPerson) {
  sandbox_->AddPoison("TEST-shop", MakeIdentifiers(Ask::kEraseIdentities, 0, 2));
  const std::string name = Erase("bad-bad-good-good", 0, 4);
  ASSERT_TRUE(Reaches(name, v1::PrivacyRequest::STATE_PARTIALLY_COMPLETED))
      << Get(name).ShortDebugString();
  EXPECT_EQ(Get(name).item_counts().done(), 2);
  EXPECT_EQ(Get(name).item_counts().rejected(), 2);
  EXPECT_EQ(BlockedReason(), "");
  EXPECT_THAT(sandbox_->GetReport().total.violations, ::testing::IsEmpty());
}

TEST_F(Refusals, BadIdentitiesAloneAreRejectedByNobodyButAPerson) {
  sandbox_->AddPoison("TEST-shop", MakeIdentifiers(Ask::kEraseIdentities, 0, 3));
  const std::string name = Erase("bad-alone", 0, 3);
  ASSERT_TRUE(EventuallyWithoutLoneWaits(database_, [&] {
    return Get(name).item_counts().needs_review() == 3;
  })) << Get(name).ShortDebugString();
  EXPECT_EQ(BlockedReason(), "");
  ExpectEverythingAccountedFor();
}

TEST_F(Refusals, TheOnlyIdentifierOfARouteIsReviewedWhateverItsAnswerAndTheRouteIsOpen) {
  int next = 0;
  for (const int status : {403, 401}) {
    SCOPED_TRACE(status);
    sandbox::Fault odd{.kind = sandbox::FaultKind::kStatus,
                       .api = Endpoint::kDelete,
                       .identifier = MakeIdentifiers(Ask::kEraseIdentities, next, 1).front(),
                       .status = status};
    odd.times = 0;
    sandbox_->AddFault(odd);
    const std::string name = Erase("alone-" + std::to_string(status), next++, 1);
    ASSERT_TRUE(EventuallyWithoutLoneWaits(database_, [&] {
      return Get(name).item_counts().needs_review() == 1;
    })) << Get(name).ShortDebugString();
    EXPECT_EQ(BlockedReason(), "");
    ASSERT_TRUE(Reaches(Erase("good-" + std::to_string(status), next++, 1),
                        v1::PrivacyRequest::STATE_COMPLETED));
  }
}

TEST_F(Refusals, OneHiccupWhileAloneRejectsNobody) {
  sandbox_->AddPoison("TEST-shop", MakeIdentifiers(Ask::kEraseIdentities, 1, 1));
  sandbox::Fault hiccup{.kind = sandbox::FaultKind::kStatus,
                        .api = Endpoint::kDelete,
                        .identifier = MakeIdentifiers(Ask::kEraseIdentities, 0, 1).front(),
                        .status = 400};
  hiccup.times = 2;  // the call of both, and the good identity's first call alone
  sandbox_->AddFault(hiccup);
  const std::string name = Erase("hiccup", 0, 2);
  ASSERT_TRUE(EventuallyWithoutLoneWaits(database_, [&] {
    const auto counts = Get(name).item_counts();
    return counts.done() == 1 && counts.needs_review() == 1;
  })) << Get(name).ShortDebugString();
  EXPECT_EQ(EffectCount(0), 1);
}

TEST_F(Refusals, APayloadThatIsAlwaysThrottledStopsNeitherItsRouteNorItsCompany) {
  sandbox::Fault throttled{.kind = sandbox::FaultKind::kStatus,
                           .api = Endpoint::kDelete,
                           .identifier = MakeIdentifiers(Ask::kEraseIdentities, 1, 1).front(),
                           .status = 429};
  throttled.times = 0;
  sandbox_->AddFault(throttled);
  const std::string name = Erase("throttled", 0, 4);
  ASSERT_TRUE(Eventually([&] { return sandbox_->GetReport().total.faults >= 1; }));
  EXPECT_TRUE(Reaches(Erase("next", 4, 1), v1::PrivacyRequest::STATE_COMPLETED));
  int others = 5;
  ASSERT_TRUE(Eventually(
      [&] {
        // Others are taken, and only then the batch and its slot are due: a try counts if others
        // were taken since the one before.
        const std::string other = Erase("other-" + std::to_string(others), others, 1);
        ++others;
        if (!Eventually(
                [&] { return Get(other).state() == v1::PrivacyRequest::STATE_COMPLETED; })) {
          return false;
        }
        database_.Run("update slot set cool_down_until = null");
        EndWaits(database_, "state = 'ready'");
        const auto counts = Get(name).item_counts();
        return counts.done() == 3 && counts.needs_review() == 1;
      },
      seconds(90)))
      << Get(name).ShortDebugString();
  EXPECT_EQ(EffectCount(1), 0);
}

}  // namespace
}  // namespace lethe::test
