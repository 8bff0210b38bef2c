#include "store/recovery/call_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace lethe::store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace fs = std::filesystem;

constexpr TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

RememberedCall Call(int number, TimePoint at = kNow) {
  return {.route = {"acme", Operation::kDisassociation},
          .envelope = EnvelopeId{7'000'000'000'000},
          .span = {3, 9},
          .number = number,
          .started_at = at + std::chrono::microseconds(number),
          .digests = std::string(40, static_cast<char>(number))};
}

NodeRenewal Node(int number) {
  return {.number = number,
          .holder = "host:1:2",
          .reserved_until_ms = 194'000'000'000,
          .renewed_at = kNow};
}

class CallJournals : public testing::Test {
 protected:
  CallJournals() {
    std::string pattern = (fs::temp_directory_path() / "lethe-journal-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
    directory_ = pattern;
  }
  ~CallJournals() override { fs::remove_all(directory_); }

  Result<std::unique_ptr<CallJournal>> TryOpen() {
    return CallJournal::Open({.directory = directory_.string(),
                              .keep = std::chrono::days(35),
                              .on_failure = [this](const std::optional<Error>& failure) {
                                failures_.push_back(failure ? failure->message : "");
                              }});
  }
  std::unique_ptr<CallJournal> Open() {
    auto journal = TryOpen();
    if (!journal.ok()) throw std::runtime_error(journal.error().message);
    return *std::move(journal);
  }
  static void Append(CallJournal& journal, const RememberedCall& call) {
    journal.Append(std::span(&call, 1));
  }
  std::string Text(const std::string& name = "calls") const {
    std::ifstream file(directory_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Write(const std::string& text, const std::string& name = "calls") const {
    std::ofstream(directory_ / name, std::ios::binary) << text;
  }
  bool Has(const std::string& name) const { return fs::exists(directory_ / name); }

  fs::path directory_;
  std::vector<std::string> failures_;
};

TEST_F(CallJournals, OutliveTheirProcess) {
  std::string id;
  {
    const auto journal = Open();
    EXPECT_TRUE(journal->found().nothing);
    id = journal->id();
    Append(*journal, Call(1));
    journal->Append(Node(3));
    journal->Append(Node(4));
    Append(*journal, Call(2));
  }
  const auto again = Open();
  EXPECT_FALSE(again->found().nothing);
  EXPECT_EQ(again->id(), id);
  EXPECT_THAT(again->found().newest, ElementsAre(Call(1), Call(2)));
  EXPECT_EQ(again->found().node, Node(4));
  EXPECT_EQ(again->found().cut_bytes, 0U);
  Append(*again, Call(3));
  EXPECT_THAT(CallJournal::Read(again->Files().front()), ElementsAre(Call(1), Call(2), Call(3)));
  EXPECT_THAT(failures_, IsEmpty());
}

TEST_F(CallJournals, LoseNoMoreThanTheRecordThatACrashHasTorn) {
  {
    const auto journal = Open();
    Append(*journal, Call(1));
    Append(*journal, Call(2));
  }
  const std::string whole = Text();
  const std::size_t second = whole.size() - ToRecord(Call(2)).size();
  for (std::size_t size = second + 1; size < whole.size(); ++size) {
    fs::remove(directory_ / "calls.1");
    Write(whole.substr(0, size));
    {
      const auto journal = Open();
      ASSERT_THAT(journal->found().newest, ElementsAre(Call(1))) << size;
      ASSERT_EQ(journal->found().cut_bytes, size - second);
      Append(*journal, Call(3));
    }
    ASSERT_THAT(Open()->found().newest, ElementsAre(Call(1), Call(3)))
        << "what comes later is not behind what cannot be read";
  }
}

TEST_F(CallJournals, BeginAnewWhereTheirHeadIsTorn) {
  Open();
  const std::string head = Text();
  for (std::size_t size = 0; size < head.size(); ++size) {
    Write(head.substr(0, size));
    const auto journal = Open();
    EXPECT_TRUE(journal->found().nothing) << size;
    Append(*journal, Call(1));
    EXPECT_THAT(CallJournal::Read(journal->Files().front()), ElementsAre(Call(1)));
    for (int n = 1; n < 99; ++n) fs::remove(directory_ / ("calls." + std::to_string(n)));
  }
}

TEST_F(CallJournals, GoOnInAnotherFileAfterADay) {
  const auto journal = Open();
  Append(*journal, Call(1));
  Append(*journal, Call(2, kNow + 23h));
  EXPECT_FALSE(Has("calls.1"));
  Append(*journal, Call(3, kNow + 24h + 1s));
  EXPECT_TRUE(Has("calls.1"));
  Append(*journal, Call(4, kNow + 49h));
  EXPECT_THAT(journal->Files(), SizeIs(3));
  EXPECT_THAT(CallJournal::Read(journal->Files()[1]), ElementsAre(Call(3, kNow + 24h + 1s)));
  EXPECT_EQ(Text("calls.1").substr(0, 47), Text().substr(0, 47)) << "one journal, one id";
}

TEST_F(CallJournals, FindTheNewestCallsInAllFiles) {
  {
    const auto journal = Open();
    Append(*journal, Call(1));
    Append(*journal, Call(2, kNow + 25h));
    Append(*journal, Call(3, kNow + 50h));
  }
  EXPECT_THAT(Open()->found().newest,
              ElementsAre(Call(1), Call(2, kNow + 25h), Call(3, kNow + 50h)));
}

TEST_F(CallJournals, DeleteWhatIsOlderThanAnyBackup) {
  const auto journal = Open();
  Append(*journal, Call(1));
  Append(*journal, Call(2, kNow + 25h));
  ASSERT_TRUE(Has("calls.1"));
  const auto written = fs::last_write_time(directory_ / "calls.1");
  fs::last_write_time(directory_ / "calls.1", written - std::chrono::days(34));
  const TimePoint today{
      std::chrono::floor<std::chrono::microseconds>(std::chrono::file_clock::to_sys(written))};
  Append(*journal, Call(3, today));
  EXPECT_TRUE(Has("calls.1"));
  Append(*journal, Call(4, today + 49h));
  EXPECT_FALSE(Has("calls.1"));
  EXPECT_TRUE(Has("calls.2"));
}

TEST_F(CallJournals, AreForOneProcess) {
  const auto journal = Open();
  const auto second = TryOpen();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().reason, "BAD_JOURNAL");
  EXPECT_THAT(second.error().message, HasSubstr("another process uses it"));
}

TEST_F(CallJournals, AreNotWhatSomeoneElseHasWritten) {
  Write("something else");
  EXPECT_THAT(TryOpen().error().message, HasSubstr("is no journal of calls"));
  EXPECT_EQ(Text(), "something else");
  fs::remove_all(directory_);
  EXPECT_THAT(TryOpen().error().message, HasSubstr("No such file or directory"));
  fs::create_directory(directory_);
}

TEST_F(CallJournals, TellWhenTheyCannotBeWrittenAndWhenTheyCanAgain) {
  const auto journal = Open();
  Append(*journal, Call(1));
  const fs::path away = directory_.string() + "-away";
  fs::rename(directory_, away);  // The next file cannot be begun.
  Append(*journal, Call(2, kNow + 25h));
  Append(*journal, Call(3, kNow + 26h));
  ASSERT_THAT(failures_, ElementsAre(HasSubstr("No such file or directory")));
  fs::rename(away, directory_);
  Append(*journal, Call(4, kNow + 27h));
  EXPECT_THAT(failures_, ElementsAre(HasSubstr("No such file"), ""));
  EXPECT_THAT(CallJournal::Read(journal->Files().front()), ElementsAre(Call(4, kNow + 27h)));
}

TEST(JournalRecords, AreNotReadWhereAnyBitHasChanged) {
  const std::string record = ToRecord(Call(1));
  for (std::size_t bit = 0; bit < 8 * record.size(); ++bit) {
    std::string changed = record;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(FirstRecord(changed)) << bit;
  }
}

TEST(JournalRecords, OfWhatNobodyCanHaveWrittenAreNone) {
  const auto reads = [](const auto& remembered) { return FirstRecord(ToRecord(remembered)); };
  RememberedCall call = Call(1);
  ASSERT_TRUE(reads(call));
  call.span = {9, 3};
  EXPECT_FALSE(reads(call));
  call = Call(1);
  call.number = 0;
  EXPECT_FALSE(reads(call));
  call = Call(1);
  call.digests.pop_back();
  EXPECT_FALSE(reads(call));
  call = Call(1);
  call.route.account = "a\nb";
  EXPECT_FALSE(reads(call));
  EXPECT_FALSE(reads(Call(1, TimePoint{})));
  NodeRenewal node = Node(3);
  ASSERT_TRUE(reads(node));
  node.number = 1024;
  EXPECT_FALSE(reads(node));
}

TEST(CallMemory, GoesOnWithWhatItsJournalHasFound) {
  std::string pattern = (fs::temp_directory_path() / "lethe-journal-XXXXXX").string();
  ASSERT_TRUE(mkdtemp(pattern.data()));
  const auto open = [&] {
    return CallJournal::Open({.directory = pattern, .keep = 24h, .on_failure = {}}).value();
  };
  {
    const auto journal = open();
    CallMemory memory;
    memory.Keep(*journal);
    memory.Remember({Call(1)}, 0);
    memory.Remember(Node(3));
  }
  const auto journal = open();
  CallMemory memory;
  memory.Keep(*journal);
  EXPECT_THAT(memory.contents().calls, ElementsAre(Call(1)));
  EXPECT_EQ(memory.contents().node, Node(3));
  EXPECT_THAT(CallJournal::Read(journal->Files().front()), SizeIs(1)) << "nothing is written twice";
  fs::remove_all(pattern);
}

}  // namespace
}  // namespace lethe::store
