#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "unit/api/in_process_server.h"
#include "unit/cli/lethe_runner.h"

namespace lethe::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class ChangeCommands : public api::InProcessServer {
 protected:
  /// A request of three people.
  void SetUp() override {
    auto request = Erasure("k", "ann");
    for (const char* person : {"bob", "eve"}) request.mutable_erasure()->add_identities(person);
    v1::PrivacyRequest created;
    ASSERT_TRUE(Create(request, &created).ok());
    name_ = created.name();
    queue_.AddEnvelope({.route = {"shop", Operation::kErasure},
                        .size = 3,
                        .request = RequestId{std::stoll(name_.substr(name_.rfind('/') + 1))}});
  }

  int Lethe(const std::string& command, std::vector<std::string> more = {}) {
    return lethe_.Run(server_->port(), Arguments(command, std::move(more)));
  }
  /// A person sits there and answers so.
  int Asked(const std::string& command, const std::string& answer) {
    return lethe_.Run(server_->port(), Arguments(command, {}), answer, false, true);
  }
  std::string out() const { return lethe_.out(); }
  std::string err() const { return lethe_.err(); }

  std::vector<std::string> Arguments(const std::string& command,
                                     std::vector<std::string> more) const {
    more.insert(more.begin(), {command, name_, "--reason", "ticket 17"});
    return more;
  }

  std::string name_;

 private:
  LetheRunner lethe_;
};

TEST_F(ChangeCommands, HoldReleaseAndCancel) {
  struct Row {
    std::string command;
    std::vector<std::string> more;
    int exit_code;
    std::string said;
  };
  const std::vector<Row> rows{
      {"hold", {"--ordinals", "0,2"}, kOk, "2 held"},
      {"hold", {}, kOk, "1 held, 2 held before"},
      {"release", {"--ordinals", "1"}, kOk, "1 released"},
      {"release", {}, kOk, "2 released, 1 not on hold"},
      {"cancel", {"--ordinals", "0"}, kOk, "1 cancelled"},
      {"cancel", {"--operator", "--ordinals", "1"}, kOk, "1 cancelled"},
      {"cancel", {}, kOk, "1 cancelled, 2 cancelled before"},
      {"hold", {}, kOk, "0 held, 3 final"},
  };
  for (Row row : rows) {
    SCOPED_TRACE(row.command + " expects " + row.said);
    row.more.emplace_back("--yes");
    EXPECT_EQ(Lethe(row.command, row.more), row.exit_code) << err();
    EXPECT_EQ(out(), name_ + ": " + row.said + "\n");
  }
}

TEST_F(ChangeCommands, FailWhereSomethingCannotBeStopped) {
  ASSERT_TRUE(queue_
                  .TakeBatch({.route = {"shop", Operation::kErasure},
                              .linger = milliseconds(0),
                              .lease = milliseconds(30'000)})
                  .ok());
  EXPECT_EQ(Lethe("cancel", {"--yes"}), kFailed);
  EXPECT_EQ(out(), name_ + ": 0 cancelled, 3 being sent\n");
  EXPECT_EQ(Lethe("hold", {"--yes"}), kFailed);
  EXPECT_EQ(Lethe("release", {"--yes"}), kOk) << "there is nothing on hold";
}

TEST_F(ChangeCommands, PrintTheAnswerAsJson) {
  EXPECT_EQ(Lethe("hold", {"--yes", "--json"}), kOk) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("\"changed\": 3"), HasSubstr("\"privacyRequest\"")));
}

TEST_F(ChangeCommands, AskAPersonAndNobodyElse) {
  EXPECT_EQ(Lethe("cancel"), kUsage);
  EXPECT_THAT(err(), HasSubstr("say --yes"));
  EXPECT_EQ(Asked("cancel", "n\n"), kFailed);
  EXPECT_THAT(err(), AllOf(HasSubstr(name_ + " queued"), HasSubstr("This leaves: 3 cancelled"),
                           HasSubstr("not confirmed")));
  EXPECT_THAT(changer_.decided_by(), IsEmpty());
  EXPECT_EQ(Asked("cancel", "y\n"), kOk) << err();
  EXPECT_EQ(changer_.decided_by().size(), 1U);
}

TEST_F(ChangeCommands, RefuseWhatMakesNoSense) {
  EXPECT_EQ(Lethe("hold", {"--operator", "--yes"}), kUsage);
  for (const char* ordinals : {"one", "", "010", "0x2", "-1", "+1", " 1", "1.0"}) {
    EXPECT_EQ(Lethe("hold", {"--ordinals", ordinals, "--yes"}), kUsage) << '"' << ordinals << '"';
  }
  EXPECT_EQ(Lethe("hold", {"--ordinals", "7", "--yes"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("NOT_FOUND ITEM_NOT_FOUND"));
  name_ = "accounts/shop";
  EXPECT_EQ(Lethe("cancel", {"--yes"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("accounts/{account}/privacyRequests/{id}"));
}

}  // namespace
}  // namespace lethe::cli
