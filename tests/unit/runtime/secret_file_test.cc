#include "runtime/secret_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "temporary_directory.h"

namespace lethe::runtime {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class SecretFileTest : public testing::Test {
 protected:
  std::string ReadBack(const std::string& content) {
    const auto secret = SecretFile(directory_.Write("secret", content)).Read();
    return secret.ok() ? *secret : secret.error().message;
  }

  void ExpectUnusable(const std::string& path, const std::string& why) {
    const auto secret = SecretFile(path).Read();
    ASSERT_FALSE(secret.ok()) << why;
    EXPECT_EQ(secret.error().code, ErrorCode::kFailedPrecondition);
    EXPECT_EQ(secret.error().reason, "SECRET_FILE");
    EXPECT_EQ(secret.error().message, "secret file " + path + ": " + why);
  }

  TemporaryDirectory directory_;
};

TEST_F(SecretFileTest, TrimsOneLineEndAndNothingElse) {
  EXPECT_EQ(ReadBack("abc"), "abc");
  EXPECT_EQ(ReadBack("abc\n"), "abc");
  EXPECT_EQ(ReadBack("abc\r\n"), "abc");
  EXPECT_EQ(ReadBack("abc\n\n"), "abc\n");
  EXPECT_EQ(ReadBack(" abc \n"), " abc ");
  EXPECT_EQ(ReadBack("two\nlines\n"), "two\nlines");
  EXPECT_EQ(ReadBack("abc\r"), "abc\r");
}

TEST_F(SecretFileTest, TakesUpToItsLimit) {
  EXPECT_EQ(ReadBack(std::string(SecretFile::kMaxBytes, 's')).size(), SecretFile::kMaxBytes);
  const std::string path = directory_.Write("large", std::string(SecretFile::kMaxBytes + 1, 's'));
  ExpectUnusable(path, "is larger than 65536 bytes");
}

TEST_F(SecretFileTest, RefusesWhatHoldsNoSecret) {
  ExpectUnusable(directory_.Write("empty", ""), "is empty");
  ExpectUnusable(directory_.Write("line", "\n"), "is empty");
  ExpectUnusable(directory_.path() / "missing", "No such file or directory");
  ExpectUnusable(directory_.path(), "is not a regular file");
  const std::string fifo = directory_.path() / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  ExpectUnusable(fifo, "is not a regular file");
}

TEST_F(SecretFileTest, RefusesWhatEverybodyMayUse) {
  const std::string path = directory_.Write("secret", "content");
  for (const int mode : {0400, 0600, 0440, 0640, 0660}) {
    fs::permissions(path, fs::perms(mode));
    EXPECT_TRUE(SecretFile(path).Read().ok()) << std::oct << mode;
  }
  for (const int mode : {0644, 0604, 0444, 0602, 0601}) {
    fs::permissions(path, fs::perms(mode));
    ExpectUnusable(path, "everybody on this machine may use it: chmod o= " + path);
  }
}

TEST_F(SecretFileTest, RefusesAByteOrderMark) {
  for (const std::string mark : {"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"}) {
    ExpectUnusable(directory_.Write("marked", mark + "secret\n"),
                   "begins with a byte-order mark: save it as plain text without one");
  }
}

TEST_F(SecretFileTest, IsWrittenForItsOwnerOnlyInPlaceOfTheOldOne) {
  const std::string path = directory_.Write("secret", "old");
  fs::permissions(path, fs::perms(0640));
  ASSERT_TRUE(WriteSecretFile(path, "new\n").ok());
  EXPECT_EQ(*SecretFile(path).Read(), "new");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms(0600));
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_.path()), {}), 1);
}

TEST_F(SecretFileTest, ThatCannotBeWrittenSaysWhere) {
  const std::string path = directory_.path() / "missing" / "secret";
  const Status written = WriteSecretFile(path, "new");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().message, "secret file " + path + ": No such file or directory");
}

TEST_F(SecretFileTest, ThatCannotBeWrittenLeavesTheSecretNowhereElse) {
  const fs::path path = directory_.path() / "secret";
  fs::create_directory(path);
  const Status written = WriteSecretFile(path, "new");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().message, "secret file " + path.string() + ": Is a directory");
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_.path()), {}), 1);
  EXPECT_TRUE(fs::is_empty(path));
}

TEST_F(SecretFileTest, SeesAChangeOfTheSameSizeAndTime) {
  const SecretFile file(directory_.Write("secret", "old"));
  EXPECT_EQ(*file.Read(), "old");
  const auto time = fs::last_write_time(file.path());
  directory_.Write("secret", "new");
  fs::last_write_time(file.path(), time);
  EXPECT_EQ(*file.Read(), "new");
}

TEST_F(SecretFileTest, FollowsKubernetesSwapOfDirectories) {
  for (const char* version : {"..v1", "..v2"}) {
    fs::create_directory(directory_.path() / version);
    directory_.Write(std::string(version) + "/secret", version);
  }
  fs::create_directory_symlink("..v1", directory_.path() / "..data");
  fs::create_symlink("..data/secret", directory_.path() / "secret");
  const SecretFile file(directory_.path() / "secret");
  EXPECT_EQ(*file.Read(), "..v1");

  fs::create_directory_symlink("..v2", directory_.path() / "..data_tmp");
  fs::rename(directory_.path() / "..data_tmp", directory_.path() / "..data");
  fs::remove_all(directory_.path() / "..v1");
  EXPECT_EQ(*file.Read(), "..v2");
}

TEST_F(SecretFileTest, DoesNotOutliveItsFile) {
  const SecretFile file(directory_.Write("secret", "content"));
  ASSERT_TRUE(file.Read().ok());
  fs::remove(file.path());
  EXPECT_FALSE(file.Read().ok());
}

}  // namespace
}  // namespace lethe::runtime
