// What a process keeps in its memory.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key_ring.h"
#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

/// Every identifier begins with it, and nothing else contains it.
constexpr std::string_view kMark = "canary-6f1d0b";

/// A mapping that a process may write to, and has touched.
struct Pages {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::set<std::string> flags = {};  ///< As proc(5) has them: `lo` is locked, `dd` is not dumped.
};

std::vector<Pages> WritablePages(pid_t pid) {
  std::ifstream smaps("/proc/" + std::to_string(pid) + "/smaps");
  std::vector<Pages> all;
  bool writable = false;
  for (std::string line; std::getline(smaps, line);) {
    std::istringstream fields(line);
    if (line.starts_with("VmFlags:")) {
      fields.ignore(8);
      for (std::string flag; fields >> flag;) {
        if (writable) all.back().flags.insert(flag);
      }
    } else if (line.find('-') < line.find(' ')) {
      Pages pages;
      char dash = 0;
      std::string rights;
      fields >> std::hex >> pages.begin >> dash >> pages.end >> rights;
      writable = rights.starts_with("rw");
      if (writable) all.push_back(std::move(pages));
    }
  }
  return all;
}

struct Found {
  std::size_t searched = 0;  ///< Bytes.
  std::vector<Pages> hits = {};
};

int OpenMemory(pid_t pid) {
  return open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
}

Found SearchMemory(pid_t pid, std::string_view text) {
  const int memory = OpenMemory(pid);
  Found found;
  std::string bytes;
  for (const Pages& pages : WritablePages(pid)) {
    bytes.resize(pages.end - pages.begin);
    const ssize_t size = pread(memory, bytes.data(), bytes.size(), static_cast<off_t>(pages.begin));
    if (size <= 0) continue;
    bytes.resize(static_cast<std::size_t>(size));
    found.searched += bytes.size();
    for (std::size_t at = bytes.find(text); at != std::string::npos;
         at = bytes.find(text, at + 1)) {
      found.hits.push_back(pages);
    }
  }
  close(memory);
  return found;
}

/// The first key of the file, as it is in memory.
std::string KeyIn(const std::string& file) {
  const std::size_t at = file.find("\nseal 1 ") + 8;
  const std::string base64 = file.substr(at, file.find('\n', at) - at);
  std::string key(32, '\0');
  EXPECT_EQ(
      sodium_base642bin(reinterpret_cast<unsigned char*>(key.data()), key.size(), base64.data(),
                        base64.size(), nullptr, nullptr, nullptr, sodium_base64_VARIANT_ORIGINAL),
      0);
  return key;
}

class Memory : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() == 0) return;
    ASSERT_LT(OpenMemory(lethed_->process().pid()), 0) << "only root may look into it";
    GTEST_SKIP() << "only root can search it";
  }

  /// Erases a thousand people, and waits until that is done. The caller goes.
  void EraseThousand() {
    const ApiClient api(lethed_->grpc_port());
    for (int request = 0; request < 20; ++request) {
      std::vector<std::string> people;
      for (int i = 0; i < 50; ++i) {
        people.push_back(std::string(kMark) + std::to_string(request * 50 + i) + "@example.com");
      }
      ASSERT_TRUE(
          api.Create(MakeRequest("shop", std::to_string(request), Ask::kEraseIdentities, people))
              .ok());
    }
    ASSERT_TRUE(Eventually([&] { return CountUnfinished(database_) == 0; }));
  }

  const std::string key_file_ = crypto::KeyRing::GenerateFile();
  const TestDatabase database_;
  const std::unique_ptr<sandbox::Sandbox> vendor_ = sandbox::Sandbox::Start({}).value();
  LethedFiles files_{
      {.database_url = database_.url(), .vendor_url = vendor_->base_url(), .key_file = key_file_}};
  const std::unique_ptr<Lethed> lethed_ = files_.StartReady();
};

TEST_F(Memory, HasNoIdentifierOnceItsRequestIsFinalAndItsCallerHasGone) {
  EraseThousand();
  Found found;
  EXPECT_TRUE(Eventually([&] {
    found = SearchMemory(lethed_->process().pid(), kMark);
    return found.hits.empty();
  })) << found.hits.size();
  EXPECT_GT(found.searched, 10'000'000U);
}

TEST_F(Memory, HasKeysOnlyInPagesThatAreNeitherSwappedNorDumped) {
  EraseThousand();
  const Found found = SearchMemory(lethed_->process().pid(), KeyIn(key_file_));
  EXPECT_THAT(found.hits, Not(IsEmpty()));
  for (const Pages& pages : found.hits) {
    EXPECT_THAT(pages.flags, Contains("lo"));
    EXPECT_THAT(pages.flags, Contains("dd"));
  }
}

}  // namespace
}  // namespace lethe::test
