#include "telemetry/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace lethe::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

Account Demo() {
  return {.name = "demo",
          .base_url = "https://in1.api.clevertap.com",
          .account_id = "TEST-000-0000",
          .passcode_file = "passcode",
          .hours = {*TimeZone::Find("Asia/Kolkata")}};
}

Metrics DemoMetrics() { return Metrics("1.2.3", std::vector{Demo()}); }

std::string FileText(const std::string& path) {
  std::ifstream file(LETHE_SOURCE_DIR "/" + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Makes every family show at least one series.
void TouchAll(Metrics& metrics) {
  metrics.GrpcFinished("CreatePrivacyRequest", 0, 3ms);
  metrics.CallFinished({.account = "demo",
                        .operation = Operation::kErasure,
                        .outcome = OutcomeClass::kAccepted,
                        .identifiers = 50,
                        .duration = 500ms});
  metrics.LookedUp({"demo", LookPurpose::kCapture, LookUpOutcome::kFound, 1});
  metrics.WasReadBack({"demo", LookPurpose::kReadBack, ReadBack::kAbsent, 1});
  metrics.AccessRefused("not_permitted");
  metrics.Changed({"demo", RequestChange::kCancel, ChangeEffect::kChanged, 3});
  metrics.SetAccessFileBroken(false);
  metrics.SetIssuerKeys("cluster", 2);
  metrics.SetIssuerKeysBroken("cluster", false);
  metrics.SetAccessOpen(true);
  metrics.SetPlaintext("grpc", false);
  metrics.SetTlsEnd("grpc", "server", TimePoint());
  metrics.SetTlsFilesBroken("grpc", false);
  metrics.TlsHandshakesFailed("other", 0);
  metrics.StoreFailed(ErrorCode::kUnavailable);
  metrics.SetNewestKey("mac", 2);
  metrics.SetVendorClockOffset(3ms);
  metrics.SetClockTrusted(true);
  QueueSnapshot snapshot;
  snapshot.items = {{"former", Operation::kErasure, IdentifierKind::kGuid, BatchState::kReady, 1}};
  metrics.Publish(snapshot);
}

struct Family {
  std::string type;
  std::string help;
  std::set<std::string> labels;
};

std::map<std::string, Family> Families(const std::string& text) {
  std::map<std::string, Family> families;
  std::string current;
  const std::regex label(R"re(([a-z_]+)=")re");
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string hash, keyword;
    if (line.starts_with("# ")) {
      words >> hash >> keyword >> current;
      std::string rest;
      std::getline(words >> std::ws, rest);
      (keyword == "HELP" ? families[current].help : families[current].type) = rest;
      continue;
    }
    for (std::sregex_iterator match(line.begin(), line.end(), label), end; match != end; ++match) {
      if ((*match)[1] != "le") families[current].labels.insert((*match)[1]);
    }
  }
  return families;
}

std::string AsGolden(const std::map<std::string, Family>& families) {
  std::string text;
  for (const auto& [name, family] : families) {
    text += name + " " + family.type + " {";
    for (const std::string& label : family.labels) {
      text += (label == *family.labels.begin() ? "" : ",") + label;
    }
    text += "} " + family.help + "\n";
  }
  return text;
}

TEST(Metrics, NamesTypesLabelsAndHelpAreThoseOfTheGoldenList) {
  Metrics metrics = DemoMetrics();
  TouchAll(metrics);
  EXPECT_EQ(AsGolden(Families(metrics.Text())), FileText("tests/unit/telemetry/metrics.golden"));
}

TEST(Metrics, EveryFamilyHasItsLineInTheDocumentation) {
  Metrics metrics = DemoMetrics();
  TouchAll(metrics);
  const std::string page = FileText("service/docs/metrics.md");
  std::set<std::string> known;
  for (const auto& [name, family] : Families(metrics.Text())) {
    std::string labels;
    for (const std::string& label : family.labels) labels += (labels.empty() ? "" : ", ") + label;
    EXPECT_THAT(page, HasSubstr("| `" + name + "` | " + family.type + " | " + labels + " | " +
                                family.help + " |\n"));
    known.insert(name);
  }
  const std::regex row(R"(\| `(lethe_[a-z_]+)` \|)");
  for (std::sregex_iterator match(page.begin(), page.end(), row), end; match != end; ++match) {
    EXPECT_TRUE(known.contains((*match)[1])) << (*match)[1] << " is documented and does not exist";
  }
}

TEST(Metrics, AccountsShowZeroesBeforeAnythingHappened) {
  const std::string text = DemoMetrics().Text();
  EXPECT_THAT(
      text, HasSubstr("lethe_requests_accepted_total{account=\"demo\",operation=\"erasure\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("lethe_items{account=\"demo\",kind=\"phone\",operation="
                              "\"disassociation\",state=\"needs_review\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("kind=\"phone\",operation=\"erasure\"")));
  EXPECT_THAT(text, HasSubstr("lethe_account_blocked{account=\"demo\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("lethe_route_blocked{account=\"demo\",api=\"delete\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("lethe_slots_limit{account=\"demo\",api=\"demerge\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("lethe_build_info{version=\"1.2.3\"} 1\n"));
}

TEST(Metrics, CountsAnAcceptedRequestAndItsIdentifiers) {
  Metrics metrics = DemoMetrics();
  metrics.RequestAccepted("demo", Operation::kDemerge, 40);
  metrics.RequestAccepted("demo", Operation::kDemerge, 2);
  const std::string labels = "{account=\"demo\",operation=\"demerge\"}";
  EXPECT_THAT(metrics.Text(), HasSubstr("lethe_requests_accepted_total" + labels + " 2\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("lethe_identifiers_accepted_total" + labels + " 42\n"));
}

TEST(Metrics, CountsACallByItsOutcomeAndFill) {
  Metrics metrics = DemoMetrics();
  metrics.CallFinished({.account = "demo",
                        .operation = Operation::kDisassociation,
                        .outcome = OutcomeClass::kPartial,
                        .identifiers = 500,
                        .duration = 700ms});
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("lethe_vendor_calls_total{account=\"demo\",api=\"disassociate\","
                              "outcome=\"partial\"} 1\n"));
  EXPECT_THAT(text,
              HasSubstr("lethe_batches_sent_total{account=\"demo\",api=\"disassociate\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("lethe_batch_fill_ratio_sum{api=\"disassociate\"} 0.5\n"));
  EXPECT_THAT(text, HasSubstr("lethe_vendor_call_duration_seconds_bucket{api=\"disassociate\","
                              "outcome=\"partial\",le=\"0.5\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("lethe_vendor_call_duration_seconds_bucket{api=\"disassociate\","
                              "outcome=\"partial\",le=\"1\"} 1\n"));
}

TEST(Metrics, ACallThatNeverLeftWasNotSent) {
  Metrics metrics = DemoMetrics();
  metrics.CallFinished({.account = "demo",
                        .operation = Operation::kErasure,
                        .outcome = OutcomeClass::kNotSent,
                        .identifiers = 1,
                        .duration = 5s});
  EXPECT_THAT(metrics.Text(),
              HasSubstr("lethe_batches_sent_total{account=\"demo\",api=\"delete\"} 0\n"));
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("lethe_batch_fill_ratio_count")));
}

TEST(Metrics, GrpcCodesHaveTheirNamesAndStrangeOnesShareOne) {
  Metrics metrics = DemoMetrics();
  for (int code : {0, 16, 17, -1}) {
    metrics.GrpcFinished("GetPrivacyRequest", code, 1ms);
  }
  const std::string text = metrics.Text();
  const std::string head = "lethe_grpc_requests_total{code=";
  const std::string tail = ",method=\"GetPrivacyRequest\"}";
  EXPECT_THAT(text, HasSubstr(head + "\"OK\"" + tail + " 1\n"));
  EXPECT_THAT(text, HasSubstr(head + "\"UNAUTHENTICATED\"" + tail + " 1\n"));
  EXPECT_THAT(text, HasSubstr(head + "\"UNKNOWN\"" + tail + " 2\n"));
}

TEST(Metrics, CountsBatchesThatMovedWithoutACall) {
  Metrics metrics = DemoMetrics();
  metrics.WindowsClosed(3);
  metrics.BatchesAbandoned(2);
  EXPECT_THAT(metrics.Text(), HasSubstr("lethe_windows_closed_total 3\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("lethe_batches_abandoned_total 2\n"));
}

TEST(Metrics, ShowsFlushesAndTheWaitingLine) {
  Metrics metrics = DemoMetrics();
  metrics.CommitFinished(20, 30ms);
  metrics.SetIntakeWaiting(17);
  metrics.SetDatabaseSessions(7);
  metrics.ConnectionsRefused(2);
  metrics.ConnectionsRefused(3);
  EXPECT_THAT(metrics.Text(), HasSubstr("lethe_commit_requests_sum 20\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("lethe_commit_duration_seconds_bucket{le=\"0.025\"} 0\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("lethe_commit_duration_seconds_bucket{le=\"0.05\"} 1\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("lethe_intake_waiting_identifiers 17\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("lethe_database_sessions 7\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("lethe_grpc_connections_refused_total 5\n"));
}

TEST(Metrics, WhatWasAcceptedMustBeInSomeState) {
  Metrics metrics = DemoMetrics();
  using enum IdentifierKind;
  QueueSnapshot snapshot;
  snapshot.accepted = {{"demo", Operation::kErasure, kGuid, 7},
                       {"demo", Operation::kErasure, kIdentity, 5}};
  snapshot.items = {{"demo", Operation::kErasure, kGuid, BatchState::kReady, 7},
                    {"demo", Operation::kErasure, kIdentity, BatchState::kDone, 3},
                    {"demo", Operation::kErasure, kIdentity, BatchState::kRejected, 2}};
  metrics.Publish(snapshot);
  const std::string labels = "{account=\"demo\",operation=\"erasure\"} ";
  EXPECT_THAT(metrics.Text(), HasSubstr("lethe_items_accepted" + labels + "12\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("lethe_items_unaccounted" + labels + "0\n"));
  snapshot.items.pop_back();
  metrics.Publish(snapshot);
  EXPECT_THAT(metrics.Text(), HasSubstr("lethe_items_unaccounted" + labels + "2\n"));
}

TEST(Metrics, CountsWhatAccountsHaveLeftBehindThatAreNotConfigured) {
  Metrics metrics = DemoMetrics();
  using enum BatchState;
  QueueSnapshot snapshot;
  for (const BatchState state : kAll<BatchState>) {
    for (const char* account : {"demo", "former"}) {
      snapshot.items.push_back(
          {account, Operation::kErasure, IdentifierKind::kGuid, state, state == kDone ? 100 : 1});
    }
  }
  metrics.Publish(snapshot);
  EXPECT_THAT(metrics.Text(),
              HasSubstr("lethe_unconfigured_account_items{account=\"former\"} 6\n"));
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("unconfigured_account_items{account=\"demo\"}")));
  metrics.Publish({});
  EXPECT_THAT(metrics.Text(),
              HasSubstr("lethe_unconfigured_account_items{account=\"former\"} 0\n"));
}

TEST(Metrics, CountsLookUpsAndWhatTheyShowed) {
  Metrics metrics = DemoMetrics();
  metrics.LookedUp({"demo", LookPurpose::kReadBack, LookUpOutcome::kThrottled, 3});
  metrics.WasReadBack({"demo", LookPurpose::kSecondLook, ReadBack::kReappeared, 2});
  EXPECT_THAT(metrics.Text(),
              HasSubstr("lethe_look_ups_total{account=\"demo\",outcome=\"throttled\","
                        "purpose=\"read_back\"} 3\n"));
  EXPECT_THAT(metrics.Text(),
              HasSubstr("lethe_items_read_back_total{account=\"demo\",purpose=\"second_look\","
                        "result=\"reappeared\"} 2\n"));
}

TEST(Metrics, OfAnAccountThatVerifiesShowWhatWasReadBackFromTheStart) {
  Account verifying = Demo();
  verifying.verification.share = 1;
  const Metrics metrics("1.2.3", std::vector{verifying});
  EXPECT_THAT(metrics.Text(),
              HasSubstr("lethe_items_read_back_total{account=\"demo\",purpose=\"read_back\","
                        "result=\"still_present\"} 0\n"));
  EXPECT_THAT(DemoMetrics().Text(), Not(HasSubstr("lethe_items_read_back_total{")));
}

TEST(Metrics, ASnapshotReplacesTheOneBefore) {
  Metrics metrics = DemoMetrics();
  QueueSnapshot snapshot;
  snapshot.items = {{"demo", Operation::kErasure, IdentifierKind::kGuid, BatchState::kReady, 7},
                    {"gone", Operation::kErasure, IdentifierKind::kGuid, BatchState::kReady, 3}};
  snapshot.waiting = {{"demo", Operation::kErasure, 1500ms}};
  snapshot.slots = {{"demo", Api::kDelete, 2}};
  snapshot.blocked_accounts = {"demo"};
  snapshot.blocked_routes = {{"demo", Api::kDelete}};
  snapshot.pauses = {{.scope = {.account = {}, .api = Api::kDemerge},
                      .reason = "a bad release",
                      .principal = "jane",
                      .since = {}},
                     {.scope = {.account = "gone", .api = {}},
                      .kind = PauseKind::kLostHistory,
                      .reason = "an older state",
                      .principal = "lethe",
                      .since = {}}};
  EXPECT_THAT(metrics.Text(), HasSubstr("lethe_history_lost 0\n"));
  metrics.Publish(snapshot);

  const std::string items = "\",kind=\"guid\",operation=\"erasure\",state=\"ready\"} ";
  std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("lethe_items{account=\"demo" + items + "7\n"));
  EXPECT_THAT(text, HasSubstr("lethe_items{account=\"gone" + items + "3\n"));
  EXPECT_THAT(
      text,
      HasSubstr("lethe_oldest_waiting_age_seconds{account=\"demo\",operation=\"erasure\"} 1.5\n"));
  EXPECT_THAT(text, HasSubstr("lethe_slots_in_use{account=\"demo\",api=\"delete\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("lethe_account_blocked{account=\"demo\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("lethe_route_blocked{account=\"demo\",api=\"delete\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("lethe_route_blocked{account=\"demo\",api=\"demerge\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("lethe_calls_paused{account=\"demo\",api=\"demerge\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("lethe_calls_paused{account=\"demo\",api=\"delete\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("lethe_history_lost 1\n"));
  EXPECT_THAT(text, HasSubstr("lethe_queue_snapshots_total 1\n"));

  snapshot = {};
  snapshot.items = {{"demo", Operation::kErasure, IdentifierKind::kGuid, BatchState::kDone, 7}};
  metrics.Publish(snapshot);
  text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("lethe_items{account=\"demo" + items + "0\n"));
  EXPECT_THAT(text, HasSubstr("lethe_items{account=\"gone" + items + "0\n"));
  EXPECT_THAT(text, HasSubstr("lethe_account_blocked{account=\"demo\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("lethe_route_blocked{account=\"demo\",api=\"delete\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("lethe_calls_paused{account=\"demo\",api=\"demerge\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("lethe_history_lost 0\n"));
  EXPECT_THAT(text, HasSubstr("lethe_slots_in_use{account=\"demo\",api=\"delete\"} 0\n"));
}

}  // namespace
}  // namespace lethe::telemetry
