#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "fakes/fake_clock.h"
#include "lethe/account_condition.h"
#include "lethe/decision.h"
#include "lethe/read_back.h"
#include "lethe/reasons.h"
#include "lethe/review.h"
#include "support/markdown.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;
using test::CodesIn;
using test::MarkdownRow;
using test::TableBelow;

constexpr char kPage[] = LETHE_SOURCE_DIR "/service/docs/state_machine.md";
constexpr char kContracts[] = LETHE_SOURCE_DIR "/include/lethe";

/// A row of the table of edges.
struct PageEdge {
  std::string from;
  std::string to;
  std::string decided_by;
  std::string taken_by;
  std::vector<std::string> reasons;
};

std::string OnlyCode(const std::string& cell) {
  const auto codes = CodesIn(cell);
  EXPECT_LE(codes.size(), 1U) << cell;
  return codes.empty() ? "" : codes.front();
}

std::vector<PageEdge> PageEdges() {
  std::vector<PageEdge> edges;
  for (const MarkdownRow& row : TableBelow(kPage, "Edges")) {
    EXPECT_EQ(row.size(), 7U) << row.front();
    if (row.size() != 7) continue;
    edges.push_back(
        {OnlyCode(row[0]), OnlyCode(row[1]), OnlyCode(row[2]), OnlyCode(row[3]), CodesIn(row[5])});
  }
  return edges;
}

TEST(StateMachinePage, HasExactlyTheEdgesOfCanMove) {
  std::set<std::pair<std::string, std::string>> on_page, in_code;
  for (const PageEdge& edge : PageEdges()) {
    if (edge.from != "new") on_page.emplace(edge.from, edge.to);
  }
  for (const BatchState from : kAll<BatchState>) {
    for (const BatchState to : kAll<BatchState>) {
      if (CanMove(from, to)) in_code.emplace(Name(from), Name(to));
    }
  }
  EXPECT_EQ(on_page, in_code);
}

TEST(StateMachinePage, LetsBatchesBeginAsOpenOrReady) {
  std::set<std::string> first;
  for (const PageEdge& edge : PageEdges()) {
    if (edge.from == "new") first.insert(edge.to);
  }
  EXPECT_EQ(first, (std::set<std::string>{"open", "ready"}));
}

TEST(StateMachinePage, SaysOfEachStateWhoMovesItOnOrThatItIsFinal) {
  std::vector<std::string> states;
  for (const MarkdownRow& row : TableBelow(kPage, "States")) {
    const std::string state = OnlyCode(row[0]);
    states.push_back(state);
    const auto from = Parse<BatchState>(state);
    ASSERT_TRUE(from) << state;
    const bool leaves = std::ranges::any_of(
        kAll<BatchState>, [&](const BatchState to) { return CanMove(*from, to); });
    EXPECT_EQ(row.at(2) == "final", !leaves) << state;
  }
  std::vector<std::string> expected;
  for (const BatchState state : kAll<BatchState>) expected.push_back(Text(state));
  EXPECT_THAT(states, testing::UnorderedElementsAreArray(expected));
}

TEST(StateMachinePage, HasAnEdgeForEveryReasonAndNoOtherReason) {
  std::set<std::string> on_page, in_code{std::string(kVendorCodePrefix)};
  for (const PageEdge& edge : PageEdges()) on_page.insert(edge.reasons.begin(), edge.reasons.end());
  for (const Reason reason : kAll<Reason>) in_code.insert(Text(reason));
  EXPECT_EQ(on_page, in_code);
}

TEST(StateMachinePage, NamesFunctionsThatTheContractsDeclare) {
  std::string contracts;
  for (const auto& file : std::filesystem::directory_iterator(kContracts)) {
    std::ifstream in(file.path());
    contracts.append(std::istreambuf_iterator<char>(in), {});
  }
  const auto declares = [&](const std::string& what) {
    return std::regex_search(contracts, std::regex("\\b" + what));
  };
  for (const PageEdge& edge : PageEdges()) {
    EXPECT_TRUE(edge.decided_by.empty() || declares(edge.decided_by + "\\(")) << edge.decided_by;
    const auto colons = edge.taken_by.find("::");
    ASSERT_NE(colons, std::string::npos) << edge.from << " to " << edge.to;
    EXPECT_TRUE(declares("class " + edge.taken_by.substr(0, colons) + " \\{")) << edge.taken_by;
    EXPECT_TRUE(declares(edge.taken_by.substr(colons + 2) + "\\(")) << edge.taken_by;
  }
}

/// What the rules plan for many facts: from, to, the rule and the reason.
class Planned {
 public:
  using Edge = std::tuple<std::string, std::string, std::string, std::string>;

  void Add(BatchState from, const std::string& rule, const Transition& run) {
    const bool has_code = run.reason.starts_with(kVendorCodePrefix);
    edges_.emplace(Name(from), Name(run.to), rule,
                   has_code ? std::string(kVendorCodePrefix) : run.reason);
  }
  void Add(BatchState from, const std::string& rule, const std::vector<Transition>& runs) {
    for (const Transition& run : runs) Add(from, rule, run);
  }

  const std::set<Edge>& edges() const { return edges_; }

 private:
  std::set<Edge> edges_;
};

const ProcessingHours kHours{.zone = TimeZone::Find("Etc/UTC").value()};
constexpr TimePoint kNow = fakes::FakeClock::kStart;

std::vector<std::vector<Fault>> SomeFaults(int size) {
  std::vector<std::vector<Fault>> some;
  for (const FaultKind kind :
       {FaultKind::kPermanent, FaultKind::kTransient, FaultKind::kUnaccountable}) {
    for (const char* code : {"", "516"}) {
      std::vector<Fault> all;
      for (int i = 0; i < size; ++i) all.push_back({i, kind, code});
      some.push_back({all.front()});
      some.push_back(all);
    }
  }
  return some;
}

void PlanCalls(Planned& planned) {
  for (const int size : {1, 4}) {
    for (const auto& [unknown_for, looked_up] :
         {std::pair(-1h, false), {0h, false}, {2400h, false}, {2400h, true}}) {
      AttemptFacts facts{.operation = Operation::kDisassociation,
                         .span = {0, size - 1},
                         .attempt_count = 1,
                         .call_count = 1,
                         .started_at = kNow};
      if (unknown_for >= 0h) facts.unknown_since = kNow - unknown_for;
      facts.can_be_looked_up = looked_up;
      for (const int vouched : {0, 1, kMaxLoneUnknown}) {
        if (vouched) facts.refused_since = kNow - 2s;
        if (vouched) facts.health.accepted_at = kNow - 1s;
        facts.lone_refusals = vouched;
        facts.vouched_refusals = vouched;
        for (const OutcomeClass outcome : kAll<OutcomeClass>) {
          for (auto& faults : SomeFaults(size)) {
            const VendorReply reply{
                .outcome = outcome, .http_status = 403, .faults = std::move(faults)};
            planned.Add(BatchState::kSending, "Decide",
                        Decide(facts, reply, kHours, kNow, 0).transitions);
          }
        }
      }
      for (const int senders_lost : {1, kMaxSendersLost}) {
        facts.senders_lost = senders_lost;
        planned.Add(BatchState::kSending, "DecideAbandoned",
                    DecideAbandoned(facts, kHours, kNow, 0).transitions);
      }
      planned.Add(BatchState::kSending, "DecideTooLate", DecideTooLate(facts).transitions);
      if (const auto withheld = DecideWithheld(facts, kHours, kNow)) {
        planned.Add(BatchState::kSending, "DecideWithheld", withheld->transitions);
      }
    }
  }
}

void PlanReadBacks(Planned& planned) {
  std::vector<ReadItem> answered;
  for (const ReadBack result : kAll<ReadBack>) {
    answered.push_back({.pos = static_cast<int>(answered.size()), .result = result});
  }
  for (const bool gives_up : {false, true}) {
    const LateRepeat repeat{.span = {0, static_cast<int>(answered.size())},
                            .unknown_since = kNow - 30h,
                            .looked_at = kNow,
                            .gives_up = gives_up};
    for (const Transition& run : ConcludeBeforeRepeat(repeat, answered)) {
      // What stays as it was takes no edge.
      if (run.to != BatchState::kHeld) planned.Add(BatchState::kHeld, "ConcludeBeforeRepeat", run);
    }
  }
  for (const bool resent : {false, true}) {
    std::vector<ReadItem> items{{.pos = 0, .result = {}, .resent = resent}};
    for (const ReadBack result : kAll<ReadBack>) {
      items.push_back({.pos = static_cast<int>(items.size()), .result = result, .resent = resent});
    }
    const int last = static_cast<int>(items.size());
    planned.Add(BatchState::kAccepted, "ConcludeReadBack",
                ConcludeReadBack(Operation::kErasure, {0, last}, items, TimePoint{}));
  }
}

void PlanOperators(Planned& planned) {
  const ReviewFacts facts{
      .operation = Operation::kErasure, .span = {0, 0}, .reason = "", .call_count = 1};
  for (const ReviewDecision decision : kAll<ReviewDecision>) {
    planned.Add(BatchState::kNeedsReview, "Resolve", Resolve(facts, decision, kHours, kNow));
  }
  for (const HeldRefusals decision : {HeldRefusals::kSendAgain, HeldRefusals::kReject}) {
    for (const auto unknown_since : {std::optional<TimePoint>(), std::optional(kNow)}) {
      planned.Add(BatchState::kHeld, "Resolve",
                  Resolve(decision, {.unknown_since = unknown_since}));
    }
  }
}

TEST(StateMachinePage, HasExactlyWhatTheRulesPlan) {
  Planned planned;
  PlanCalls(planned);
  PlanReadBacks(planned);
  PlanOperators(planned);

  std::set<std::string> rules;
  for (const auto& [from, to, rule, reason] : planned.edges()) rules.insert(from + rule);
  std::set<Planned::Edge> on_page;
  for (PageEdge& edge : PageEdges()) {
    if (!rules.contains(edge.from + edge.decided_by)) continue;
    // The store keeps the reason of what an operator has marked; no rule plans it.
    if (edge.to == "done") edge.reasons.clear();
    if (edge.reasons.empty()) edge.reasons.emplace_back();
    for (const std::string& reason : edge.reasons) {
      on_page.emplace(edge.from, edge.to, edge.decided_by, reason);
    }
  }
  EXPECT_EQ(on_page, planned.edges());
}

}  // namespace
}  // namespace lethe
