// A process that was started anew knows by its journal what the database has lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "integration/recovery/replica.h"
#include "store/recovery/journal_register.h"

namespace lethe::store {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class JournalOfCalls : public LostHistoryTest {
 protected:
  JournalOfCalls() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "lethe-journal-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
    directory_ = pattern;
  }
  ~JournalOfCalls() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<Replica> Start(const std::string& name) {
    auto replica = std::make_unique<Replica>(database_, store_.keys(), name);
    replica->Keep(directory_);
    return replica;
  }

  std::string directory_;
};

TEST_F(JournalOfCalls, TellsAProcessThatIsNewWhatWasSent) {
  AddBatch();
  database_.KeepCopy();
  {
    const auto before = Start("before");
    ASSERT_TRUE(*Take(*before));
  }
  database_.PutCopyBack();
  const auto after = Start("after");
  EXPECT_FALSE(*Take(*after));
  ASSERT_THAT(after->told, SizeIs(1));
  EXPECT_EQ(after->told[0].missing, 1);
  EXPECT_THAT(Pauses(), SizeIs(1));
  EXPECT_EQ(Number(database_, "select count(*) from lost_digest"), 2);
}

TEST_F(JournalOfCalls, TellsNothingWhereAllIsThere) {
  AddBatch();
  {
    const auto before = Start("before");
    ASSERT_TRUE(*Take(*before));
    ASSERT_TRUE(Renew(*before));
  }
  AddBatch({"other-0"});
  const auto after = Start("after");
  EXPECT_TRUE(*Take(*after));
  EXPECT_THAT(after->told, IsEmpty());
}

TEST_F(JournalOfCalls, TellsOfANodeRowThatIsOlder) {
  database_.KeepCopy();
  {
    const auto before = Start("before");
    ASSERT_TRUE(Renew(*before));
  }
  database_.PutCopyBack();
  const auto after = Start("after");
  ASSERT_TRUE(Take(*after).ok());
  ASSERT_THAT(after->told, SizeIs(1));
  EXPECT_TRUE(after->told[0].node_row);
}

TEST_F(JournalOfCalls, KnowsMoreCallsThanAreRememberedInMemory) {
  AddBatch();
  constexpr int kCalls = static_cast<int>(CallMemory::kMostCalls) + 50;
  {
    const auto before = Start("before");
    const auto first = Take(*before);
    ASSERT_TRUE(first.ok() && *first);
    std::vector<RememberedCall> lost;
    for (int number = 1; number <= kCalls; ++number) {
      lost.push_back({.route = kErase,
                      .envelope = EnvelopeId{7},
                      .span = {0, 0},
                      .number = number,
                      .started_at = (*first)->facts.started_at + std::chrono::seconds(number),
                      .digests = std::string(20, 'd')});
    }
    before->journal->Append(lost);
  }
  const auto after = Start("after");
  ASSERT_THAT(after->memory.contents().calls, SizeIs(CallMemory::kMostCalls));
  ASSERT_TRUE(Take(*after).ok());
  EXPECT_THAT(after->told, SizeIs(1));
  EXPECT_EQ(Number(database_, "select count(*) from lost_attempt where has_digests"), kCalls);

  database_.CutConnections();
  ASSERT_TRUE(Take(*after).ok());
  EXPECT_THAT(after->told, SizeIs(1));
}

TEST_F(JournalOfCalls, IsKnownByItsPlace) {
  const auto note = [&](const std::string& place, const std::string& id) {
    return NoteJournal(*Connect(database_.source()), place, id);
  };
  EXPECT_EQ(note("one:/journal", "a"), "");
  EXPECT_EQ(note("one:/journal", "a"), "a");
  EXPECT_EQ(note("two:/journal", "b"), "");
  EXPECT_EQ(note("one:/journal", "c"), "a") << "another journal is there now";
}

}  // namespace
}  // namespace lethe::store
