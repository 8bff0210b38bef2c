#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "lethe/reasons.h"
#include "support/markdown.h"

namespace lethe {
namespace {

using test::CodesIn;
using test::MarkdownRow;
using test::TableBelow;
using testing::UnorderedElementsAreArray;

constexpr char kPage[] = LETHE_SOURCE_DIR "/service/docs/reasons.md";
constexpr char kStateMachine[] = LETHE_SOURCE_DIR "/service/docs/state_machine.md";

/// The words that the table explains. Each row has an explanation.
std::vector<std::string> WordsBelow(const std::string& heading) {
  std::vector<std::string> words;
  for (const MarkdownRow& row : TableBelow(kPage, heading)) {
    for (const std::string& word : CodesIn(row.front())) words.push_back(word);
    for (const std::string& cell : row) EXPECT_FALSE(cell.empty()) << row.front();
  }
  return words;
}

template <Word T>
std::vector<std::string> WordsOf() {
  std::vector<std::string> words;
  for (const T word : kAll<T>) words.push_back(Text(word));
  return words;
}

TEST(ReasonsPage, ExplainsEveryReasonOfABatchAndNoOther) {
  std::vector<std::string> words = WordsOf<Reason>();
  words.emplace_back(kVendorCodePrefix);
  EXPECT_THAT(WordsBelow("Batches"), UnorderedElementsAreArray(words));
}

TEST(ReasonsPage, ExplainsEveryOtherWordAndNoOther) {
  EXPECT_THAT(WordsBelow("Blocks of accounts and routes"),
              UnorderedElementsAreArray(WordsOf<BlockReason>()));
  EXPECT_THAT(WordsBelow("Accounts in audit events"),
              UnorderedElementsAreArray(WordsOf<AccountState>()));
  EXPECT_THAT(WordsBelow("Calls"), UnorderedElementsAreArray(WordsOf<CallCode>()));
  EXPECT_THAT(WordsBelow("Warnings"),
              UnorderedElementsAreArray(
                  {std::string(kIdentityMayNotResolve), std::string(kDueTimePassed)}));
  EXPECT_THAT(WordsBelow("Errors"), UnorderedElementsAreArray(WordsOf<ErrorReason>()));
}

TEST(ReasonsPage, GivesEachReasonTheStatesThatItsEdgesLeadTo) {
  std::map<std::string, std::set<std::string>> by_edges, on_page;
  for (const MarkdownRow& row : TableBelow(kStateMachine, "Edges")) {
    for (const std::string& reason : CodesIn(row.at(5))) {
      by_edges[reason].insert(CodesIn(row.at(1)).at(0));
    }
  }
  for (const MarkdownRow& row : TableBelow(kPage, "Batches")) {
    for (const std::string& state : CodesIn(row.at(1)))
      on_page[CodesIn(row[0]).at(0)].insert(state);
  }
  EXPECT_EQ(on_page, by_edges);
}

}  // namespace
}  // namespace lethe
